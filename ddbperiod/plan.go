package ddbperiod

import (
	"iter"
	"slices"
	"time"

	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// plan says which tables a query reads, and how.
type plan struct {
	q      read.Query
	keys   *model.IndexKeys
	every  Period
	span   span // the periods that can have items of the query
	merges bool // the order of the query is not that of the periods
}

// starts are the beginnings of the periods, in the order of the query.
func (p *plan) starts() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for start := p.begin(); p.span.contains(start) && yield(start); start = p.next(start) {
		}
	}
}

// begin is the first period that the query reads.
func (p *plan) begin() time.Time {
	if p.q.Desc {
		return p.span.last
	}
	return p.span.first
}

// next is the period that the query reads after another one.
func (p *plan) next(start time.Time) time.Time {
	if p.q.Desc {
		return p.every.Add(start, -1)
	}
	return p.every.Add(start, 1)
}

// from leaves out the periods before start, in the order of the query.
func (p *plan) from(start time.Time) {
	switch {
	case p.q.Desc && start.Before(p.span.last):
		p.span.last = start
	case !p.q.Desc && start.After(p.span.first):
		p.span.first = start
	}
}

// plan checks q and finds the periods that can have its items.
func (db *DB) plan(q read.Query) (*plan, error) {
	at, err := db.series.of(q.E)
	if err != nil {
		return nil, err
	}
	p := &plan{q: q, keys: q.E.KeysIn(q.Ix), every: db.series.Every, span: db.series.held(db.opts.Now())}
	if _, err := q.Plan(face.DB(db.table(p.span.last)).DB); err != nil {
		return nil, err
	}
	w := windowOf(q, at)
	if !w.from.IsZero() && p.every.Start(w.from).After(p.span.first) {
		p.span.first = p.every.Start(w.from)
	}
	if !w.to.IsZero() && p.every.Start(w.to).Before(p.span.last) {
		p.span.last = p.every.Start(w.to)
	}
	p.merges = !w.fixed() && !p.byTime(at)
	if p.merges && q.Selected != nil {
		return nil, fault("query %s on %s: the sort key does not begin with the time, so that tables are merged by all of it: remove Select", q.E.Name, q.Ix.Name)
	}
	return p, nil
}

// byTime reports whether the order of the query is that of the periods: the first part of the sort key that is not fixed is
// the time.
func (p *plan) byTime(at *field.Field) bool {
	if len(p.q.Ix.Sort) == 0 {
		return true
	}
	for _, f := range p.keys.Sort.Fields() {
		if f == at {
			return true
		}
		fixed := slices.ContainsFunc(p.q.Bounds, func(c model.Clause) bool {
			g, err := p.q.E.Resolve(c.Ptr)
			return c.Op == model.OpEq && err == nil && g == f
		})
		if !fixed {
			return false
		}
	}
	return true
}

// window is a range of times, with both ends; zero is no end.
type window struct{ from, to time.Time }

func (w window) fixed() bool { return !w.from.IsZero() && w.from.Equal(w.to) }

// windowOf returns the range of times that the items of q can have.
func windowOf(q read.Query, at *field.Field) (w window) {
	if t, ok := at.Get(q.Example).Interface().(time.Time); ok && !t.IsZero() {
		w = window{t, t}
	}
	for _, c := range slices.Concat(q.Bounds, q.Filters) {
		if c.Ptr == nil {
			continue
		}
		if f, err := q.E.Resolve(c.Ptr); err != nil || f != at {
			continue
		}
		vals := make([]time.Time, len(c.Vals))
		for i, v := range c.Vals {
			t, ok := v.(time.Time)
			if !ok {
				return w
			}
			vals[i] = t
		}
		switch c.Op {
		case model.OpEq:
			w.after(vals[0])
			w.before(vals[0])
		case model.OpGe:
			w.after(vals[0])
		case model.OpGt:
			w.after(vals[0].Add(1))
		case model.OpLe:
			w.before(vals[0])
		case model.OpLt:
			w.before(vals[0].Add(-1))
		case model.OpBetween:
			w.after(vals[0])
			w.before(vals[1])
		}
	}
	return w
}

func (w *window) after(t time.Time) {
	if w.from.IsZero() || t.After(w.from) {
		w.from = t
	}
}

func (w *window) before(t time.Time) {
	if w.to.IsZero() || t.Before(w.to) {
		w.to = t
	}
}

// mayLack reports whether the table of a period that was read is missing for good reason: it is past retention, by the clock of
// another program that is ahead, or its period has not begun.
func (db *DB) mayLack(start time.Time) bool {
	now := db.opts.Now()
	return db.series.expired(start, now.Add(db.series.ahead())) || start.After(now)
}
