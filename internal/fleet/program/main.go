// Command program is a process of a fleet. It compiles with the current library and with an older release, so it uses
// only what both export.
//
//	program write                       writes an item of each kind to an engine of its own, and prints the table
//	program work -endpoint … -table …   writes to a table beside other processes, and prints the results of its calls
//	program read -endpoint … -table …   reads the table's stream beside other processes, and prints what it handles
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "write":
		return write(ctx, out)
	case len(args) > 0 && args[0] == "work":
		return work(ctx, args[1:], out)
	case len(args) > 0 && args[0] == "read":
		return read(ctx, args[1:], out)
	}
	return fmt.Errorf("usage: program write | program work [flags] | program read [flags]")
}
