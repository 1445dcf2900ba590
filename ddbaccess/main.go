package ddbaccess

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// The exit codes of [Main].
const (
	exitDone    = 0
	exitFailed  = 1 // an error, or a finding that is not accepted
	exitMisused = 2 // the command line
)

// Main is the main function of a program that shows the model:
//
//	func main() { ddbaccess.Main(shop.Patterns, ddbmem.New().Client()) }
//
// Its verbs print the patterns, the page or the design; -h explains them. It ends the program: with 0, with 1 for an error or a
// finding that is not accepted, or with 2 for a command line that is wrong. An interrupt ends the measurement.
func Main(c *Catalog, client ddb.Client) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := runMain(ctx, os.Args, os.Stdout, os.Stderr, client, c)
	stop()
	os.Exit(code)
}

// verb is a command of Main.
type verb struct {
	name, about, more string
	flags             func(*flag.FlagSet, *settings)
	run               func(*command) error
}

// settings are the flags of the verbs.
type settings struct {
	wide, json bool
	prices     string
}

// command is a verb that runs.
type command struct {
	settings
	ctx    context.Context
	out    io.Writer
	client ddb.Client
	c      *Catalog
}

func verbs() []verb {
	measured := func(f *flag.FlagSet, s *settings) {
		f.StringVar(&s.prices, "prices", "", "a JSON `file` with the prices of a region; without it there is no money")
		f.BoolVar(&s.json, "json", false, "print the report as JSON")
	}
	return []verb{
		{
			"patterns", "run each access pattern and print what it costs",
			"Prints each pattern with its requests, and then the findings.\nExits with 1 if a finding is not accepted.",
			func(f *flag.FlagSet, s *settings) {
				measured(f, s)
				f.BoolVar(&s.wide, "wide", false, "print one wide table instead of a few lines for each pattern")
			}, (*command).patterns,
		},
		{
			"page", "print the page of the model as Markdown",
			"Prints the patterns, the busiest keys, the storage, the findings, the design.", measured, (*command).page,
		},
		{
			"design", "print the design of the table",
			"Prints the keys of each entity. It runs no pattern.",
			func(f *flag.FlagSet, s *settings) {
				f.BoolVar(&s.json, "json", false, "print the design as JSON, for package ddbdesign")
			}, (*command).design,
		},
		{
			"draw", "print the model as an HTML page with pictures",
			"Prints one page, without scripts, which needs no network:\nthe entities, the sample items by index, and the tables of the verb page.",
			func(f *flag.FlagSet, s *settings) {
				f.StringVar(&s.prices, "prices", "", "a JSON `file` with the prices of a region; without it there is no money")
			}, (*command).draw,
		},
	}
}

var errFindings = errors.New("there are findings that are not accepted")

func runMain(ctx context.Context, args []string, out, errs io.Writer, client ddb.Client, c *Catalog) int {
	program := "model"
	if len(args) > 0 {
		program, args = filepath.Base(args[0]), args[1:]
	}
	if len(args) == 0 {
		usage(errs, program)
		return exitMisused
	}
	if name := strings.TrimLeft(args[0], "-"); name == "h" || name == "help" {
		usage(out, program)
		return exitDone
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return v.do(&command{ctx: ctx, client: client, c: c}, program, args[1:], out, errs)
		}
	}
	fmt.Fprintf(errs, "%s: there is no verb %q\n\n", program, args[0])
	usage(errs, program)
	return exitMisused
}

// do parses the flags of a verb and runs it. Nothing is printed of a run that fails, except by findings.
func (v verb) do(cmd *command, program string, args []string, out, errs io.Writer) int {
	f := flag.NewFlagSet(program+" "+v.name, flag.ContinueOnError)
	v.flags(f, &cmd.settings)
	f.SetOutput(io.Discard)
	explain := func(w io.Writer) {
		fmt.Fprintf(w, "usage: %s %s [flags]\n\n%s\n\nflags:\n", program, v.name, v.more)
		f.SetOutput(w)
		f.PrintDefaults()
	}
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		explain(out)
		return exitDone
	case err != nil:
		fmt.Fprintf(errs, "%s %s: %v\n\n", program, v.name, err)
		explain(errs)
		return exitMisused
	case f.NArg() > 0:
		fmt.Fprintf(errs, "%s %s: there is no argument %q\n\n", program, v.name, f.Arg(0))
		explain(errs)
		return exitMisused
	}
	var b bytes.Buffer
	cmd.out = &b
	err := v.run(cmd)
	if err == nil || errors.Is(err, errFindings) {
		if _, e := b.WriteTo(out); e != nil {
			err = e
		}
	}
	if err != nil {
		fmt.Fprintf(errs, "%s %s: %v\n", program, v.name, err)
		return exitFailed
	}
	return exitDone
}

func usage(w io.Writer, program string) {
	fmt.Fprintf(w, "usage: %s VERB [flags]\n\nverbs:\n", program)
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-10s%s\n", v.name, v.about)
	}
	fmt.Fprintf(w, "\n%s VERB -h prints the flags of a verb.\n", program)
}

// measure measures the catalog, with the prices of the flag.
func (cmd *command) measure() (*Report, error) {
	if err := cmd.c.Validate(); err != nil {
		return nil, err
	}
	c := *cmd.c
	if cmd.prices != "" {
		p, err := ReadPrices(cmd.prices)
		if err != nil {
			return nil, err
		}
		c.Prices = p
	}
	return c.Measure(cmd.ctx, cmd.client)
}

func (cmd *command) page() error {
	rep, err := cmd.measure()
	if err != nil {
		return err
	}
	if cmd.json {
		return rep.JSON(cmd.out)
	}
	return rep.Markdown(cmd.out)
}

func (cmd *command) patterns() error {
	rep, err := cmd.measure()
	if err != nil {
		return err
	}
	switch {
	case cmd.json:
		err = rep.JSON(cmd.out)
	case cmd.wide:
		_, err = io.WriteString(cmd.out, rep.patternsMarkdown())
	default:
		err = rep.terminal(cmd.out)
	}
	for _, f := range rep.Findings {
		if f.Reason == "" && err == nil {
			err = errFindings
		}
	}
	return err
}

func (cmd *command) draw() error {
	rep, err := cmd.measure()
	if err != nil {
		return err
	}
	return ddbdraw.HTML(cmd.out, rep.Drawing())
}

func (cmd *command) design() error {
	if err := cmd.c.Validate(); err != nil {
		return err
	}
	if !cmd.json {
		return cmd.c.Table.Describe(cmd.out)
	}
	return ddbdesign.Write(cmd.out, cmd.c.Table.Design())
}
