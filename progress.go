package ddb

import "sync"

// progress is what a Mux remembers of the records that are to be delivered again: the parts that are done, and how often
// the others failed.
type progress struct {
	mu  sync.Mutex
	now map[string][]share
	old map[string][]share // of before the last maxProgress: records that nobody delivers again are forgotten
}

// maxProgress bounds the records of one generation.
const maxProgress = 10_000

// recall sets what is known of a record.
func (p *progress) recall(d *delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.now[d.id()]
	if !ok {
		known = p.old[d.id()]
	}
	for i := range known {
		if d.shares[i].tried = known[i].tried; known[i].state == done && d.shares[i].state == pending {
			d.shares[i].state, d.shares[i].known = done, true
		}
	}
}

// note remembers a record that is to be delivered again, and forgets any other.
func (p *progress) note(d *delivery, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.old, d.id())
	if !again {
		delete(p.now, d.id())
		return
	}
	known := make([]share, len(d.shares))
	for i, s := range d.shares {
		known[i].tried = s.tried
		if s.state == done || s.state == lettered {
			known[i].state = done
		}
	}
	if p.now == nil || len(p.now) >= maxProgress {
		p.old, p.now = p.now, map[string][]share{}
	}
	p.now[d.id()] = known
}
