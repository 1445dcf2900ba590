// Command ddbmem serves a DynamoDB in memory on a TCP address, for tools in any language.
//
//	go run github.com/singletable-go/ddb/ddbmem/cmd/ddbmem -addr 127.0.0.1:8000
//
// Point a client at http://127.0.0.1:8000 with any region and any keys. An interrupt ends it: requests under way are
// answered first, and with -snapshot the data is saved.
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
	"path/filepath"
	"strings"
	"syscall"

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

// errReported is an error that has been printed.
var errReported = errors.New("see above")

const usage = `ddbmem serves a DynamoDB in memory.

Usage: ddbmem [flags]

`

// run serves until ctx is done.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("ddbmem", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8000", "`address` to listen on; port 0 takes a free one")
	snapshot := flags.String("snapshot", "", "`file` to load at the start, if it is there, and to save at the end")
	region := flags.String("region", "us-east-1", "`region` that appears in ARNs")
	older := flags.Bool("older-wording", false, "word errors as AWS did in May 2026")
	verbose := flags.Bool("v", false, "log every request")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return errReported // by the flag set
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	opts := ddbmem.Options{Region: *region, Legacy: true, PartiQL: true}
	if *older {
		opts.Wording = ddbmem.OlderWording
	}
	if *verbose {
		opts.Log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	if *snapshot != "" {
		var err error
		if *snapshot, err = place(*snapshot); err != nil {
			return err
		}
	}
	engine := ddbmem.New(opts)
	if err := load(engine, *snapshot); err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "ddbmem: listening on http://%s\n", l.Addr())
	served := engine.ServeListener(ctx, l)
	return errors.Join(served, save(engine, *snapshot))
}

// place returns where the snapshot is, behind a symbolic link, once a file can be written there: better found out now than
// when there is something to save.
func place(name string) (string, error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".ddbmem-*")
	if err != nil {
		return "", fmt.Errorf("snapshot: %w", err)
	}
	return name, errors.Join(f.Close(), os.Remove(f.Name()))
}

func load(engine *ddbmem.Engine, name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return engine.Restore(f)
}

// save writes the snapshot beside the file first, so that a failure leaves the old one as it was.
func save(engine *ddbmem.Engine, name string) error {
	if name == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".ddbmem-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone when it was renamed
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	err = errors.Join(engine.Snapshot(f), f.Chmod(mode), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
