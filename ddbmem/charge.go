package ddbmem

// charges returns what a write consumes: of the table and its global indexes, or only of the table if the condition
// failed. A transaction pays twice for the table. The caller holds the lock.
func (w *write) charges(c change, failed *apiError, transaction bool) []charge {
	t := w.table
	units := c.baseUnits()
	if failed != nil {
		units = max(units, writeUnits(w.size)) // of the item that a put would have written
	}
	if transaction {
		units *= 2
	}
	all := []charge{{t.res, c.key, units}}
	if failed != nil || w.kind == checkWrite {
		return all
	}
	for _, x := range t.indexes {
		s := x.stepOf(&t.schema, c.before, c.after)
		switch units := s.units(); {
		case units == 0 || x.goneAt.set:
		case x.local:
			all[0].units += units
		case s.wasIn && s.isIn && s.was != s.is:
			all = append(all, charge{x.res, s.was, writeUnits(s.wasSize)}, charge{x.res, s.is, writeUnits(s.isSize)})
		case s.isIn:
			all = append(all, charge{x.res, s.is, units})
		default:
			all = append(all, charge{x.res, s.was, units})
		}
	}
	return all
}

// pay charges a single write, whose plan may have failed, or returns the throttling error. The caller holds the lock.
func (w *write) pay(c change, failed *apiError) *apiError {
	if w.table.res == nil || failed != nil && !failed.conditional() {
		return nil
	}
	return w.table.consume(writing, w.charges(c, failed, false)...)
}

// conditional reports whether a write failed its condition, which costs as much as the write.
func (e *apiError) conditional() bool { return e.kind == modelSpace+"ConditionalCheckFailedException" }

// payRead charges the read of an item, or returns the throttling error. The caller holds the lock.
func (t *table) payRead(key string, units float64) *apiError {
	if t.res == nil {
		return nil
	}
	return t.consume(reading, charge{t.res, key, units})
}

// paid is what a part of a transaction has consumed.
type paid struct {
	table   *table
	charges []charge
}

// settleUp charges the parts of a transaction, which may already have reasons to fail. If one is throttled, it returns
// all charges and sets the reason. The caller holds the locks.
func settleUp(a access, parts []paid, reasons []reason) {
	throttled := false
	for i, p := range parts {
		if p.charges == nil {
			continue
		}
		if failed := p.table.consume(a, p.charges...); failed != nil {
			throttled = true
			reasons[i] = failed.throttleReason()
			parts[i].charges = nil
		}
	}
	if !throttled {
		return
	}
	for _, p := range parts {
		if p.charges != nil {
			p.table.res.of.giveBack(p.charges, a)
		}
	}
}

// payAll charges the writes of a transaction. It replaces the reasons of those that are throttled. The caller holds the
// locks.
func payAll(all []*write, changes []change, failures []*apiError, reasons []reason) {
	parts := make([]paid, len(all))
	for i, w := range all {
		if failed := failures[i]; w.table.res != nil && (failed == nil || failed.conditional()) {
			parts[i] = paid{w.table, w.charges(changes[i], failed, true)}
		}
	}
	settleUp(writing, parts, reasons)
}

// payReads charges the items that a transaction reads, or returns the throttling error. The caller holds the locks.
func payReads(all []*transactGet) *apiError {
	parts := make([]paid, len(all))
	reasons := make([]reason, len(all))
	for i, g := range all {
		if g.table.res == nil {
			continue
		}
		size := 0
		if r := g.table.get(g.key); r != nil {
			size = r.size
		}
		parts[i] = paid{g.table, []charge{{g.table.res, g.key, 2 * readUnits(size, true)}}}
	}
	if settleUp(reading, parts, reasons); hasReason(reasons) {
		return cancelled(reasons)
	}
	return nil
}

// pay charges a page that was read, or returns the throttling error. The caller holds the lock.
func (rd *reader) pay(p *page) *apiError {
	t := rd.table
	if t.res == nil {
		return nil
	}
	u := rd.used(p)
	res := t.res
	if rd.index != nil && !rd.index.local {
		res = rd.index.res
	}
	total := u.total()
	if p.shares == nil {
		return t.consume(reading, charge{res, rd.from, total})
	}
	charges := make([]charge, len(p.shares))
	for i, s := range p.shares {
		charges[i] = charge{res, s.key, total * float64(s.bytes) / float64(p.bytes)}
	}
	return t.consume(reading, charges...)
}

// share is the part of a page that was read from one partition.
type share struct {
	key   string // a key that was read
	at    int    // the position of the partition
	bytes int
}

// note notes that a row was read, if partitions count.
func (p *page) note(rd *reader, r *row, size int) {
	res, key := rd.table.res, r.key
	if res == nil {
		return
	}
	if rd.index != nil && !rd.index.local {
		res = rd.index.res
		key, _ = rd.index.keyFor(r)
	}
	at := res.at(key)
	if n := len(p.shares); n == 0 || p.shares[n-1].at != at {
		p.shares = append(p.shares, share{key: key, at: at})
	}
	p.shares[len(p.shares)-1].bytes += size
}
