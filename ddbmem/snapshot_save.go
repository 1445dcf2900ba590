package ddbmem

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Snapshot writes the tables and their items as JSON, each table as it is at one moment. It does not contain the
// streams, which start anew after [Engine.Restore], faults, idempotency tokens, or auto scaling policies. Nor does it
// contain the times at which a billing mode or a table class changed, or the history of [Options.Capacity]: partitions,
// warm throughput and unused units.
//
// Writers wait only while a table's items are listed, about 20 ms for a million items, not while they are written.
func (e *Engine) Snapshot(w io.Writer) error {
	e.reap()
	b := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintf(b, "{\n \"format\": %d,\n \"tables\": [", snapshotFormat)
	between := "\n"
	for _, name := range e.names() {
		t := e.lookup(name)
		if t == nil {
			continue
		}
		t.settle()
		s, rows, ok := t.save()
		if !ok {
			continue
		}
		_, _ = b.WriteString(between)
		between = ",\n"
		if err := s.write(b, rows); err != nil {
			return fmt.Errorf("ddbmem: snapshot: %w", err)
		}
	}
	_, _ = b.WriteString("\n ]\n}\n")
	if err := b.Flush(); err != nil { // an earlier error is returned again here
		return fmt.Errorf("ddbmem: snapshot: %w", err)
	}
	return nil
}

// save returns the definition of the table and its rows, unless the table is being deleted.
func (t *table) save() (s savedTable, rows []*row, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.dropped || t.def.goneAt.set {
		return s, nil, false
	}
	s = savedTable{Definition: t.definition(), ID: t.id, Created: t.created, TTL: t.ttl.attr}
	rows = make([]*row, 0, t.rows.Len())
	for _, r := range t.rows.Ascend("") {
		if t.checkIndexKeys(r.item, nil, nil) != nil {
			s.Unfit = append(s.Unfit, len(rows))
		}
		rows = append(rows, r)
	}
	return s, rows, true
}

// write writes the table, one item per line.
func (s *savedTable) write(b *bufio.Writer, rows []*row) error {
	s.Items = []json.RawMessage{}
	head, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, _ = b.WriteString("  " + strings.TrimSuffix(string(head), "]}"))
	var buf []byte
	for i, r := range rows {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		buf = r.item.AppendJSON(append(buf[:0], "\n   "...))
		if _, err := b.Write(buf); err != nil {
			return err
		}
	}
	_, err = b.WriteString("]}")
	return err
}

// Changes returns a number that grows with every request that may have changed a table or an item. While it is the
// same, [Engine.Snapshot] writes the same, except for items that expire. It is a single atomic read.
func (e *Engine) Changes() uint64 { return e.changes.Load() }

// noteChange notes that an operation has run, whether or not it succeeded.
func (e *Engine) noteChange(op *operation) {
	if op.fault == readCall || op.streams || strings.HasPrefix(op.name, "Describe") || strings.HasPrefix(op.name, "List") {
		return
	}
	e.changes.Add(1)
}
