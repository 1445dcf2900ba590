package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/write"
)

// fanOutPass is one look at the targets of changes.
type fanOutPass struct {
	f      *fanOut
	db     *write.DB
	report func(Drift) error
	found  int // targets

	mu        sync.Mutex // of all below, and of the changes
	changed   int
	contended bool // others were there first at a target
	stopped   error
}

// destination is an index entry that was found, and the changes that are for it, in the order of the stream.
type destination struct {
	attrs   attr.Item
	changes []*copying
	o       *opened
	target  call.Fetched // what a member points to
}

func (p *fanOutPass) run(ctx context.Context, list []*copying) {
	list = p.sources(ctx, list)
	if p.ended() != nil {
		return
	}
	p.find(ctx, list)
	if p.ended() != nil {
		return
	}
	var order []*destination
	byKey := map[string]*destination{}
	for _, c := range list {
		for _, found := range c.found {
			d := byKey[found.id]
			if d == nil {
				d = &destination{attrs: found.attrs}
				byKey[found.id] = d
				order = append(order, d)
			}
			if n := len(d.changes); n == 0 || d.changes[n-1] != c { // two queries of one change found it
				d.changes = append(d.changes, c)
			}
		}
	}
	p.found = len(order)
	order = p.open(ctx, order)
	p.halt(call.Parallel(ctx, len(order), func(i int) error {
		p.bring(ctx, order[i])
		return p.ended()
	}))
}

// bring applies changes to what they found, and writes what they made of it.
func (p *fanOutPass) bring(ctx context.Context, d *destination) {
	if p.ended() != nil || !p.arrived(ctx, d) {
		return
	}
	applied := p.apply(ctx, d)
	if len(applied) == 0 {
		return
	}
	var w *copies
	err := fault.Safely(func() (err error) {
		w, err = d.o.writes(p.db)
		return err
	})
	switch {
	case err != nil:
		p.refuse(ctx, applied, err)
		return
	case len(w.items) == 0: // they changed nothing, whatever they say
		return
	case p.report != nil:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed++
		if err := p.report(Drift{Item: p.db.Table.KeyText(d.o.target.attrs), Field: "copy", Have: "older", Want: "as its source"}); err != nil {
			p.stopped = cmp.Or(p.stopped, err)
		}
		return
	}
	err = p.db.TransactWrite(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: w.items}, nil, nil, nil)
	switch {
	case err == nil:
		p.mu.Lock()
		p.changed++
		p.mu.Unlock()
		p.look(ctx, false, applied...)
	case w.taken(err):
		p.refuse(ctx, applied, fmt.Errorf("%w: target %s: apply moves it to %s, the key of another item", fault.ErrExists, p.db.Table.KeyText(d.o.target.attrs), w.to))
	case apierror.Moved(err):
		p.look(ctx, true, d.changes...)
	default:
		p.refuse(ctx, applied, fmt.Errorf("target %s: %w", p.db.Table.KeyText(d.o.target.attrs), p.db.Explain(err)))
	}
}

// apply applies changes to a target, in their order, and returns those that changed it. One that panics, or says that it changed
// nothing, leaves no trace in what the others made of it.
func (p *fanOutPass) apply(ctx context.Context, d *destination) (applied []*copying) {
	traces := false
	for _, c := range d.changes {
		if p.blocked(c) {
			continue
		}
		if traces {
			if err := d.o.reopen(p.f, applied); err != nil {
				p.fail(ctx, err, d.changes...)
				return nil
			}
		}
		ok, err := p.f.applied(d.o, c)
		if err != nil {
			p.fail(ctx, err, c)
		}
		if traces = err != nil || !ok; !traces {
			applied = append(applied, c)
		}
	}
	if traces && len(applied) > 0 {
		if err := d.o.reopen(p.f, applied); err != nil {
			p.fail(ctx, err, d.changes...)
			return nil
		}
	}
	return applied
}

// applied calls apply.
func (f *fanOut) applied(o *opened, c *copying) (ok bool, err error) {
	err = fault.Safely(func() error {
		change, err := c.apart(f)
		if err == nil {
			ok = f.Apply(change, o.member.is, o.target.is)
		}
		return err
	})
	return ok, err
}

// reopen is the target as it was read, with changes that were applied before.
func (o *opened) reopen(f *fanOut, applied []*copying) error {
	err := o.target.decode()
	if err == nil && o.member.e != nil {
		err = o.member.decode()
	}
	for _, c := range applied {
		if err == nil {
			_, err = f.applied(o, c)
		}
	}
	return err
}

// look has changes looked at again: they wrote something, or others did.
func (p *fanOutPass) look(ctx context.Context, contended bool, list ...*copying) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contended = p.contended || contended
	for _, c := range list {
		c.again = c.again || contended || !hooksOf(ctx).NoSecondLook
	}
}

// refuse has changes whose common write was refused carried one by one, so that one does not take the others with it; unless none
// of them is at fault.
func (p *fanOutPass) refuse(ctx context.Context, applied []*copying, err error) {
	if len(applied) == 1 || fault.OutsideOf(ctx, err) != nil {
		p.fail(ctx, err, applied...)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range applied {
		c.alone = true
	}
}

// fail gives changes an error; one of the environment ends the pass.
func (p *fanOutPass) fail(ctx context.Context, err error, list ...*copying) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range list {
		c.err = errors.Join(c.err, err)
	}
	if fault.OutsideOf(ctx, err) != nil && p.stopped == nil {
		p.stopped = err
	}
}

func (p *fanOutPass) blocked(c *copying) bool {
	if c.before == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return c.blocked()
}

// halt ends the pass, if there is an error.
func (p *fanOutPass) halt(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = cmp.Or(p.stopped, err)
}

func (p *fanOutPass) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped
}
