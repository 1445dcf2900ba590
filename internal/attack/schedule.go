package attack

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"testing/synctest"
	"time"
)

// gate stops every request of a simulated round until the scheduler passes it. A nil gate stops nothing.
//
// Each request has an arrival time, drawn from the seed, its call and its content, and the earliest passes first. So
// the order does not depend on how goroutines run, and omitting a call does not change the order of the others. Without
// that a round could not be shortened.
type gate struct {
	mu     sync.Mutex
	seed   uint64
	parked []*parked
	now    []int // by process: when its last request arrived
}

type parked struct {
	process, at int
	open        chan struct{}
}

// callGap is the time between the starts of a process's calls, in the gate's time, in which a request takes about ten.
const callGap = 40

// wait stops the n-th request of a call with the same content.
func (g *gate) wait(c *Call, what string) {
	if g == nil || c == nil {
		return
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.ID + " " + what))
	g.mu.Lock()
	c.asked[what]++
	r := rand.New(rand.NewPCG(g.seed, h.Sum64()+uint64(c.asked[what])))
	after := r.IntN(12)
	switch r.IntN(12) {
	case 0:
		after = 100 + r.IntN(300)
	case 1, 2, 3:
		after = 10 + r.IntN(50)
	}
	p := c.Process.Index
	at := &parked{p, max(g.now[p], c.index*callGap) + after, make(chan struct{})}
	g.parked = append(g.parked, at)
	g.mu.Unlock()
	<-at.open
}

// waiting returns how many processes have a request at the gate.
func (g *gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	processes := map[int]bool{}
	for _, at := range g.parked {
		processes[at.process] = true
	}
	return len(processes)
}

// pass passes the earliest request.
func (g *gate) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.parked) == 0 {
		return
	}
	first := 0
	for i, at := range g.parked {
		if f := g.parked[first]; at.at < f.at || at.at == f.at && at.process < f.process {
			first = i
		}
	}
	at := g.parked[first]
	g.parked = append(g.parked[:first:first], g.parked[first+1:]...)
	g.now[at.process] = at.at
	close(at.open)
}

// maxRequests is the maximum number of requests in a round: a round that needs more does not end.
const maxRequests = 20_000

// schedule passes one request after the other until every process is done. It runs in a synctest bubble: when all
// others wait, for the gate or for time, it advances time until all of them are at the gate.
func (g *gate) schedule(running func() int) (ended bool) {
	for range maxRequests {
		synctest.Wait()
		for d := 20 * time.Millisecond; running() > g.waiting(); d = min(2*d, 10*time.Second) { // a process pauses
			time.Sleep(d)
			synctest.Wait()
		}
		if running() == 0 {
			return true
		}
		g.pass()
	}
	return false
}
