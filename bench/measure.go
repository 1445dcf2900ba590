package main

import (
	"context"
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

// measure runs the contenders of a case in turn.
func (c benchCase) measure(ctx context.Context, rounds int, turn time.Duration) ([]figures, error) {
	out := make([]figures, len(c.contenders))
	times := make([]int, len(c.contenders))
	for i, k := range c.contenders {
		if err := c.verify(ctx, k); err != nil {
			return nil, err
		}
		n := 1
		for { // as many as fill a turn
			d := spend(ctx, k.run, n)
			if d >= turn/4 || n >= 1<<20 {
				times[i] = max(1, int(float64(n)*float64(turn)/float64(max(d, time.Microsecond))))
				break
			}
			n *= 2
		}
		out[i].allocs, out[i].bytes = allocations(ctx, k.run)
	}
	for range rounds {
		for i, k := range c.contenders {
			out[i].turns = append(out[i].turns, spend(ctx, k.run, times[i])/time.Duration(times[i]))
		}
	}
	return out, nil
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
