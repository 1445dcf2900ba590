// Package recipe runs the recipes of the cookbook: it gives them tables, and prints what they do and what that costs.
package recipe

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/examples/internal/term"
)

// Recipe is a pattern, and a program that shows it.
type Recipe struct {
	// Name is what the command takes, such as "sparse-index". The code to copy is in the file of that name, with
	// underscores, in the directory of its chapter.
	Name string

	Problem string // what the reader has: a sentence, without a final period
	Pattern string // what solves it: a sentence
	Not     string // when not to use it: a sentence

	// Costs are the steps and access patterns of Run whose measured cost the index of the book shows: one or two.
	Costs []string

	// Varies says why what Run prints differs between engines; empty if it does not.
	Varies string

	Run func(ctx context.Context, r *Run) error
}

// Show runs a recipe on an engine, and prints what it does and costs.
func (p Recipe) Show(ctx context.Context, client *dynamodb.Client, out io.Writer) error {
	_, err := p.measure(ctx, client, out)
	return err
}

// Cost runs a recipe on an engine, and returns what the index of the book says of its cost.
func (p Recipe) Cost(ctx context.Context, client *dynamodb.Client) (string, error) {
	r, err := p.measure(ctx, client, io.Discard)
	if err != nil {
		return "", err
	}
	var costs []string
	for _, what := range p.Costs {
		i := slices.IndexFunc(r.steps, func(s step) bool { return s.what == what })
		if i < 0 {
			return "", fmt.Errorf("recipe %s: Costs has %q, which is no step of it", p.Name, what)
		}
		costs = append(costs, what+": "+r.steps[i].cost)
	}
	return strings.Join(costs, "; "), nil
}

func (p Recipe) measure(ctx context.Context, client *dynamodb.Client, out io.Writer) (*Run, error) {
	r := &Run{Clock: &Clock{now: Begin}, client: client, out: out, name: p.Name}
	err := p.Run(ctx, r)
	if cleanup := r.close(context.WithoutCancel(ctx)); err == nil {
		err = cleanup
	}
	if err != nil {
		return nil, fmt.Errorf("recipe %s: %w", p.Name, err)
	}
	return r, nil
}

// Heading prints what a recipe is about.
func (p Recipe) Heading(out io.Writer, file string) {
	term.Say(out, "%s", p.Name)
	for _, part := range []struct{ title, text string }{{"problem", p.Problem}, {"pattern", p.Pattern}, {"not", p.Not}, {"code", file}} {
		line := fmt.Sprintf("  %-8s", part.title)
		for word := range strings.FieldsSeq(part.text) {
			if len(line)+1+len(word) > width {
				term.Say(out, "%s", line)
				line = strings.Repeat(" ", 10)
			}
			line += " " + word
		}
		term.Say(out, "%s", line)
	}
}

// width is how many columns a line has, if its words allow it.
const width = 120
