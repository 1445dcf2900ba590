// Command ddbmem serves an in-memory DynamoDB on a TCP address, for tools in any language.
//
//	go run github.com/singletable-go/ddb/ddbmem/cmd/ddbmem -addr 127.0.0.1:8000
//
// Point a client at http://127.0.0.1:8000 with any region and any keys. An interrupt stops it: it completes the current
// requests, and with -snapshot it saves the data. It also saves every few seconds, so that a crash loses no more than
// that.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/singletable-go/ddb/ddbmem"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stderr)
	if err != nil && !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, "ddbmem:", strings.TrimPrefix(err.Error(), "ddbmem: "))
	}
	if err != nil {
		os.Exit(1)
	}
}

// errReported is an error that has already been printed.
var errReported = errors.New("see above")

const usage = `ddbmem serves a DynamoDB in memory.

Usage: ddbmem [flags]

With -snapshot, tables and items are kept. After an interrupt or a SIGTERM nothing is lost. A kill -9, a crash or a power
failure loses the changes since the last complete snapshot began. That is the time of -snapshot-every, 5 seconds unless
set, and twice the time to write a snapshot, about a second for 200 MB. The file is a complete snapshot at any moment,
with each table as it was at one moment. Stream records and idempotency tokens are not in it: they are lost whenever the
program ends.

`

// run serves until ctx is done.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("ddbmem", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8000", "`address` to listen on; port 0 selects a free one")
	file := flags.String("snapshot", "", "`file` to load at the start, if it exists, and to save to: at the end and every -snapshot-every")
	every := flags.Duration("snapshot-every", 5*time.Second, "`time` between the end of one snapshot and the start of the next; none is written without changes")
	region := flags.String("region", "us-east-1", "`region` that appears in ARNs")
	older := flags.Bool("older-wording", false, "use the error texts of AWS of May 2026")
	verbose := flags.Bool("v", false, "log every request")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return errReported // the flag set has printed it
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *every <= 0 {
		return errors.New("-snapshot-every must be positive")
	}
	opts := ddbmem.Options{Region: *region, Legacy: true, PartiQL: true}
	if *older {
		opts.Wording = ddbmem.OlderWording
	}
	if *verbose {
		opts.Log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	engine := ddbmem.New(opts)
	saver, err := open(engine, *file, *every)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "ddbmem: listening on http://%s\n", l.Addr())
	if saver == nil {
		return engine.ServeListener(ctx, l)
	}
	stop := saver.start(ctx, stderr)
	served := engine.ServeListener(ctx, l)
	stop()
	return errors.Join(served, saver.save()) // after the last response
}
