package view

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// sources reads the sources as they are now, strongly consistently, and returns the changes of which that was possible.
func (p *fanOutPass) sources(ctx context.Context, list []*copying) (left []*copying) {
	keys := make([]attr.Item, len(list))
	for i, c := range list {
		keys[i], c.again, c.found, c.err = c.key, false, nil, nil
	}
	for i, s := range p.db.Fetch(ctx, keys) {
		c, err := list[i], s.Err
		if err == nil {
			var now any
			now, err = p.f.decoded(p.db, s.Item)
			c.sees(now, s.Item)
		}
		if err != nil {
			p.fail(ctx, err, c)
			continue
		}
		left = append(left, c)
	}
	return left
}

// decoded returns a source; nil where there is none.
func (f *fanOut) decoded(db *write.DB, attrs attr.Item) (source any, err error) {
	if attrs == nil || !db.Table.Claims(f.source, model.Loaded(attrs)) {
		return nil, nil
	}
	err = fault.Safely(func() error {
		now := f.source.NewItem()
		err := f.source.Decode(model.Loaded(attrs), now)
		source = now.Interface()
		return err
	})
	return source, err
}

// search is a query for targets, and the changes that it is made for.
type search struct {
	plan    *read.Plan
	of      []*copying
	found   []located
	unread  error // of the index entries that cannot be read: the others are
	elusive bool  // what the index said was gone, or another, when the item was read
	err     error
}

// find reads the index entries of each change. Queries that are alike are made once.
func (p *fanOutPass) find(ctx context.Context, list []*copying) {
	var order []*search
	alike := map[string]*search{}
	for _, c := range list {
		plans, err := p.f.plans(p.db, c)
		if err != nil {
			p.fail(ctx, err, c)
		}
		for _, q := range plans {
			made := alike[q.id]
			if made == nil {
				made = &search{plan: q.plan}
				order = append(order, made)
			}
			if q.id != "" {
				alike[q.id] = made
			}
			made.of = append(made.of, c)
		}
	}
	p.halt(call.Parallel(ctx, len(order), func(i int) error {
		s := order[i]
		s.err = fault.Safely(func() error { return p.f.find(ctx, p.db, s) })
		return call.Halts(ctx, s.err)
	}))
	for _, s := range order {
		if s.err != nil {
			p.fail(ctx, s.err, s.of...)
			continue
		}
		if s.unread != nil {
			p.fail(ctx, s.unread, s.of...)
		}
		if s.elusive {
			p.look(ctx, true, s.of...)
		}
		for _, c := range s.of {
			c.found = append(c.found, s.found...)
		}
	}
}

// asked is a query for targets, with its identity.
type asked struct {
	plan *read.Plan
	id   string
}

// plans returns the queries for the targets that a change names. Where one of its images gives none, the others count all the same.
func (f *fanOut) plans(db *write.DB, c *copying) (plans []asked, failed error) {
	for _, s := range c.named {
		err := fault.Safely(func() error {
			v := f.source.NewItem()
			v.Set(reflect.ValueOf(s))
			q := f.Targets(v)
			switch {
			case q.E == nil: // no targets
				return nil
			case q.Ix != nil && q.Ix.Kind == model.GlobalIndex:
				return fault.Model("the query for targets reads %s, a global secondary index, which is eventually consistent: query the table or a local secondary index, or use FanOutVia", q.Ix.Name)
			}
			q.Consistent, q.Whole = true, true
			p, err := q.Plan(db.DB)
			if err != nil {
				return err
			}
			id, err := identityOf(p, db.DB)
			plans = append(plans, asked{p, id})
			return err
		})
		failed = errors.Join(failed, err)
	}
	return plans, failed
}

// identityOf is the same for queries that find the same, empty where that is not known.
func identityOf(p *read.Plan, db *read.DB) (string, error) {
	if p.Crossed || p.Q.Examine > 0 {
		return "", nil
	}
	in, err := p.Input(db)
	if err != nil {
		return "", err
	}
	var names strings.Builder
	for _, alias := range slices.Sorted(maps.Keys(in.ExpressionAttributeNames)) {
		names.WriteString(alias + "=" + in.ExpressionAttributeNames[alias] + "\x00")
	}
	return fmt.Sprint(call.TextOf(in.IndexName), "\x00", call.TextOf(in.KeyConditionExpression), "\x00", call.TextOf(in.FilterExpression), "\x00",
		names.String(), attr.CanonicalItem(in.ExpressionAttributeValues), p.Q.Desc, p.Q.Limit, p.Q.IgnoreUnknown, len(p.Shards)), nil
}

// find reads what a query for targets finds. An index entry that cannot be read does not stop the others.
func (f *fanOut) find(ctx context.Context, db *write.DB, s *search) error {
	return db.Each(ctx, s.plan, func(it read.Hit) (counts, more bool) {
		if it.Item.None() {
			s.elusive = true
			return false, true
		}
		v, _, _, err := s.plan.Take("fan-out "+f.view.Name, it.Item, func(e *model.Entity) reflect.Value { return e.NewItem() })
		if v != read.Wanted { // an item of another entity, which is not written, or one that cannot be decoded
			s.unread = errors.Join(s.unread, err)
			return false, true
		}
		attrs := it.Item.Attributes()
		s.found = append(s.found, located{attrs, db.Table.KeyText(attrs)})
		return true, true
	})
}

// open decodes what was found, and reads the targets of members, a hundred at once.
func (p *fanOutPass) open(ctx context.Context, list []*destination) (opened []*destination) {
	var keys []attr.Item
	for _, d := range list {
		var key attr.Item
		err := fault.Safely(func() (err error) {
			d.o, key, err = p.f.locate(d.attrs)
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
	for i, t := range p.db.Fetch(ctx, keys) {
		opened[i].target = t
	}
	return opened
}

// arrived reports whether the target of a destination is there.
func (p *fanOutPass) arrived(ctx context.Context, d *destination) bool {
	if p.f.via == nil {
		return true
	}
	there, moved, err := false, false, d.target.Err
	if err == nil {
		err = fault.Safely(func() (err error) {
			there, moved, err = p.f.arrive(ctx, p.db, d.o, d.target.Item)
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
