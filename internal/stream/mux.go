package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/view"
	"github.com/singletable-go/ddb/internal/write"
)

// Mux routes the records of a table's stream to handlers by entity, and keeps views up to date. Records of one item
// are handled in the order of the batch: when one fails, the later ones are withheld and count as failed too. A
// record fails in parts: each view, the handlers, and the handlers of batches; what is done of it is not done again,
// as long as this Mux lives.
type Mux struct {
	table    *model.Table
	opts     Options
	handlers map[*model.Entity][]func(context.Context, view.Change) error
	any      []func(context.Context, view.Change) error
	batch    []func(context.Context, []view.Change) error
	views    []maintained
	blobs    ddbblob.Store // of the DB, once there is one

	progress progress
	origin   origin
	stats    counters
}

// maintained is a view and where it lives.
type maintained struct {
	view *view.View
	db   *write.DB
}

// Options configures a [Mux]; the zero value of each field is its default, and nil is all defaults.
type Options struct {
	// Workers is the number of items handled side by side; default 1, which handles all records in order. Handlers
	// are then called concurrently, for different items.
	Workers int

	// RefuseUnknown makes a record of no known entity fail with an error that matches ErrUnknown; by default it is
	// skipped.
	RefuseUnknown bool

	// SkipUndecodable skips a record whose item its entity cannot read; by default it fails. A record with Raw always
	// fails: it is not known what it is.
	SkipUndecodable bool

	// PartialImages accepts records without the images that their kind calls for. By default such a record fails.
	// Views do not look at it: an aggregate fails only where it needs an image that is not there.
	PartialImages bool

	// Attempts is the number of deliveries after which what fails of a record goes to DeadLetters; default 3. Each part
	// is counted by itself, in memory. A delivery does not count if the batch stopped.
	Attempts int

	// DeadLetters takes records of which a part failed Attempts times; cause is a [RecordError]. When it returns nil
	// these parts count as done; when it returns an error the batch stops. Without it a record fails for as long as
	// it is delivered. With Workers it may be called concurrently.
	DeadLetters func(ctx context.Context, r record.Record, cause error) error

	// Report is called for each delivery of a record that failed, and once for each cause that a batch stopped for;
	// not for records that were withheld. It may be called concurrently.
	Report func(ctx context.Context, err *RecordError)
}

// RecordError says which record could not be handled and why. Where it matches [fault.ErrUnavailable] the batch
// stopped at that record, which is not at fault.
type RecordError struct {
	Record record.Record
	Entity string // "" where no entity claims it
	// Parts says what failed, by the names that partName gives. It is nil where it is not known what the record is
	// of, so that all are concerned.
	Parts    []string
	Attempts int // deliveries that failed by the record's own fault so far, this one included
	// GivenUp says that Parts go to the dead letters: they are not tried again, and no error of Process tells of
	// them.
	GivenUp bool
	Err     error
}

// As makes e the error of package ddb.
func (e *RecordError) As(target any) bool { return fault.AsPublic(e, target) }

func (e *RecordError) Error() string {
	what := record.Text(&e.Record, e.Entity)
	if errors.Is(e.Err, fault.ErrUnavailable) {
		return fmt.Sprintf("ddb: stream: the batch stops at %s, record %s: %v", what, e.Record.Sequence, e.Err)
	}
	if e.GivenUp {
		attempts := "attempts"
		if e.Attempts == 1 {
			attempts = "attempt"
		}
		return fmt.Sprintf("ddb: stream: %s, record %s, given up after %d %s, to the dead letters: %v", what, e.Record.Sequence, e.Attempts, attempts, e.Err)
	}
	return fmt.Sprintf("ddb: stream: %s, record %s, attempt %d: %v", what, e.Record.Sequence, e.Attempts, e.Err)
}

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// New returns a mux for the records of table.
func New(table *model.Table, opts *Options) *Mux {
	m := &Mux{table: table, handlers: map[*model.Entity][]func(context.Context, view.Change) error{}}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.Attempts <= 0 {
		m.opts.Attempts = 3
	}
	m.opts.Workers = max(m.opts.Workers, 1)
	return m
}

// Handle registers f for the changes of e, after those registered before.
func (m *Mux) Handle(e *model.Entity, f func(context.Context, view.Change) error) {
	if e.Table != m.table {
		panic(fmt.Sprintf("ddb: Handle: entity %s belongs to another table than the Mux", e.Name))
	}
	m.handlers[e] = append(m.handlers[e], f)
}

// HandleAny registers f for the changes of every entity. Old and New are of the entity's own type, nil where there is
// none, for a type switch.
func (m *Mux) HandleAny(f func(context.Context, view.Change) error) { m.any = append(m.any, f) }

// HandleBatch registers f for each batch as a whole, after the other handlers and with the changes that they did not
// fail on, in order. When f fails, all of them are delivered again; when that happened Attempts times and there are
// DeadLetters, f gets each change in a batch of its own, so that only those that it fails on are lost to it.
func (m *Mux) HandleBatch(f func(context.Context, []view.Change) error) {
	m.batch = append(m.batch, f)
}

// Maintain keeps views up to date in db, before any handler sees the record: what a handler reads is as new as its
// record, unless the view failed on it. It panics if db or a view is of another table than m's, if db is of another physical table than
// that of earlier calls, and if the views of m feed each other in a circle, which would never rest.
func (m *Mux) Maintain(db *write.DB, views ...*view.View) {
	marked := &write.DB{DB: &read.DB{Conn: db.Marked(), Opts: db.Opts, Strong: db.Strong}}
	for _, v := range views {
		if db.Table != m.table || v.Table != m.table {
			panic(fmt.Sprintf("ddb: Maintain: view %s, the DB and the Mux belong to different tables", v.Name))
		}
		m.views = append(m.views, maintained{v, marked})
	}
	m.bindTo(db)
	m.blobs = db.Opts.Blobs
	if circle := view.CircleOf(m.kept()); circle != "" {
		panic("ddb: Maintain: views form a cycle: " + circle)
	}
}

func (m *Mux) kept() []*view.View {
	out := make([]*view.View, len(m.views))
	for i, v := range m.views {
		out[i] = v.view
	}
	return out
}
