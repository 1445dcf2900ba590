package ddb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/apierror"
)

// fanOutPass is one look at the targets of changes.
type fanOutPass struct {
	f      *fanOut
	db     *DB
	report func(Drift) error

	mu        sync.Mutex // of all below, and of the changes
	changed   int
	contended bool // others were there first at a target
	stopped   error
}

// destination is a row that was found, and the changes that are for it, in the order of the stream.
type destination struct {
	row     item
	changes []*copying
	o       *opened
	target  fetched // what a member points to
}

func (p *fanOutPass) run(ctx context.Context, list []*copying) {
	list = p.sources(ctx, list)
	p.find(ctx, list)
	var order []*destination
	byKey := map[string]*destination{}
	for _, c := range list {
		for _, row := range c.rows {
			id := p.db.table.keyText(row)
			if byKey[id] == nil {
				byKey[id] = &destination{row: row}
				order = append(order, byKey[id])
			}
			byKey[id].changes = append(byKey[id].changes, c)
		}
	}
	order = p.open(ctx, order)
	p.halt(parallel(ctx, len(order), func(i int) error {
		p.bring(ctx, order[i])
		return p.ended()
	}))
}

// sources reads the sources as they are now, strongly consistently, and returns the changes that are still to be carried: not
// those of a source that is gone, or that is there again, of which another record tells.
func (p *fanOutPass) sources(ctx context.Context, list []*copying) (left []*copying) {
	keys := make([]item, len(list))
	for i, c := range list {
		keys[i], c.again, c.rows = c.key, false, nil
	}
	for i, s := range p.db.fetch(ctx, keys) {
		c := list[i]
		if s.err != nil {
			p.fail(ctx, s.err, c)
			continue
		}
		there := s.item != nil && p.db.table.claims(p.f.source, loaded(s.item))
		if gone := c.c.Kind == Removed || c.c.Kind == Expired; there == gone {
			continue
		}
		if there {
			err := safely(func() error {
				now := p.f.source.newItem()
				err := p.f.source.decode(loaded(s.item), now)
				c.c.New = now.Interface()
				return err
			})
			if err != nil {
				p.fail(ctx, err, c)
				continue
			}
		}
		left = append(left, c)
	}
	return left
}

// find reads the rows of each change. Queries that are alike are made once.
func (p *fanOutPass) find(ctx context.Context, list []*copying) {
	type search struct {
		plan *readPlan
		of   []*copying
	}
	var order []*search
	alike := map[string]*search{}
	for _, c := range list {
		plans, err := p.f.plans(p.db, c.c)
		if err != nil {
			p.fail(ctx, err, c)
			continue
		}
		for _, q := range plans {
			in, err := q.input(p.db)
			if err != nil {
				p.fail(ctx, err, c)
				break
			}
			id := requestText(in)
			if alike[id] == nil {
				alike[id] = &search{plan: q}
				order = append(order, alike[id])
			}
			alike[id].of = append(alike[id].of, c)
		}
	}
	found, errs := make([][]item, len(order)), make([]error, len(order))
	p.halt(parallel(ctx, len(order), func(i int) error {
		errs[i] = safely(func() (err error) {
			found[i], err = p.f.find(ctx, p.db, order[i].plan)
			return err
		})
		return halts(ctx, errs[i])
	}))
	for i, s := range order {
		for _, c := range s.of {
			if errs[i] != nil {
				p.fail(ctx, errs[i], c)
				continue
			}
			for _, row := range found[i] {
				if !slices.ContainsFunc(c.rows, func(have item) bool { return equalItems(p.db.table.keyOf(loaded(have)), p.db.table.keyOf(loaded(row))) }) {
					c.rows = append(c.rows, row)
				}
			}
		}
	}
}

// requestText is the same for queries that are alike.
func requestText(in *dynamodb.QueryInput) string {
	var names strings.Builder
	for _, alias := range slices.Sorted(maps.Keys(in.ExpressionAttributeNames)) {
		names.WriteString(alias + "=" + in.ExpressionAttributeNames[alias] + "\x00")
	}
	return text(in.IndexName) + "\x00" + text(in.KeyConditionExpression) + "\x00" + text(in.FilterExpression) + "\x00" + names.String() + canonicalItem(in.ExpressionAttributeValues)
}

