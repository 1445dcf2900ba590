package ddbmem

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// snapshotFormat is the version of the snapshot format.
const snapshotFormat = 1

// savedEngine is a snapshot as JSON.
type savedEngine struct {
	Format int          `json:"format"`
	Tables []savedTable `json:"tables"`
}

// savedTable is a table of a snapshot: its definition, its later settings, and its items.
type savedTable struct {
	Definition json.RawMessage `json:"definition"` // a CreateTable request
	ID         string          `json:"id"`
	Created    time.Time       `json:"created"`
	TTL        string          `json:"ttl,omitempty"`
	// Unfit are the positions of items that do not fit the key of an index that was added after them.
	Unfit []int             `json:"unfit,omitempty"`
	Items []json.RawMessage `json:"items"` // last: written one by one
}

// definition is the CreateTable request for a table like this one.
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

// Restore adds the tables of a snapshot. It checks all of them before it adds the first: after an error the engine is
// unchanged. The error names the table and the item that no engine could have written, and why. A table of the snapshot
// must not exist yet.
func (e *Engine) Restore(r io.Reader) error {
	var saved savedEngine
	dec := json.NewDecoder(r)
	if err := dec.Decode(&saved); err != nil {
		return fmt.Errorf("ddbmem: restore: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("ddbmem: restore: data after the end of the snapshot")
	}
	if saved.Format != snapshotFormat {
		return fmt.Errorf("ddbmem: restore: snapshot has format %d, this release reads %d", saved.Format, snapshotFormat)
	}
	e.reap()
	tables := make([]*table, len(saved.Tables))
	seen := map[string]bool{}
	for i := range saved.Tables {
		t, err := e.restoreTable(&saved.Tables[i])
		if err != nil {
			return fmt.Errorf("ddbmem: restore: table %d%s: %w", i+1, nameOf(t), err)
		}
		if seen[t.name] {
			return fmt.Errorf("ddbmem: restore: table %s occurs twice", t.name)
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

// nameOf returns the name of a table for messages, if it is known.
func nameOf(t *table) string {
	if t == nil {
		return ""
	}
	return " (" + t.name + ")"
}

// restoreTable returns the saved table, before the engine knows it. With an error it returns what it has of it.
func (e *Engine) restoreTable(s *savedTable) (*table, error) {
	in, err := wire.Parse(s.Definition, createTableShape)
	if err != nil {
		return nil, errors.New("definition: not a CreateTable request")
	}
	if msg := in.Validate(wire.Older); msg != "" {
		return nil, fmt.Errorf("definition: %s", msg)
	}
	t, failed := e.define(in)
	if failed != nil {
		return nil, fmt.Errorf("definition: %s", failed.msg)
	}
	t.readyAt.Store(nil)
	for _, x := range t.indexes {
		x.activeAt = moment{}
	}
	t.id, t.created = orDefault(s.ID, t.id), s.Created
	// Restored items are not changes: the stream begins after them.
	stream := t.stream
	t.stream = nil
	unfit := map[int]bool{}
	for _, i := range s.Unfit {
		unfit[i] = true
	}
	for i, raw := range s.Items {
		if err := t.restoreItem(raw, unfit[i]); err != nil {
			return t, fmt.Errorf("item %d: %w", i+1, err)
		}
	}
	t.stream = stream
	t.catchUpAll()
	if n := utf8.RuneCountInString(s.TTL); n > maxTTLName {
		return t, fmt.Errorf("ttl: an attribute name of %d characters, the limit is %d", n, maxTTLName)
	}
	if s.TTL != "" {
		t.ttl.enable(s.TTL, &t.rows, e.clock.Now())
	}
	return t, nil
}

// restoreItem adds an item to a new table if a write could have. An unfit item is known not to fit an index.
func (t *table) restoreItem(raw json.RawMessage, unfit bool) error {
	var in value.Input
	err := in.UnmarshalJSON(raw)
	if err == nil {
		_, err = in.Fault()
	}
	if err != nil {
		return errors.New(asError(err).msg)
	}
	if in.Repeated() {
		return errors.New("an attribute occurs twice")
	}
	w := &write{kind: putWrite, attrs: in.Item, size: in.Item.Size()}
	failed := w.checkSize()
	if failed == nil {
		failed = w.bind(t)
	}
	if failed == nil && !unfit {
		failed = t.checkIndexKeys(w.attrs, nil, nil)
	}
	if failed != nil {
		return errors.New(failed.msg)
	}
	if t.get(w.key) != nil {
		return errors.New("another item has the same key")
	}
	t.apply(change{after: newRow(w.key, w.attrs, w.size), key: w.key})
	return nil
}
