package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The variables for the length of an attack, "500x" for rounds or "1h" for time, and for its first seed.
const (
	BudgetVar = "DDB_ATTACK"
	SeedVar   = "DDB_ATTACK_SEED"
)

// maxKinds is how many kinds of problem are reported, one round for each, before an attack ends.
const maxKinds = 6

// plan is a round as data, so that it can be shortened.
type plan struct {
	seed    uint64
	without map[step]bool // omitted calls
	calm    map[step]bool // calls without faults
}

// step is one call of a plan.
type step struct{ process, index int }

// report is the result of a round.
type report struct {
	problems []Problem
	calls    []*Call
	world    *World
}

// Run attacks a promise for the time in the environment, by default for the given number of rounds.
func Run(t *testing.T, p Promise, rounds int, engine func() Engine) {
	t.Helper()
	if p.Processes == 0 {
		p.Processes = 3
	}
	if p.Calls == 0 {
		p.Calls = 12
	}
	seed, seeded := rand.Uint64()>>16, false
	if s := os.Getenv(SeedVar); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", SeedVar, err)
		}
		seed, seeded = n, true
	}
	more := budget(t, rounds)
	begin, n, broken := time.Now(), 0, map[string]int{}
	for ; more(n) && len(broken) < maxKinds; n++ {
		pl := plan{seed: seed + uint64(n)}
		out := pl.run(t, p, engine())
		if len(out.problems) == 0 {
			continue
		}
		if !out.news(broken) {
			continue
		}
		after := time.Since(begin).Round(time.Millisecond)
		if out.world.engine.Simulated {
			out = pl.shorten(t, p, engine, out)
		}
		t.Errorf("%s: broken in round %d, after %v; again with %s=1x %s=%d\n%s", p.Name, n+1, after, BudgetVar, SeedVar, pl.seed, out.print())
	}
	t.Logf("%s: %d rounds in %v, from seed %d (given: %t); broken: %v", p.Name, n, time.Since(begin).Round(time.Millisecond), seed, seeded, broken)
}

// news counts the kinds of problem in a round, and moves a new one to the front. It reports whether there is one.
func (r *report) news(broken map[string]int) (some bool) {
	seen := map[string]bool{}
	for i, p := range r.problems {
		if seen[p.Kind] {
			continue
		}
		seen[p.Kind] = true
		if broken[p.Kind]++; broken[p.Kind] == 1 && !some {
			some = true
			r.problems[0], r.problems[i] = r.problems[i], r.problems[0]
		}
	}
	return some
}

// budget reports whether another round follows round n.
func budget(t *testing.T, rounds int) func(n int) bool {
	s := os.Getenv(BudgetVar)
	if s == "" {
		return func(n int) bool { return n < rounds }
	}
	if number, ok := strings.CutSuffix(s, "x"); ok {
		limit, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s: %v", BudgetVar, err)
		}
		return func(n int) bool { return n < limit }
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatalf("%s: %v", BudgetVar, err)
	}
	end := time.Now().Add(d)
	return func(int) bool { return time.Now().Before(end) }
}

// run runs a round.
func (pl plan) run(t *testing.T, p Promise, engine Engine) *report {
	w := newWorld(engine, pl.seed, fmt.Sprintf("attack-%s-%d", strings.ReplaceAll(p.Name, " ", "-"), pl.seed))
	if engine.Simulated {
		synctest.Test(t, func(t *testing.T) { pl.simulate(t.Context(), p, w) })
	} else {
		pl.unleash(t.Context(), p, w)
	}
	return &report{w.problems, w.calls, w}
}

// begin makes the processes and the first items.
func (pl plan) begin(ctx context.Context, p Promise, w *World) Round {
	if w.rates = drawRates(w.Rand); p.Calm {
		w.rates = rates{}
	}
	for i := range p.Processes {
		w.Processes = append(w.Processes, newProcess(w, i))
	}
	return p.Begin(ctx, w)
}

// play runs the calls of all processes, and returns how many processes are still running.
func (pl plan) play(ctx context.Context, p Promise, w *World, round Round) (running func() int, wait func()) {
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(len(w.Processes)))
	for i, proc := range w.Processes {
		wg.Go(func() {
			defer left.Add(-1)
			for n := range p.Calls {
				if s := (step{i, n}); !pl.without[s] && ctx.Err() == nil {
					proc.run(ctx, round, proc.newCall(n, pl.calm[s]))
				}
			}
		})
	}
	return func() int { return int(left.Load()) }, wg.Wait
}

// simulate runs a round in a synctest bubble.
func (pl plan) simulate(ctx context.Context, p Promise, w *World) {
	round := pl.begin(ctx, p, w)
	g := &gate{seed: pl.seed, now: make([]int, len(w.Processes))}
	w.gate = g
	playing, cancel := context.WithCancel(ctx)
	defer cancel()
	running, wait := pl.play(playing, p, w, round)
	if !g.schedule(running) {
		w.Problem("endless", "", "the round does not end: %d requests were made", maxRequests)
		cancel()
		for running() > 0 {
			g.pass()
			time.Sleep(time.Second)
		}
	}
	wait()
	w.gate = nil
	pl.check(ctx, w, round)
}

// unleash runs a round without a scheduler.
func (pl plan) unleash(ctx context.Context, p Promise, w *World) {
	round := pl.begin(ctx, p, w)
	_, wait := pl.play(ctx, p, w, round)
	wait()
	pl.check(ctx, w, round)
	w.must(w.drop(ctx, w.Table))
}

func (pl plan) check(ctx context.Context, w *World, round Round) {
	w.mu.Lock()
	w.checking = true
	w.mu.Unlock()
	defer func() {
		if x := recover(); x != nil {
			w.Problem("panic", "", "while it was checked: %v\n%s", x, stack())
		}
	}()
	round.Check(ctx, w)
}

func stack() string {
	lines := strings.Split(string(debug.Stack()), "\n")
	return strings.Join(lines[min(len(lines), 7):min(len(lines), 27)], "\n")
}