// open decodes what was found, and reads the targets of members, a hundred at once.
func (p *fanOutPass) open(ctx context.Context, list []*destination) (opened []*destination) {
	var keys []item
	for _, d := range list {
		var key item
		err := safely(func() (err error) {
			d.o, key, err = p.f.locate(d.row)
			return err
		})
		if err != nil {
			p.fail(ctx, err, d.changes...)
			continue
		}
		opened, keys = append(opened, d), append(keys, key)
	}
	if p.f.via == nil {
		return opened
	}
	p.halt(parallel(ctx, (len(keys)+batchGetLimit-1)/batchGetLimit, func(n int) error {
		from, to := n*batchGetLimit, min((n+1)*batchGetLimit, len(keys))
		for i, t := range p.db.fetch(ctx, keys[from:to]) {
			opened[from+i].target = t
		}
		return nil
	}))
	return opened
}

// arrived reports whether the target of a destination is there.
func (p *fanOutPass) arrived(ctx context.Context, d *destination) bool {
	if p.f.via == nil {
		return true
	}
	there, moved, err := false, false, d.target.err
	if err == nil {
		err = safely(func() (err error) {
			there, moved, err = p.f.arrive(ctx, p.db, d.o, d.target.item)
			return err
		})
	}
	if err != nil {
		p.fail(ctx, err, d.changes...)
	}
	if moved {
		p.look(ctx, true, d.changes...)
	}
	return there && err == nil
}

// bring applies changes to what they found, and writes what they made of it.
func (p *fanOutPass) bring(ctx context.Context, d *destination) {
	if p.ended() != nil || !p.arrived(ctx, d) {
		return
	}
	o := d.o
	var applied []*copying
	for _, c := range d.changes {
		if p.failed(c) {
			continue
		}
		ok, err := p.f.applied(o, c.c)
		if err != nil { // it may have left the target half done: begin anew, without it
			p.fail(ctx, err, c)
			if err := o.reopen(p.f, applied); err != nil {
				p.fail(ctx, err, d.changes...)
				return
			}
			continue
		}
		if ok {
			applied = append(applied, c)
		}
	}
	if len(applied) == 0 {
		return
	}
	writes, err := o.writes(p.db)
	switch {
	case err != nil:
		p.refuse(ctx, applied, err)
		return
	case len(writes) == 0: // they changed nothing, whatever they say
		return
	case p.report != nil:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed++
		if err := p.report(Drift{Item: p.db.table.keyText(o.target.attrs), Field: "copy", Have: "older", Want: "as its source"}); err != nil {
			p.stopped = cmp.Or(p.stopped, err)
		}
		return
	}
	err = p.db.transactWrite(ctx, writes)
	switch {
	case err == nil:
		p.mu.Lock()
		p.changed++
		p.mu.Unlock()
		p.look(ctx, false, applied...)
	case apierror.Moved(err):
		p.look(ctx, true, d.changes...)
	default:
		p.refuse(ctx, applied, fmt.Errorf("target %s: %w", p.db.table.keyText(o.target.attrs), p.db.explain(err)))
	}
}

// applied calls apply.
func (f *fanOut) applied(o *opened, c Change[any]) (ok bool, err error) {
	err = safely(func() error { ok = f.apply(c, o.member.is, o.target.is); return nil })
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
			_, err = f.applied(o, c.c)
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
		c.again = c.again || contended || !hooksOf(ctx).noSecondLook
	}
}

// refuse has changes whose common write was refused carried one by one, so that one does not take the others with it; unless none
// of them is at fault.
func (p *fanOutPass) refuse(ctx context.Context, applied []*copying, err error) {
	if len(applied) == 1 || outsideOf(ctx, err) != nil {
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
	if outsideOf(ctx, err) != nil && p.stopped == nil {
		p.stopped = err
	}
}

func (p *fanOutPass) failed(c *copying) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return c.err != nil
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
