package ddb

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// Mux routes the records of a table's stream to handlers by entity, and keeps views up to date. Register everything
// before the first record; from then on it is safe for concurrent use, on records of different items.
//
// Delivery is at least once: whatever a source delivers again is handled again. Records of one item are handled in the
// order of the batch. When one fails, the later ones of that item are withheld and count as failed too, so that a
// source that delivers them again keeps their order; other items go on.
//
// Items of the library's own, whose keys begin with ~, are skipped undecoded. [Table.StreamFilter] keeps them from a
// Lambda function altogether.
type Mux struct {
	table    *Table
	opts     MuxOptions
	handlers map[*entity][]func(context.Context, Change[any]) error
	any      []func(context.Context, Change[any]) error
	batch    []func(context.Context, []Change[any]) error
	views    []maintained

	mu    sync.Mutex
	tries map[string]int // failed deliveries of records that have not succeeded yet
}

// maintained is a view and where it lives.
type maintained struct {
	view *View
	db   *DB
}

// MuxOptions configures a [Mux]; the zero value of each field is its default, and nil is all defaults.
type MuxOptions struct {
	// Workers is the number of items handled side by side; default 1, which handles all records in order. Handlers
	// are then called concurrently, for different items.
	Workers int

	// RefuseUnknown makes a record of no known entity fail with an error that matches [ErrUnknown]; by default it is
	// skipped.
	RefuseUnknown bool

	// SkipUndecodable skips a record whose item its entity cannot read; by default it fails.
	SkipUndecodable bool

	// PartialImages accepts records without the images that their kind calls for, which a stream has whose view type
	// is not NEW_AND_OLD_IMAGES. Handlers then get items in which only the key fields are set, and a difference of Old
	// and New means nothing. By default such a record fails. Views do not ask: an aggregate works wherever the key of
	// the source tells its target, and fails where it needs an image that is not there.
	PartialImages bool

	// Attempts is the number of deliveries after which a failing record goes to DeadLetters; default 3. Deliveries
	// that failed with [ErrThrottled] or by the context's end do not count. They are counted in memory, by this Mux.
	Attempts int

	// DeadLetters takes records that failed Attempts times. When it returns nil the record counts as handled, and the
	// later records of its item go on. By default there is none: a record fails for as long as it is delivered.
	// Record is what [Mux.Process] takes, so that a dead letter can be replayed at any time.
	DeadLetters func(ctx context.Context, r Record, cause error) error

	// Report is called for each delivery of a record that failed, once per record, also for one that goes to
	// DeadLetters; not for those that were withheld. It may be called concurrently.
	Report func(ctx context.Context, err *RecordError)
}

// RecordError says which record could not be handled and why.
type RecordError struct {
	Record   Record
	Entity   string // "" where no entity claims it
	Attempts int    // failed deliveries so far, this one included
	Err      error
}

func (e *RecordError) Error() string {
	var what strings.Builder
	what.WriteString(string(e.Record.Kind))
	if e.Entity != "" {
		what.WriteString(" " + e.Entity)
	}
	for _, attr := range sortedNames(e.Record.Keys) {
		what.WriteString(" " + attr + "=" + valueText(e.Record.Keys[attr]))
	}
	return fmt.Sprintf("ddb: stream: %s, record %s, attempt %d: %v", what.String(), e.Record.Sequence, e.Attempts, e.Err)
}

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// NewMux returns a mux for the records of table.
func NewMux(table *Table, opts *MuxOptions) *Mux {
	m := &Mux{table: table, handlers: map[*entity][]func(context.Context, Change[any]) error{}, tries: map[string]int{}}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.Attempts <= 0 {
		m.opts.Attempts = 3
	}
	m.opts.Workers = max(m.opts.Workers, 1)
	return m
}

// Handle registers f for the changes of e, after those registered before. An error, or a panic, makes the record fail
// and be delivered again; then all its handlers run again. It panics if e is of another table than m's.
func Handle[T any](m *Mux, e *Entity[T], f func(context.Context, Change[T]) error) {
	if e.e.table != m.table {
		panic(fmt.Sprintf("ddb: Handle: entity %s is not of the table that the Mux is for", e.e.name))
	}
	m.handlers[e.e] = append(m.handlers[e.e], func(ctx context.Context, c Change[any]) error {
		return f(ctx, retype[T](c))
	})
}

// HandleAny registers f for the changes of every entity. Old and New are of the entity's own type, nil where there is
// none, for a type switch.
func (m *Mux) HandleAny(f func(context.Context, Change[any]) error) { m.any = append(m.any, f) }

// HandleBatch registers f for each batch as a whole, after the other handlers and with the changes that they did not
// fail on, in order. When f fails, all of them are delivered again; when that happened Attempts times and there are
// DeadLetters, f gets each change in a batch of its own, so that only those that it fails on are lost to it.
func (m *Mux) HandleBatch(f func(context.Context, []Change[any]) error) {
	m.batch = append(m.batch, f)
}

// Maintain keeps views up to date in db, before any handler sees the record: what a handler reads is as new as its
// record. It panics if db or a view is of another table than m's.
func (m *Mux) Maintain(db *DB, views ...*View) {
	for _, v := range views {
		if db.table != m.table || v.table != m.table {
			panic(fmt.Sprintf("ddb: Maintain: view %s, the DB and the Mux are not all of one table", v.name))
		}
		m.views = append(m.views, maintained{v, db})
	}
}

// Process handles records, which come in the order of the stream, and returns the sequence numbers of those to deliver
// again, in that order. The error joins a [RecordError] for each record that failed, without those that were
// withheld; it is nil exactly if failed is empty.
//
// It makes the requests that the views need and none of its own.
func (m *Mux) Process(ctx context.Context, records []Record) (failed []string, err error) {
	r := newRun(m, records)
	r.maintain(withWidth(ctx, m.opts.Workers))
	r.handle(ctx)
	r.batch(ctx)
	return r.result()
}

// StreamFilter returns the pattern for the event source mapping of a Lambda function that keeps records of the
// library's own items from it, as JSON: give it as the Pattern of a FilterCriteria's filter. It needs a table whose
// partition key is a string; for others, which have no such items, it is "{}".
func (t *Table) StreamFilter() string {
	attr := t.primary.partition[0]
	if t.keyType(attr) != "S" {
		return "{}"
	}
	name, err := json.Marshal(attr)
	if err != nil {
		panic(fmt.Sprintf("ddb: attribute %q as JSON: %v", attr, err))
	}
	return fmt.Sprintf(`{"dynamodb":{"Keys":{%s:{"S":[{"anything-but":{"prefix":"~"}}]}}}}`, name)
}
