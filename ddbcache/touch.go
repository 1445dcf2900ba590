package ddbcache

// writing is a write of one item that is under way.
type writing struct {
	t    *table
	text string // of the key; empty if it cannot be told
	s    shape
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
	w := writing{t: t, s: t.shape}
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
	_, unsure := t.has(k, c.now())
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
	if w.text == "" {
		c.endUnknown(w, how)
		return
	}
	t := w.t
	t.mu.Lock()
	defer t.mu.Unlock()
	now := c.now()
	k := t.key(w.text)
	alone := !k.overlap || c.without.overlap
	if k.writes--; k.writes == 0 {
		k.overlap = false
	}
	if !c.without.detach {
		k.flight = nil
	}
	if how == done {
		t.learn(w.s)
	}
	_, unsure := t.has(k, now)
	if !c.without.settle {
		t.mark(w.text, k, now, now+int64(c.opts.Settle), how == unknown)
	}
	switch fills := how == done && written != nil && alone && (!unsure || c.without.unsure); {
	case fills:
		c.items.put(t.place(w.text), written, now)
	case !c.without.remove:
		c.items.remove(t.place(w.text))
	}
	t.tidy(w.text)
}

// endUnknown is end for a write of a key that could not be told: it may be any key of the table.
func (c *Cache) endUnknown(w writing, how outcome) {
	if how == refused || c.without.shape {
		return
	}
	t := w.t
	t.mu.Lock()
	defer t.mu.Unlock()
	t.detach()
	until := c.now() + int64(c.opts.Settle)
	t.all.settle = max(t.all.settle, until)
	if how == unknown {
		t.all.unsure = max(t.all.unsure, until)
	}
}

// changed says that an item was changed elsewhere. is, if it is not nil, is what it was changed to.
func (c *Cache) changed(t *table, it item, is *entry) {
	if !c.items.keeps() {
		return
	}
	text, _, ok := keyText(it)
	if !ok {
		c.forget(t, false)
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
		t.mark(text, k, now, now+int64(c.opts.Settle), false)
	}
	if e := c.items.get(t.place(text)); e == nil || is == nil || e.absent != is.absent || e.text != is.text {
		c.items.remove(t.place(text))
	}
	t.tidy(text)
}

// forget forgets a whole table, and its pages too if they are meant.
func (c *Cache) forget(t *table, pages bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.detach()
	t.all.settle = max(t.all.settle, c.now()+int64(c.opts.Settle))
	if pages {
		t.pages.Add(1)
	}
}
