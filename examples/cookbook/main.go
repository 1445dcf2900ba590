// Cookbook is the patterns of single-table design, each as code to copy and a program that shows what it does and costs.
//
//	go run ./examples/cookbook               # list the recipes
//	go run ./examples/cookbook sparse-index  # run one
//	go run ./examples/cookbook -h
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := command(os.Stdout).Run(ctx, os.Args)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cookbook:", err)
		os.Exit(1)
	}
}

func command(out io.Writer) *cli.Command {
	var local, all bool
	return &cli.Command{
		Name:      "cookbook",
		Usage:     "the patterns of single-table design, with what each costs",
		ArgsUsage: "[RECIPE ...]",
		Description: "Without arguments it lists the recipes. With their names it runs them, each on a table of its own, and prints what\n" +
			"they did: requests, read units (R) and write units (W).",
		Writer: out,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "local", Usage: "run on an engine in a container instead of in this process", Destination: &local},
			&cli.BoolFlag{Name: "all", Usage: "run all recipes", Destination: &all},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			names := c.Args().Slice()
			if len(names) == 0 && !all {
				list(out)
				return nil
			}
			chosen, err := choose(names, all)
			if err != nil {
				return err
			}
			return run(ctx, out, chosen, local)
		},
	}
}

// list prints the names and the problems of the recipes.
func list(out io.Writer) {
	for _, c := range book {
		fmt.Fprintf(out, "%s\n", c.title)
		for _, p := range c.recipes {
			term.Say(out, "  %-20s %s", p.Name, p.Problem)
		}
	}
	fmt.Fprintln(out, "\nRun one with: go run ./examples/cookbook NAME")
}

// entry is a recipe, and the file of its code.
type entry struct {
	recipe.Recipe
	file string
}

// choose finds recipes by name.
func choose(names []string, all bool) (chosen []entry, err error) {
	if all && len(names) > 0 {
		return nil, fmt.Errorf("-all runs all recipes: leave out %s", strings.Join(names, " "))
	}
	var known []entry
	for _, c := range book {
		for _, p := range c.recipes {
			known = append(known, entry{p, path.Join("examples/cookbook", c.file(p))})
		}
	}
	if all {
		return known, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(known, func(s entry) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no recipe %q%s: run it without arguments for a list", name, like(name, known))
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// like names recipes that have a word of the name.
func like(name string, known []entry) string {
	var near []string
	for _, s := range known {
		for word := range strings.SplitSeq(name, "-") {
			if len(word) > 2 && strings.Contains(s.Name, word) && !slices.Contains(near, s.Name) {
				near = append(near, s.Name)
			}
		}
	}
	if len(near) == 0 {
		return ""
	}
	return " (there is " + strings.Join(near, ", ") + ")"
}

// run runs recipes on one engine.
func run(ctx context.Context, out io.Writer, recipes []entry, local bool) (err error) {
	e, err := engine.Open(ctx, local)
	if err != nil {
		return err
	}
	defer func() {
		if closing := e.Close(); err == nil {
			err = closing
		}
	}()
	if e.AWS {
		return fmt.Errorf("%s is AWS, where recipes would be paid for: unset it, or name another endpoint", engine.Variable)
	}
	for i, s := range recipes {
		if i > 0 {
			fmt.Fprintln(out)
		}
		s.Heading(out, s.file)
		fmt.Fprintln(out)
		if err := s.Show(ctx, e.Client, out); err != nil {
			return err
		}
	}
	return nil
}
