package ddbmem

import (
	"iter"
	"sync"
	"time"
)

// supply is what a table and its global indexes may consume together.
type supply struct {
	opts   *Capacity
	minute time.Time // the start of the current minute; under the lock of the table

	mu     sync.Mutex // guards what requests change, here and in resources; taken under the lock of the table
	quotas [2]bucket  // of the account, for an on-demand table
}

// charge is what a request consumes of a table or an index.
type charge struct {
	res   *resource
	key   string
	units float64
}

// startThroughput gives a new table its limits, if the engine has limits.
func (t *table) startThroughput(now time.Time) {
	opts := t.engine.opts.Capacity
	if opts == nil {
		return
	}
	s := &supply{opts: opts, minute: now.Truncate(time.Minute)}
	s.quotas[reading].limit(float64(opts.TableRead), 1, now)
	s.quotas[writing].limit(float64(opts.TableWrite), 1, now)
	t.res = &resource{
		of: s, kind: tableResource, arn: t.arn, keys: &t.schema, whole: t.local, stored: t.sizes,
		units: &t.def.throughput, throttled: map[string]int64{},
	}
	t.res.warm = t.def.warm.rates()
	for _, x := range t.indexes {
		t.addIndexThroughput(x, now)
	}
	t.configureThroughput(now)
}

// addIndexThroughput gives a new index its limits.
func (t *table) addIndexThroughput(x *index, now time.Time) {
	if t.res == nil || x.local {
		return
	}
	x.res = &resource{
		of: t.res.of, kind: indexResource, name: x.name, arn: t.arn + "/index/" + x.name, keys: &x.schema,
		stored: func(from string) iter.Seq2[string, int64] { return x.sizes(&t.schema, from) },
		units:  &x.throughput, throttled: map[string]int64{},
	}
	x.res.warm = x.warm.rates()
	x.res.configure(t.def.billing, x.onDemand, now)
}

// configureThroughput sets all limits to what the table's definition says.
func (t *table) configureThroughput(now time.Time) {
	if t.res == nil {
		return
	}
	t.res.configure(t.def.billing, t.def.onDemand, now)
	for _, x := range t.indexes {
		if x.res != nil {
			x.res.configure(t.def.billing, x.onDemand, now)
		}
	}
}

// resources yields the table's resource and those of its global indexes.
func (t *table) resources() iter.Seq[*resource] {
	return func(yield func(*resource) bool) {
		if t.res == nil || !yield(t.res) {
			return
		}
		for _, x := range t.indexes {
			if x.res != nil && !yield(x.res) {
				return
			}
		}
	}
}

// sizes yields the sizes of the items from a tree key on, including their entries in local indexes.
func (t *table) sizes(from string) iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for key, r := range t.rows.Ascend(from) {
			if !yield(key, t.storedSize(r)) {
				return
			}
		}
	}
}

// storedSize is the size of an item including its entries in local indexes; 0 for nil.
func (t *table) storedSize(r *row) int64 {
	if r == nil {
		return 0
	}
	size := int64(r.size)
	for _, x := range t.indexes {
		if x.local && x.covers(r.item) {
			size += int64(x.viewSize(&t.schema, r))
		}
	}
	return size
}

// sizes yields the sizes of the index entries from a tree key on.
func (x *index) sizes(t *schema, from string) iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for key, r := range x.tree.Ascend(from) {
			if !yield(key, int64(x.viewSize(t, r))) {
				return
			}
		}
	}
}

// resize notes what a change stores or removes.
func (x *index) resize(s step, now time.Time) {
	if x.res == nil {
		return
	}
	if s.wasIn {
		x.res.resize(s.was, -int64(s.wasSize), now)
	}
	if s.isIn {
		x.res.resize(s.is, int64(s.isSize), now)
	}
}

// turning reports whether a minute has passed since limits, partitions and policies were last updated.
func (t *table) turning(now time.Time) bool {
	return t.res != nil && now.Sub(t.res.of.minute) >= time.Minute
}

// turn closes the minutes that have passed. The caller holds the lock.
func (t *table) turn(now time.Time) {
	s := t.res.of
	s.mu.Lock()
	defer s.mu.Unlock()
	const enough = 26 * time.Hour // without consumption nothing changes after that
	if now.Sub(s.minute) > enough+time.Minute {
		s.closeMinute(t)
		s.minute = now.Add(-enough).Truncate(time.Minute)
	}
	for now.Sub(s.minute) >= time.Minute {
		s.closeMinute(t)
	}
}

// closeMinute closes the current minute, for the table and its indexes.
func (s *supply) closeMinute(t *table) {
	s.minute = s.minute.Add(time.Minute)
	for r := range t.resources() {
		rates := r.rates()
		r.turn(s.minute)
		if r.scale(rates, s.minute) {
			t.configureThroughput(s.minute)
		}
	}
}

// take charges a request: everything or, if a limit prevents it, nothing.
func (s *supply) take(charges []charge, a access, now time.Time) (refusals []refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range charges {
		p := c.res.parts[c.res.at(c.key)]
		if len(c.key) > hashLen { // but not at the start of an empty part of a table
			p.heat.note(c.key, c.units)
		}
		limits := c.res.refuses(c.key, a, c.units, now)
		for _, l := range limits {
			r := refusal{c.res, a, l}
			refusals = append(refusals, r)
			c.res.throttled[r.throttling().reason]++
		}
		if limits != nil {
			p.throttled[a]++
		}
		if refusals == nil {
			c.res.consume(c.key, a, c.units)
		} else if limits != nil && len(refusals) == len(limits) { // the first that failed
			s.release(charges[:i], a)
		}
	}
	return refusals
}

// giveBack returns what a request has consumed that was not executed.
func (s *supply) giveBack(charges []charge, a access) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(charges, a)
}

func (s *supply) release(charges []charge, a access) {
	for _, c := range charges {
		c.res.consume(c.key, a, -c.units)
	}
}

// consume charges a request on one table, or returns the throttling error. The caller holds the lock.
func (t *table) consume(a access, charges ...charge) *apiError {
	if refusals := t.res.of.take(charges, a, t.engine.clock.Now()); refusals != nil {
		return throttledBy(refusals)
	}
	return nil
}
