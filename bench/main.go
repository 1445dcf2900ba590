package main

import (
	"context"
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

// settings are what the flags say.
type settings struct {
	rounds int
	turn   time.Duration
	items  int
	only   string
	write  bool
}

func main() {
	var (
		set    settings
		parts  = sections()
		asked  = map[string]*bool{}
		memory = flag.Int("rebuild", 0, "measure only the memory of a Rebuild of so many sources")
		all    = flag.Bool("all", false, "measure everything but -engines")
	)
	flag.IntVar(&set.rounds, "rounds", 20, "turns of each contender")
	flag.DurationVar(&set.turn, "turn", 100*time.Millisecond, "CPU time of a turn of the reference")
	flag.IntVar(&set.items, "items", 1_000_000, "of the scanned table")
	flag.StringVar(&set.only, "only", "", "run only the cases whose names begin with this")
	flag.BoolVar(&set.write, "write", false, "write the tables to REPORT.md, between their markers")
	for _, s := range parts {
		asked[s.name] = flag.Bool(s.name, false, s.what)
	}
	flag.Parse()
	ctx := context.Background()
	var err error
	switch task := os.Getenv(rebuildEnv); {
	case task != "":
		err = rebuild(ctx, task, os.Stdout)
	case os.Getenv(serveEnv) != "":
		err = serveEngine(ctx, os.Stdin, os.Stdout)
	case *memory > 0:
		err = rebuilds(ctx, os.Stdout, *memory)
	default:
		none := true
		for _, s := range parts {
			none = none && !*asked[s.name]
		}
		*asked["cases"] = *asked["cases"] || none
		for _, s := range parts {
			if err == nil && (*asked[s.name] || *all && s.name != "engines") {
				err = s.run(ctx, set)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// compare measures the cases in all worlds.
func compare(ctx context.Context, out io.Writer, set settings) error {
	fmt.Fprintf(out, "%s, %d CPUs, %s; the best quarter of %d turns of %v.\n", runtime.Version(), runtime.NumCPU(), versions(), set.rounds, set.turn)
	for _, w := range []world{stubWorld(), engineWorld(ctx)} {
		fmt.Fprintf(out, "\nOn %s:\n\n| work | | time | allocations | bytes | µs | goal |\n|---|---|---|---|---|---|---|\n", w.name)
		for _, of := range cases(w) {
			c := of(w)
			if !strings.HasPrefix(c.name, set.only) {
				continue
			}
			if err := verified(ctx, w, of); err != nil {
				return err
			}
			fs := c.measure(ctx, set.rounds, set.turn)
			for i, f := range fs {
				name, goal := "", ""
				if i == 0 {
					name = c.name
				}
				if c.contenders[i].name == ours && w.stored == nil {
					goal = c.goal
				}
				fmt.Fprintf(out, "| %s | %s | %.2f | %.0f (%.2f) | %.0f (%.2f) | %.1f | %s |\n", name, c.contenders[i].name, f.ratio(fs[0]),
					f.allocs, f.allocs/fs[0].allocs, f.bytes, f.bytes/fs[0].bytes, micros(f.cpu()), goal)
			}
		}
	}
	return nil
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
