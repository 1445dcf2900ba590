package ddbcache

// writing is a write of one item that is under way.
type writing struct {
	t     *table
	text  string // of the key; empty if it cannot be told
	s     shape
	isKey bool // the text is of a key, and not of an item whose key has the shape that was known
}

// outcome is how a write ended.
type outcome uint8

const (
	unknown outcome = iota // it may have been done, and may yet be done
	done
	refused // nothing was written
)

// begin says that an item is about to be written. it has the attributes of the key.
func (c *Cache) begin(tableName string, it item, isKey bool) writing {
	if !c.items.keeps() {
		return writing{}
	}
	t := c.table(nameOf(tableName))
	t.mu.Lock()
	defer t.mu.Unlock()
	w := writing{t: t, s: t.shape, isKey: isKey}
	ok := false
	if isKey {
		w.text, w.s, ok = keyText(it)
	} else if w.s != (shape{}) {
		w.text, ok = w.s.text(it)
	}
	if !ok {
		w.text = ""
		return w
	}
	k := t.key(w.text)
	_, unsure := t.marks.has(w.text, c.now())
	k.overlap = k.overlap || k.writes > 0 || unsure && !c.without.unsure
	k.writes++
	return w
}

// end says that a write ended. From now on no read finds what was there before it. written, if it is not nil, is what the
// table has now, unless another write overlapped.
func (c *Cache) end(w writing, how outcome, written *entry) {
	if w.t == nil {
		return
	}
	t := w.t
	t.mu.Lock()
	defer c.unlock(t)
	if w.text == "" {
		c.endUnknown(t, how)
		return
	}
	now := c.now()
	k := t.key(w.text)
	alone := !k.overlap || c.without.overlap
	if k.writes--; k.writes == 0 {
		k.overlap = false
	}
	if !w.isKey && w.s != t.shape && !c.without.reshape {
		t.tidy(w.text)
		c.endUnknown(t, how)
		return
	}
	if !c.without.detach {
		k.flight = nil
	}
	if how == done {
		c.learn(t, w.s)
	}
	_, unsure := t.marks.has(w.text, now)
	if !c.without.settle {
		t.marks.add(w.text, c.mark(now, how), now)
	}
	switch fills := how == done && written != nil && alone && (!unsure || c.without.unsure); {
	case fills:
		c.keep(t, w.text, written, now)
	case !c.without.remove:
		c.items.remove(t.place(w.text))
	}
	t.tidy(w.text)
}

// endUnknown is end for a write of a key that could not be told, or that was told by another shape than the table has now:
// it may be any key of the table. The table is locked.
func (c *Cache) endUnknown(t *table, how outcome) {
	if how == refused || c.without.shape {
		return
	}
	t.detach()
	t.marks.addAll(c.mark(c.now(), how))
}

// mark returns what follows a write that ended now. One that may yet arrive is seen only after that.
func (c *Cache) mark(now int64, how outcome) mark {
	m := mark{settle: after(now, c.opts.Settle)}
	if how == unknown {
		m.unsure = m.settle
		if !c.without.late {
			m.settle = after(m.settle, c.opts.Settle)
		}
	}
	return m
}

// keep keeps what a read found, or a write left. The table is locked.
func (c *Cache) keep(t *table, text string, e *entry, at int64) {
	if c.items.put(t.place(text), e, at) {
		t.filled = true
	}
}

// learn takes the shape of the primary key from a request that succeeded. Another shape is another table of that name, of
// which nothing is cached, and of which writes were perhaps taken for those of other keys. The table is locked.
func (c *Cache) learn(t *table, s shape) {
	if t.shape != s && t.shape != (shape{}) {
		if !c.without.remade {
			t.detach()
		}
		if !c.without.relearn {
			t.marks.addAll(c.mark(c.now(), unknown))
		}
	}
	t.shape = s
}

// has reports whether marks are in force for a key. One of another shape than the table had until now may be of any. The
// table is locked.
func (c *Cache) has(t *table, text string, s shape) (settle, unsure bool) {
	now := c.now()
	t.marks.tidy(now)
	settle, unsure = t.marks.has(text, now)
	other := text == "" || t.shape != s && t.shape != (shape{}) && !c.without.stranger
	return settle || other, unsure
}

// unlock unlocks the table, and then removes entries that nothing finds any more.
func (c *Cache) unlock(t *table) {
	dead, generation := t.dead, t.generation.Load()
	t.dead = false
	t.mu.Unlock()
	if dead {
		c.items.sweep(t.name, generation)
	}
}

// changed says that an item was changed elsewhere. is, if it is not nil, is what it was changed to.
func (c *Cache) changed(t *table, it item, is *entry) {
	if !c.items.keeps() {
		return
	}
	text, _, ok := keyText(it)
	if !ok {
		c.forget(t)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := c.now()
	k := t.key(text)
	if !c.without.follower {
		k.flight = nil
		k.overlap = k.overlap || k.writes > 0
	}
	if !c.without.marks {
		t.marks.add(text, c.mark(now, done), now)
	}
	if e := c.items.get(t.place(text)); e == nil || is == nil || e.absent != is.absent || e.text != is.text {
		c.items.remove(t.place(text))
	}
	t.tidy(text)
}

// forget forgets all items of a table.
func (c *Cache) forget(t *table) {
	t.mu.Lock()
	defer c.unlock(t)
	t.detach()
	t.marks.addAll(c.mark(c.now(), done))
}

// forgetPages forgets all pages of a table.
func (c *Cache) forgetPages(t *table) { c.queries.sweep(t.name, t.pages.Add(1)) }

// remade forgets a table that is made or deleted, and which attributes its key had.
func (c *Cache) remade(t *table) {
	t.mu.Lock()
	t.shape = shape{}
	t.mu.Unlock()
	c.forget(t)
	c.forgetPages(t)
}
