package ddb

import (
	"context"
	"encoding/json"

	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/stream"
	"github.com/singletable-go/ddb/internal/view"
)

// Mux routes the records of a table's stream to handlers by entity, and keeps views up to date. Register everything
// before the first record; from then on it is safe for concurrent use, on records of different items.
//
// Delivery is at least once: whatever a source delivers again is handled again. Records of one item are handled in the
// order of the batch. When one fails, the later ones of that item are withheld and count as failed too, so that a
// source that delivers them again keeps their order; other items go on.
//
// A record fails in parts: each view, the handlers, and the handlers of batches. What is done of it is not done again, as long
// as this Mux lives. Where not the record is at fault but what surrounds it (the service, the network, credentials, throttling,
// a context that ended), the batch stops, and all that is left of it is delivered again: see [ErrUnavailable].
//
// Items of the library's own, whose keys begin with ~, are skipped undecoded. [Table.StreamFilter] keeps them from a
// Lambda function altogether.
type Mux struct{ m *stream.Mux }

// MuxOptions configures a [Mux]; the zero value of each field is its default, and nil is all defaults.
type MuxOptions struct {
	// Workers is the number of items handled side by side; default 1, which handles all records in order. Handlers
	// are then called concurrently, for different items.
	Workers int

	// RefuseUnknown makes a record of no known entity fail with an error that matches [ErrUnknown]; by default it is
	// skipped.
	RefuseUnknown bool

	// SkipUndecodable skips a record whose item its entity cannot read; by default it fails. A record with [Record].Raw, of
	// which nobody knows what it is, always fails.
	SkipUndecodable bool

	// PartialImages accepts records without the images that their kind calls for, which a stream has whose view type
	// is not NEW_AND_OLD_IMAGES. Handlers then get items in which only the key fields are set, and a difference of Old
	// and New means nothing. By default such a record fails. Views do not ask: an aggregate works wherever the key of
	// the source tells its target, and fails where it needs an image that is not there.
	PartialImages bool

	// Attempts is the number of deliveries after which what fails of a record goes to DeadLetters; default 3. Each part of it
	// is counted by itself. A delivery does not count if the batch stopped, as [ErrUnavailable] says. They are counted in
	// memory, by this Mux.
	Attempts int

	// DeadLetters takes records of which a part failed Attempts times; cause is a [RecordError], whose Parts says which. When
	// it returns nil these parts count as done, and in them the later records of the item go on. When it returns an error the
	// batch stops, and the record is delivered again. By default there is none: a record fails for as long as it is
	// delivered. With Workers it may be called concurrently. [Mux.Replay] runs the parts again, at any time.
	//
	// A record that DeadLetters took has not failed any more: neither the error of Process has it, nor what a reader logs of that
	// error, where the last that is said of it is an earlier attempt. Report gets each, with [RecordError].GivenUp; [Mux.Stats] counts them.
	DeadLetters func(ctx context.Context, r Record, cause error) error

	// Report is called for each delivery of a record that failed, once per record, and once for each cause that a batch stopped for;
	// not for records that were withheld. It is the place to log that a record was given up: where DeadLetters took it, the
	// error has GivenUp and says "given up after 3 attempts, to the dead letters". It may be called concurrently. [Mux.Stats] has the counts.
	Report func(ctx context.Context, err *RecordError)
}

// NewMux returns a mux for the records of table.
func NewMux(table *Table, opts *MuxOptions) *Mux {
	return &Mux{stream.New(table.below(), opts.below())}
}

// below is o for the packages below; nil is nil.
func (o *MuxOptions) below() *stream.Options {
	if o == nil {
		return nil
	}
	out := &stream.Options{
		Workers: o.Workers, RefuseUnknown: o.RefuseUnknown, SkipUndecodable: o.SkipUndecodable, PartialImages: o.PartialImages, Attempts: o.Attempts,
	}
	if o.DeadLetters != nil {
		out.DeadLetters = func(ctx context.Context, r record.Record, cause error) error {
			return o.DeadLetters(ctx, Record(r), public(cause))
		}
	}
	if o.Report != nil {
		out.Report = func(ctx context.Context, err *stream.RecordError) { o.Report(ctx, publicRecordError(err)) }
	}
	return out
}

// Handle registers f for the changes of e, after those registered before. An error, or a panic, makes the record fail
// and be delivered again; then all its handlers run again. It panics if e is of another table than m's.
func Handle[T any](m *Mux, e *Entity[T], f func(context.Context, Change[T]) error) {
	m.m.Handle(e.e, func(ctx context.Context, c view.Change) error { return f(ctx, retype[T](c)) })
}

// HandleAny registers f for the changes of every entity. Old and New are of the entity's own type, nil where there is
// none, for a type switch.
func (m *Mux) HandleAny(f func(context.Context, Change[any]) error) {
	m.m.HandleAny(func(ctx context.Context, c view.Change) error { return f(ctx, retype[any](c)) })
}

// HandleBatch registers f for each batch as a whole, after the other handlers and with the changes that they did not
// fail on, in order. When f fails, all of them are delivered again; when that happened Attempts times and there are
// DeadLetters, f gets each change in a batch of its own, so that only those that it fails on are lost to it.
func (m *Mux) HandleBatch(f func(context.Context, []Change[any]) error) {
	m.m.HandleBatch(func(ctx context.Context, cs []view.Change) error {
		out := make([]Change[any], len(cs))
		for i, c := range cs {
			out[i] = retype[any](c)
		}
		return f(ctx, out)
	})
}

