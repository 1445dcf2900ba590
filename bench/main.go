package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

func main() {
	var (
		rounds = flag.Int("rounds", 40, "turns of each contender")
		turn   = flag.Duration("turn", 20*time.Millisecond, "CPU time of a turn")
		write  = flag.Bool("write", false, "write the table to REPORT.md, between its markers")
		scale  = flag.Bool("scale", false, "scan and load large tables, too")
		items  = flag.Int("items", 1_000_000, "of the scanned table")
		only   = flag.String("only", "", "run only the cases whose names begin with this")
		memory = flag.Int("rebuild", 0, "measure only the memory of a Rebuild of so many sources")
	)
	flag.Parse()
	ctx := context.Background()
	var err error
	switch task := os.Getenv(rebuildEnv); {
	case task != "":
		err = rebuild(ctx, task, os.Stdout)
	case *memory > 0:
		err = rebuilds(ctx, os.Stdout, *memory)
	default:
		err = run(ctx, *rounds, *turn, *write, *scale, *items, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, turn time.Duration, write, scale bool, items int, only string) error {
	var report bytes.Buffer
	out := io.MultiWriter(os.Stdout, &report)
	fmt.Fprintf(out, "%s, %d CPUs, %s; the best quarter of %d turns of %v.\n", runtime.Version(), runtime.NumCPU(), versions(), rounds, turn)
	for _, w := range []world{stubWorld(), engineWorld(ctx)} {
		fmt.Fprintf(out, "\nOn %s:\n\n| work | | time | allocations | bytes | µs | goal |\n|---|---|---|---|---|---|---|\n", w.name)
		for _, of := range cases(w) {
			c := of(w)
			if !strings.HasPrefix(c.name, only) {
				continue
			}
			if err := verified(ctx, w, of); err != nil {
				return err
			}
			fs := c.measure(ctx, rounds, turn)
			for i, f := range fs {
				name, goal := "", ""
				if i == 0 {
					name = c.name
				}
				if c.contenders[i].name == ours && w.stored == nil {
					goal = c.goal
				}
				fmt.Fprintf(out, "| %s | %s | %.2f | %.0f (%.2f) | %.0f (%.2f) | %.1f | %s |\n", name, c.contenders[i].name, float64(f.cpu())/float64(fs[0].cpu()),
					f.allocs, f.allocs/fs[0].allocs, f.bytes, f.bytes/fs[0].bytes, float64(f.cpu().Nanoseconds())/1000, goal)
			}
		}
	}
	if scale {
		if err := errors.Join(scales(ctx, out, items), loads(ctx, out, 100_000)); err != nil {
			return err
		}
	}
	if !write {
		return nil
	}
	return rewrite(report.Bytes())
}

// versions lists the versions of the compared modules.
func versions() string {
	info, _ := debug.ReadBuildInfo()
	var out []string
	for _, m := range info.Deps {
		switch {
		case strings.HasSuffix(m.Path, "/service/dynamodb"), strings.HasSuffix(m.Path, "/attributevalue"), strings.Contains(m.Path, "guregu"), strings.HasSuffix(m.Path, "smithy-go"):
			out = append(out, filepath.Base(strings.TrimSuffix(m.Path, "/v2"))+" "+m.Version)
		}
	}
	return strings.Join(out, ", ")
}

const begin, end = "<!-- written by go run ./bench -write -->\n", "<!-- end -->\n"

// rewrite replaces the tables of the last run.
func rewrite(tables []byte) error {
	path := "REPORT.md"
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join("bench", path)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, found := bytes.Cut(old, []byte(begin))
	_, tail, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return fmt.Errorf("%s has no markers", path)
	}
	return os.WriteFile(path, bytes.Join([][]byte{head, []byte(begin), []byte("\n"), tables, []byte("\n"), []byte(end), tail}, nil), 0o644)
}
