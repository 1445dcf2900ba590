package ddbmem

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// snapshotFormat is the version of the snapshot's form.
const snapshotFormat = 1

// savedEngine is the form of a snapshot.
type savedEngine struct {
	Format int          `json:"format"`
	Tables []savedTable `json:"tables"`
}

// savedTable is a table of a snapshot: how to create it, what was set since, and its items.
type savedTable struct {
	Definition json.RawMessage   `json:"definition"` // a CreateTable request
	ID         string            `json:"id"`
	Created    time.Time         `json:"created"`
	TTL        string            `json:"ttl,omitempty"`
	Items      []json.RawMessage `json:"items"`
}

// Snapshot writes the tables and their items as JSON. Each table is written as it is at one moment. Streams start
// anew after [Engine.Restore]: their records and positions are not a part of a snapshot, nor are faults, the tokens of
// transactions, and when the billing mode or the class of a table was changed.
func (e *Engine) Snapshot(w io.Writer) error {
	e.reap()
	saved := savedEngine{Format: snapshotFormat, Tables: []savedTable{}}
	for _, name := range e.names() {
		t := e.lookup(name)
		if t == nil {
			continue
		}
		t.settle()
		if s, ok := t.save(); ok {
			saved.Tables = append(saved.Tables, s)
		}
	}
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetIndent("", " ")
	if err := enc.Encode(saved); err != nil {
		return fmt.Errorf("ddbmem: snapshot: %w", err)
	}
	return b.Flush()
}

// save returns the form of the table, unless it is being deleted.
func (t *table) save() (s savedTable, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.dropped || t.def.goneAt.set {
		return s, false
	}
	s = savedTable{Definition: t.definition(), ID: t.id, Created: t.created, TTL: t.ttl.attr}
	s.Items = make([]json.RawMessage, 0, t.rows.Len())
	for _, r := range t.rows.Ascend("") {
		s.Items = append(s.Items, r.item.AppendJSON(nil))
	}
	return s, true
}

// definition is the CreateTable request that makes a table like this one.
func (t *table) definition() json.RawMessage {
	d := &t.def
	o := &out{}
	o.open()
	o.str("TableName", t.name)
	o.any("AttributeDefinitions", t.usedAttrs(func(x *index) bool { return !x.goneAt.set }))
	o.any("KeySchema", t.order)
	o.str("BillingMode", d.billing)
	saveThroughput(o, d.billing, d.throughput)
	saveOnDemand(o, d.onDemand)
	for _, local := range []bool{true, false} {
		var list []*index
		for _, x := range t.indexes {
			if x.local == local && !x.goneAt.set {
				list = append(list, x)
			}
		}
		if len(list) == 0 {
			continue
		}
		o.key(map[bool]string{true: "LocalSecondaryIndexes", false: "GlobalSecondaryIndexes"}[local])
		o.list(len(list), func(i int) {
			x := list[i]
			o.open()
			o.str("IndexName", x.name)
			o.any("KeySchema", x.order)
			o.key("Projection")
			o.open()
			o.str("ProjectionType", x.kind)
			if x.extra != nil {
				o.any("NonKeyAttributes", x.extra)
			}
			o.close()
			if !local {
				saveThroughput(o, d.billing, x.throughput)
				saveOnDemand(o, x.onDemand)
			}
			o.close()
		})
	}
	if t.stream != nil && !t.stream.disabled() {
		o.any("StreamSpecification", map[string]any{"StreamEnabled": true, "StreamViewType": t.stream.view})
	}
	if d.class != "" {
		o.str("TableClass", d.class)
	}
	if d.sse != nil {
		spec := map[string]any{"Enabled": true, "SSEType": d.sse.kind}
		if d.sse.key != "" {
			spec["KMSMasterKeyId"] = d.sse.key
		}
		o.any("SSESpecification", spec)
	}
	if d.protected {
		o.any("DeletionProtectionEnabled", true)
	}
	if len(d.tags) > 0 {
		o.any("Tags", d.tags)
	}
	o.close()
	return o.b
}

func saveThroughput(o *out, billing string, c capacityPair) {
	if billing == "PROVISIONED" {
		o.any("ProvisionedThroughput", map[string]int64{"ReadCapacityUnits": c.read, "WriteCapacityUnits": c.write})
	}
}

func saveOnDemand(o *out, c *capacityPair) {
	if c != nil {
		o.any("OnDemandThroughput", map[string]int64{"MaxReadRequestUnits": c.read, "MaxWriteRequestUnits": c.write})
	}
}

// Restore adds the tables of a snapshot. All of them are checked before the first is added: an error leaves the
// engine as it was. A table of the snapshot must not exist yet.
func (e *Engine) Restore(r io.Reader) error {
	var saved savedEngine
	dec := json.NewDecoder(r)
	if err := dec.Decode(&saved); err != nil {
		return fmt.Errorf("ddbmem: restore: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("ddbmem: restore: something follows the snapshot")
	}
	if saved.Format != snapshotFormat {
		return fmt.Errorf("ddbmem: restore: snapshot has format %d, not %d", saved.Format, snapshotFormat)
	}
	e.reap()
	tables := make([]*table, len(saved.Tables))
	seen := map[string]bool{}
	for i := range saved.Tables {
		t, err := e.restoreTable(&saved.Tables[i])
		if err != nil {
			return fmt.Errorf("ddbmem: restore: table %d: %w", i+1, err)
		}
		if seen[t.name] {
			return fmt.Errorf("ddbmem: restore: table %s is there twice", t.name)
		}
		seen[t.name] = true
		tables[i] = t
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range tables {
		if e.tables[t.name] != nil {
			return fmt.Errorf("ddbmem: restore: table %s already exists", t.name)
		}
	}
	for _, t := range tables {
		e.tables[t.name] = t
		if t.stream != nil {
			t.stream.open(e)
		}
	}
	return nil
}

func (e *Engine) restoreTable(s *savedTable) (*table, error) {
	in, err := wire.Parse(s.Definition, createTableShape)
	if err != nil {
		return nil, fmt.Errorf("definition: not a CreateTable request: %w", err)
	}
	if msg := in.Validate(wire.Older); msg != "" {
		return nil, errors.New(msg)
	}
	t, failed := e.define(in)
	if failed != nil {
		return nil, failed
	}
	t.readyAt.Store(nil)
	for _, x := range t.indexes {
		x.activeAt = moment{}
	}
	t.id, t.created = orDefault(s.ID, t.id), s.Created
	// Restored rows are not changes: the stream begins after them.
	stream := t.stream
	t.stream = nil
	for i, raw := range s.Items {
		it, err := value.ParseItem(raw)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		if failed := t.checkItem(it); failed != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, failed)
		}
		key := t.rowKey(it)
		t.apply(change{before: t.get(key), after: newRow(key, it, it.Size()), key: key})
	}
	t.stream = stream
	if s.TTL != "" {
		t.ttl.enable(s.TTL, &t.rows, e.clock.Now())
	}
	return t, nil
}
