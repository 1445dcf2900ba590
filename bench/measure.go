package main

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// figures are what one call of a contender costs.
type figures struct {
	turns  []time.Duration // CPU time of a call, in each turn
	allocs float64
	bytes  float64
}

// cpu is the mean of the best quarter of the turns. Other load on the machine only adds to the rest.
func (f figures) cpu() time.Duration {
	best := slices.Sorted(slices.Values(f.turns))[:(len(f.turns)+3)/4]
	var sum time.Duration
	for _, d := range best {
		sum += d
	}
	return sum / time.Duration(len(best))
}

// ratio is to the reference.
func (f figures) ratio(reference figures) float64 { return float64(f.cpu()) / float64(reference.cpu()) }

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// cpuTime is the CPU time of the process, all threads.
func cpuTime() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// spend runs f n times.
func spend(ctx context.Context, f func(context.Context) (any, error), n int) time.Duration {
	from := cpuTime()
	for range n {
		if _, err := f(ctx); err != nil {
			panic(err)
		}
	}
	return cpuTime() - from
}

// filling returns how many calls of f fill a turn.
func filling(ctx context.Context, f func(context.Context) (any, error), turn time.Duration) int {
	for n := 1; ; n *= 2 {
		if d := spend(ctx, f, n); d >= turn/4 || n >= 1<<20 {
			return max(1, int(float64(n)*float64(turn)/float64(max(d, time.Microsecond))))
		}
	}
}

// measure counts allocations and runs the contenders of a case in turn.
func (c benchCase) measure(ctx context.Context, rounds int, turn time.Duration) []figures {
	out := c.race(ctx, rounds, turn)
	for i, k := range c.contenders {
		out[i].allocs, out[i].bytes = allocations(ctx, k.run)
	}
	return out
}

// race runs the contenders of a case in turn, in another order each round. A turn has the same number of calls for all,
// as many as fill a turn of the reference, and starts without the garbage of the turn before. That collection empties the
// pools, too: in a short turn, filling them again would count.
func (c benchCase) race(ctx context.Context, rounds int, turn time.Duration) []figures {
	out := make([]figures, len(c.contenders))
	for _, k := range c.contenders {
		spend(ctx, k.run, 5) // fills the pools
	}
	calls := filling(ctx, c.contenders[0].run, turn)
	for range rounds {
		for _, i := range rand.Perm(len(out)) {
			runtime.GC()
			out[i].turns = append(out[i].turns, spend(ctx, c.contenders[i].run, calls)/time.Duration(calls))
		}
	}
	return out
}

// allocations counts the allocations of one call.
func allocations(ctx context.Context, f func(context.Context) (any, error)) (n, bytes float64) {
	const runs = 50
	spend(ctx, f, 5) // fills the pools
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	spend(ctx, f, runs)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / runs, float64(after.TotalAlloc-before.TotalAlloc) / runs
}
