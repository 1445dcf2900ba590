package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/internal/integration/local"
)

const where = `It runs on the endpoint in ` + engine.Variable + `; with -local on an engine in a container; otherwise in this process.
The image of the container is DynamoDB Local, unless ` + local.Variable + ` names another.
An engine in this process or in a container starts empty: a command that needs data seeds it first.

Requests to an endpoint are signed with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN if they are set, else with made-up keys. An endpoint that is AWS also needs -aws.`

// command is the example for the command line. It writes help to help, in long lines.
func (e Example) command(help, stdout, stderr io.Writer) *cli.Command {
	b := &builder{Example: e, stdout: stdout, stderr: stderr}
	root := b.build(command{name: e.Name, about: e.About, run: everything, commands: e.all()})
	root.UsageText = e.Name + " [flags] [command]"
	root.Description = "Without a command: creates the table, seeds it and runs every access pattern.\n\n" + where
	root.Flags = append(b.flags(), e.Flags...)
	root.Writer, root.ErrWriter = help, stderr
	root.ExitErrHandler = func(context.Context, *cli.Command, error) {}
	root.Commands = append(root.Commands, b.helpCommand())
	return root
}

// builder makes the commands of an example.
type builder struct {
	Example
	stdout, stderr io.Writer
	container      bool
	options
}

// flags are those of every example.
func (b *builder) flags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "local", Destination: &b.container, Usage: "run on the engine in a container, which Docker starts: " + string(local.EngineImage())},
		&cli.StringFlag{Name: "table", Destination: &b.table, Value: cmp.Or(b.On, b.Name), Usage: "`name` of the table", Validator: tableName},
		&cli.BoolFlag{Name: "long", Destination: &b.long, Usage: "patterns prints also the rates, what a request costs at most, and the rest of the page"},
		&cli.BoolFlag{Name: "yes", Destination: &b.yes, Usage: "purge and drop also at an endpoint"},
		&cli.BoolFlag{Name: "force", Destination: &b.force, Usage: "purge and drop the table even with data that is not the example's"},
		&cli.BoolFlag{Name: "aws", Destination: &b.aws, Usage: "the endpoint may be AWS, whose requests are paid for"},
	}
}

// build makes one command with its subcommands.
func (b *builder) build(c command) *cli.Command {
	cmd := &cli.Command{Name: c.name, Usage: c.about, Flags: c.flags, Arguments: c.args, HideHelpCommand: true, OnUsageError: b.usage}
	names := make([]string, len(c.commands))
	for i, sub := range c.commands {
		names[i] = sub.name
		cmd.Commands = append(cmd.Commands, b.build(sub))
	}
	cmd.Action = func(ctx context.Context, cmd *cli.Command) error {
		switch unknown := cmd.Args().First(); {
		case unknown != "" && len(names) == 0:
			return usageError{fmt.Errorf("unknown command %q: %s takes none", unknown, c.name)}
		case unknown != "":
			return usageError{fmt.Errorf("unknown command %q: use one of %s", unknown, strings.Join(names, ", "))}
		case c.run == nil:
			return usageError{fmt.Errorf("%s needs a command: use one of %s", c.name, strings.Join(names, ", "))}
		}
		if c.check != nil {
			if err := c.check(); err != nil {
				return usageError{err}
			}
		}
		if c.begin != nil {
			if err := c.begin(ctx); err != nil {
				return err
			}
		}
		s := &session{Example: b.Example, options: b.options, out: b.stdout, err: b.stderr}
		if c.offline {
			return s.explain(ctx, c.run(ctx, s))
		}
		return s.connect(ctx, b.container, c)
	}
	return cmd
}

func (b *builder) usage(_ context.Context, _ *cli.Command, err error, _ bool) error {
	return usageError{fmt.Errorf("%w; %s -h lists the flags", err, b.Name)}
}

// helpCommand is -h for those who write help.
func (b *builder) helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "print this, or the help of a command", HideHelp: true, OnUsageError: b.usage,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			of := cmd.Root()
			for i, name := range cmd.Args().Slice() {
				sub := of.Command(name)
				switch {
				case sub == nil:
					return usageError{fmt.Errorf("help: unknown command %q", name)}
				case i == cmd.NArg()-1:
					return cli.ShowCommandHelp(ctx, of, name)
				}
				of = sub
			}
			return cli.ShowRootCommandHelp(of)
		},
	}
}

// tableName refuses what DynamoDB does not accept as the name of a table.
func tableName(name string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	switch {
	case name == "":
		return errors.New("the name of a table must not be empty")
	case len(name) < 3 || len(name) > 255 || strings.Trim(name, allowed) != "":
		return errors.New("the name of a table has 3 to 255 characters: letters, digits, dots, hyphens and underscores")
	}
	return nil
}

// AtLeast is the validator of a flag whose value must be n or more.
func AtLeast(n int) func(int) error {
	return func(value int) error {
		if value < n {
			return fmt.Errorf("must be at least %d", n)
		}
		return nil
	}
}

const helpWidth = 80

// hang wraps lines that are longer than width, and indents what follows like the last column of the line.
func hang(text string, width int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if column := strings.LastIndex(line, "  "); column > indent && column < width/2 {
			indent = column + 2
		}
		for len(line) > width {
			cut := strings.LastIndex(line[:width+1], " ")
			if cut <= indent {
				break
			}
			out.WriteString(line[:cut] + "\n")
			line = strings.Repeat(" ", indent) + line[cut+1:]
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