// Maintain keeps views up to date in db, before any handler sees the record: what a handler reads is as new as its
// record, unless the view failed on it. It panics if db or a view is of another table than m's, if db is of another physical table than
// that of earlier calls, and if the views of m feed each other in a circle, which would never rest.
func (m *Mux) Maintain(db *DB, views ...*View) {
	list := make([]*view.View, len(views))
	for i, v := range views {
		list[i] = v.v
	}
	m.m.Maintain(db.db, list...)
}

// Process handles records, which come in the order of the stream, and returns the sequence numbers of those to deliver
// again, in that order. The error joins a [RecordError] for each record that failed, without those that were
// withheld, and one for each cause that the batch stopped for, which matches [ErrUnavailable]. It is nil exactly if failed is empty.
//
// It makes the requests that the views need and none of its own.
func (m *Mux) Process(ctx context.Context, records []Record) (failed []string, err error) {
	list := make([]*record.Record, len(records))
	for i := range records {
		list[i] = (*record.Record)(&records[i])
	}
	failed, err = m.m.Process(ctx, list)
	return failed, public(err)
}

// Replay handles one record again, as its dead letter says: the parts that failed, all of them where none is given. Nothing
// is counted, and what fails is returned and goes to no dead letters. The error is a [RecordError]; it matches [ErrUnavailable] where
// the record is not at fault, and [ErrModel] where m has no such part.
func (m *Mux) Replay(ctx context.Context, rec Record, parts ...string) error {
	return public(m.m.Replay(ctx, record.Record(rec), parts...))
}

// Gap records that records of the stream were lost, so that every view of m needs a Rebuild: see [View.LastGap].
// The reader of package ddbstream calls it; a source of your own does where it finds records missing. It is one write
// for each view. A table whose keys are not strings has no place for the mark: then it does nothing.
func (m *Mux) Gap(ctx context.Context, cause error) error { return public(m.m.Gap(ctx, cause)) }

// Lambda handles the event of a DynamoDB stream as a Lambda function does, in JSON and without the types of
// aws-lambda-go:
//
//	lambda.Start(mux.Lambda)
//
// The answer names the records that failed and those that were not handled; for it to count, the event source mapping must have
// ReportBatchItemFailures among its FunctionResponseTypes. Lambda then delivers everything from the lowest of them again, also what has
// been handled. Without [MuxOptions].Report failures are logged with [slog], each cause once; what is given up to the dead letters
// has not failed any more, and is told to Report alone.
//
// An event that is none of a DynamoDB stream is an error, which says what it is instead: one of a queue, a topic or another stream,
// what Lambda sends to an on-failure destination, or nothing at all. So is a record of another event version than 1.x.
//
// Failed deliveries are counted in the memory of one instance of the function: give the mapping a MaximumRetryAttempts and
// an on-failure destination too.
func (m *Mux) Lambda(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	return m.m.Lambda(ctx, event)
}

// MuxStats is what a [Mux] did since it was made, in this process. It can be written as JSON.
//
// A delivery is counted when its batch ends. What is handled counts once, however often its batch comes again for other records;
// a record that a source delivers again after all of it is done, as Lambda does with what follows a failure, is handled again and
// counts again. Records of the library's own items and of versions (History) count nowhere, nor do those of entities that no part is
// for, nor does [Mux.Replay].
type MuxStats struct {
	// Parts has an entry for each part and entity that a record was for: the views as they were given to Maintain, then "handlers",
	// then "batch handlers", and the entities of each by name.
	Parts []PartStats `json:"parts"`

	Unknown     int64 `json:"unknown"`     // records skipped because no entity claims the item
	Undecodable int64 `json:"undecodable"` // records that a part skipped for MuxOptions.SkipUndecodable
	Stopped     int64 `json:"stopped"`     // batches that stopped for ErrUnavailable, each once
}

// PartStats is what became of the records of one entity in one part of a [Mux]. Part is as in [RecordError].Parts. Both names are
// empty in the entry of records of which nobody can tell what they are of. A record that made an item one of another entity
// counts for the new one, where the part is for both.
type PartStats struct {
	Part   string `json:"part"`
	Entity string `json:"entity"`

	Handled     int64 `json:"handled"`      // records, each once
	Failed      int64 `json:"failed"`       // deliveries that failed by the record's own fault, the last one before the dead letters too
	Withheld    int64 `json:"withheld"`     // deliveries that waited for a failure of the same item, which come again
	DeadLetters int64 `json:"dead_letters"` // records given to the dead letters: they do not come again
}

// Stats returns what m did so far. It is safe for concurrent use, and cheap: it takes a lock that each batch takes once, for a
// moment. Where it is to be seen is the program's choice: expvar.Publish("mux", expvar.Func(func() any { return mux.Stats() })),
// for one. Status of the reader of package ddbstream has it too.
func (m *Mux) Stats() MuxStats {
	s := m.m.Stats()
	out := MuxStats{Parts: make([]PartStats, 0, len(s.Parts)), Unknown: s.Unknown, Undecodable: s.Undecodable, Stopped: s.Stopped}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, PartStats(p))
	}
	return out
}
