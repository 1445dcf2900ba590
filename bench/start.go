package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// starter is a program that starts, reads an item, and ends.
type starter struct {
	name, program, entities, goal string
}

var starters = []starter{
	{sdk, "sdk", "", ""},
	{peer, "dynamo", "", ""},
	{"ddb, 1 entity", "ddb", "1", ""},
	{"ddb, 7 entities", "ddb", "7", "≤ 1.15"},
	{"ddb, 50 entities", "ddb", "50", "≤ 1.50"},
}

// starts runs programs that start and end, in a random order each round.
func starts(ctx context.Context, out io.Writer, rounds int) error {
	dir, err := os.MkdirTemp("", "start")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(ctx, "go", "build", "-o", dir+string(filepath.Separator),
		"github.com/singletable-go/ddb/bench/start/sdk", "github.com/singletable-go/ddb/bench/start/dynamo", "github.com/singletable-go/ddb/bench/start/ddb")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("the programs that start: %w", err)
	}
	spent := make([]figures, len(starters))
	for round := range rounds + 1 {
		for _, i := range rand.Perm(len(starters)) {
			cpu, err := starters[i].run(ctx, dir)
			if err != nil {
				return err
			}
			if round > 0 { // the first one reads the programs from the disk
				spent[i].turns = append(spent[i].turns, cpu)
			}
		}
	}
	fmt.Fprintf(out, "CPU time of a program that starts, makes a client, reads an item and ends; the best quarter of %d rounds:\n\n| | time | ms | goal |\n|---|---|---|---|\n", rounds)
	for i, s := range starters {
		fmt.Fprintf(out, "| %s | %.2f | %.1f | %s |\n", s.name, spent[i].ratio(spent[0]), micros(spent[i].cpu())/1000, s.goal)
	}
	return nil
}

// run returns the CPU time of the program, user and system.
func (s starter) run(ctx context.Context, dir string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, s.program))
	if s.entities != "" {
		cmd.Args = append(cmd.Args, s.entities)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", s.name, err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
