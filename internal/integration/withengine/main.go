// Command withengine runs another command with an engine in a container, whose address is in DYNAMODB_ENDPOINT:
//
//	go run ./internal/integration/withengine go test -run TestNoWriteLeavesAnIndexStale ./internal/tests/write
//
// The image is DynamoDB Local, or the one in DDB_ENGINE_IMAGE. The container is removed when the command has ended, and
// the exit code is the command's. An interrupt ends the command first.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/singletable-go/ddb/internal/integration/local"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "withengine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return errors.New("usage: withengine command [argument ...]")
	}
	server, err := local.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	fmt.Fprintf(os.Stderr, "withengine: %s at %s\n", server.Image(), server.Endpoint())
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), localtest.Endpoint+"="+server.Endpoint())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
