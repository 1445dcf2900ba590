package stream

import (
	"sync"

	"github.com/singletable-go/ddb/internal/view"
)

// progress is what a Mux remembers of the records that are to be delivered again: the parts that are done, and how often
// the others failed.
type progress struct {
	mu  sync.Mutex
	now map[string][]view.Share
	old map[string][]view.Share // the previous generation: it is dropped when now is full
}

// maxProgress bounds the records of one generation.
const maxProgress = 10_000

// recall sets what is known of a record.
func (p *progress) recall(d *view.Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.now[d.Id()]
	if !ok {
		known = p.old[d.Id()]
	}
	for i := range known {
		if d.Shares[i].Tried = known[i].Tried; known[i].State == view.Done && d.Shares[i].State == view.Pending {
			d.Shares[i].State, d.Shares[i].Known = view.Done, true
		}
	}
}

// note remembers a record that is to be delivered again, and forgets any other.
func (p *progress) note(d *view.Delivery, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.old, d.Id())
	if !again {
		delete(p.now, d.Id())
		return
	}
	known := make([]view.Share, len(d.Shares))
	for i, s := range d.Shares {
		known[i].Tried = s.Tried
		if s.State == view.Done || s.State == view.DeadLettered {
			known[i].State = view.Done
		}
	}
	if p.now == nil || len(p.now) >= maxProgress {
		p.old, p.now = p.now, map[string][]view.Share{}
	}
	p.now[d.Id()] = known
}
