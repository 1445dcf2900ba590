// Command kill kills the workers of a stream at random, while others write, and then checks that nothing was lost:
//
//	go run ./internal/integration/kill -kills 200
//	go run ./internal/integration/withengine go run ./internal/integration/kill # on an engine in a container
//
// Each worker is a process that reads the stream, maintains views, and notes every change that its handler saw. It gets
// a SIGKILL at a random moment, and another worker takes its place. At the end the stream is drained, and
//
//   - every written change was seen by a handler, at least once,
//   - the changes of an item were seen in order: each new change came after all earlier ones, and none was skipped,
//   - Verify finds no drift in any view.
//
// The exit status is 1 if one of these does not hold, and 2 if it could not be checked.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if spec := os.Getenv(workerVariable); spec != "" {
		os.Exit(work(spec, os.Stdin, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const usage = `kill kills the workers of a stream at random, while others write, and then asks whether anything was lost.

Usage: kill [flags]

The exit status is 0 if nothing was lost, 1 if something was, and 2 if it could not be found out.

`

// command runs with the arguments of the command line, and returns the exit status.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o := options{progress: stderr}
	flags := flag.NewFlagSet("kill", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.kills, "kills", 100, "`number` of workers to kill")
	flags.IntVar(&o.workers, "workers", 3, "`number` of workers at once")
	flags.IntVar(&o.writers, "writers", 4, "`number` of writers at once, each with ten items of its own")
	flags.Uint64Var(&o.seed, "seed", 0, "`number` that seeds the kills and the writes; 0 selects a random one")
	flags.StringVar(&o.endpoint, "endpoint", os.Getenv("DYNAMODB_ENDPOINT"), "`URL` of a DynamoDB; without it and without DYNAMODB_ENDPOINT, ddbmem is served on a free port")
	flags.StringVar(&o.seen, "seen", "", "`file` for what handlers saw, one line each: worker, item, change; by default it is deleted")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if flags.NArg() > 0 || o.kills < 0 || o.workers < 1 || o.writers < 1 {
		fmt.Fprintln(stderr, "kill: unexpected argument, or too small a number: see -h")
		return 2
	}
	if o.seed == 0 {
		o.seed = rand.Uint64()
	}
	sum, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(stderr, "kill:", err)
		return 2
	}
	fmt.Fprintf(stdout, "%d kills, %d changes of %d items, seen %d times; seed %d\n", sum.kills, sum.written, sum.items, sum.seen, o.seed)
	for i, f := range sum.faults {
		if i == 20 {
			fmt.Fprintf(stdout, "and %d more\n", len(sum.faults)-i)
			break
		}
		fmt.Fprintln(stdout, f)
	}
	if len(sum.faults) > 0 {
		return 1
	}
	fmt.Fprintln(stdout, "nothing was lost, all changes were in order, no view drifted")
	return 0
}
