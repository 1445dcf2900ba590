package ddbmem

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// table holds the items of a table, its indexes and its stream. The lock guards everything below it.
type table struct {
	schema
	name    string
	arn     string
	id      string
	created time.Time
	engine  *Engine
	local   bool            // it has local indexes, which never change
	order   []schemaElement // the key schema as it was written

	// readyAt is when the table becomes ACTIVE; nil means at once. never makes its items unreachable.
	readyAt atomic.Pointer[time.Time]

	mu      sync.RWMutex
	rows    tree.Tree[*row]
	bytes   int64
	replica replica
	indexes []*index
	stream  *stream
	ttl     ttl
	res     *resource // what it may consume; nil without limits
	dropped bool      // deleted; seen under the lock by requests that found the table earlier

	def tableDefinition
}

// attrDef is an element of AttributeDefinitions.
type attrDef struct {
	Name string `json:"AttributeName"`
	Type string `json:"AttributeType"`
}

// schemaElement is an element of a KeySchema.
type schemaElement struct {
	Name string `json:"AttributeName"`
	Type string `json:"KeyType"`
}

// capacityPair is a pair of read and write units.
type capacityPair struct{ read, write int64 }

// tableDefinition is the part of a table that has no effect on items.
type tableDefinition struct {
	attrs      []attrDef
	billing    string // PROVISIONED or PAY_PER_REQUEST
	billedAt   moment
	throughput capacityPair
	onDemand   *capacityPair
	warm       *capacityPair // as requested at its creation
	class      string
	classAt    moment
	sse        *sseDefinition
	protected  bool
	tags       []tag
	updatedAt  moment // the end of an UPDATING state
	goneAt     moment // the end of a DELETING state
}

type sseDefinition struct{ kind, key string }

type tag struct {
	Key   string
	Value string
}

// usable reports whether items can be read and written at that time: not in a table that is being created.
func (t *table) usable(now time.Time) bool {
	at := t.readyAt.Load()
	return at == nil || at != never && !now.Before(*at)
}

// never is when a table that is being deleted becomes ACTIVE.
var never = &time.Time{}

// find returns an index that is not being created, nil if there is none of that name.
func (t *table) find(name string) *index {
	for _, x := range t.indexes {
		if x.name == name {
			return x
		}
	}
	return nil
}

// rowKey returns the tree key of an item or a Key.
func (t *table) rowKey(it value.Item) string {
	var buf [96]byte
	return string(t.appendKey(buf[:0], it))
}

func (t *table) get(key string) *row {
	r, _ := t.rows.Get(key)
	return r
}

// newRow makes the next version of an item. It copies what the item shares with the request.
func newRow(key string, it value.Item, size int) *row {
	return &row{item: it.Compact(), key: key, size: size}
}

// change is a write to one item: either version may be nil.
type change struct {
	before, after *row
	key           string
	expiry        bool // made by the engine because the item expired
}

// apply applies a change to rows, indexes, expiry and stream. It returns the write units of each index, nil if all are
// 0. The caller holds the lock.
func (t *table) apply(c change) []float64 {
	if c.before == nil && c.after == nil {
		return nil
	}
	if c.after != nil {
		t.rows.Set(c.key, c.after)
		t.bytes += int64(c.after.size)
	} else {
		t.rows.Delete(c.key)
	}
	if c.before != nil {
		t.bytes -= int64(c.before.size)
	}
	var units []float64
	now := t.engine.clock.Now()
	lag, readLag := t.engine.faults.lags(&t.engine.rand)
	if readLag > 0 || t.replica.lags() {
		t.delay(c, readLag, now)
	}
	for i, x := range t.indexes {
		var u float64
		if !x.local && (lag > 0 || len(x.lag) > 0) {
			u = x.stepOf(&t.schema, c.before, c.after).units()
			due := now.Add(lag)
			if n := len(x.lag); n > 0 && x.lag[n-1].due.After(due) {
				due = x.lag[n-1].due // changes become visible in their order
			}
			x.postpone(due, c.before, c.after)
			x.catchUp(&t.schema, now)
		} else {
			u = x.change(&t.schema, c.before, c.after, now)
		}
		if u > 0 {
			if units == nil {
				units = make([]float64, len(t.indexes))
			}
			units[i] = u
		}
	}
	if t.res != nil {
		t.res.resize(c.key, t.storedSize(c.after)-t.storedSize(c.before), now)
	}
	t.ttl.change(c, now)
	if t.stream != nil && !(c.before != nil && c.after != nil && c.before.item.Equal(c.after.item)) {
		t.stream.add(c, now)
	}
	return units
}

// settle brings the table up to date before it is read or written: it deletes expired items, shows delayed index
// entries, and updates the limits. It takes the lock only if there is something to do.
func (t *table) settle() {
	now := t.engine.clock.Now()
	t.mu.RLock()
	due := t.ttl.due(now) || t.lagging(now) || t.turning(now)
	t.mu.RUnlock()
	if !due {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.settleLocked(now)
}

func (t *table) settleLocked(now time.Time) {
	for t.ttl.due(now) {
		entry, _ := t.ttl.first()
		key := entry[8:]
		if r := t.get(key); r != nil {
			t.apply(change{before: r, key: key, expiry: true})
		}
		t.ttl.expiry.Delete(entry)
	}
	t.catchUp(now)
	if t.turning(now) {
		t.turn(now)
	}
}

func (t *table) lagging(now time.Time) bool {
	if t.replica.due(now) { // and with it those of the local indexes, which have the same times
		return true
	}
	for _, x := range t.indexes {
		if len(x.lag) > 0 && !x.lag[0].due.After(now) {
			return true
		}
	}
	return false
}
