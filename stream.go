package ddb

import (
	"context"
	"encoding/json"

	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/stream"
	"github.com/singletable-go/ddb/internal/view"
)

// Mux handles the records of a table's stream: it calls handlers by entity and keeps views up to date. Register everything
// before the first record. After that it is safe for concurrent use, on records of different items. Make it with
// [NewMux]; the zero Mux is not usable.
//
// Delivery is at least once: a record that its source delivers again is handled again. Records of one item are handled in
// the order of the batch. If one fails, the later ones of that item are withheld. They count as failed too, so that the
// source delivers them again in order. Records of other items continue.
//
// A record has several parts: each view, the handlers, and the batch handlers. Each part succeeds or fails separately. A
// part that succeeded does not run again for this record, as long as this Mux lives.
//
// Some failures are not the record's fault: those of the service, the network, credentials, throttling, or a context
// that ended. Then the batch stops, and the source delivers the rest again: see [ErrUnavailable].
//
// Items of the library's own, whose keys begin with ~, are skipped without decoding. [Table.StreamFilter] keeps them from
// a Lambda function.
type Mux struct{ m *stream.Mux }

// MuxOptions configures a [Mux]; the zero value of each field is its default, and nil is all defaults.
type MuxOptions struct {
	// Workers is the number of items handled concurrently; default 1, which handles all records in order. With more,
	// handlers are called concurrently for different items.
	Workers int

	// RefuseUnknown makes a record of an unknown entity fail with an error that matches [ErrUnknown]; by default it is
	// skipped.
	RefuseUnknown bool

	// SkipUndecodable skips a record whose item cannot be decoded; by default it fails. A record with [Record].Raw always
	// fails, since its entity is not known.
	SkipUndecodable bool

	// PartialImages accepts records without the images of their kind, from a stream whose view type is not
	// NEW_AND_OLD_IMAGES. In the items of such a record only key fields are set, so do not compare Old and New. By default
	// such a record fails. Views ignore this option: an aggregate needs an image only if the source's key does not
	// determine the target.
	PartialImages bool

	// Attempts is the number of deliveries after which the failed parts of a record go to DeadLetters; default 3. Each part
	// is counted separately, in memory. A delivery does not count if the batch stopped with [ErrUnavailable].
	Attempts int

	// DeadLetters stores a record of which a part failed Attempts times; cause is a [RecordError], whose Parts lists these
	// parts. If it returns nil, the parts count as done, and later records of the item continue in them. If it returns an
	// error, the batch stops, and the record is delivered again. Without DeadLetters a failing record is delivered again
	// until its source gives up. With Workers, calls may be concurrent. [Mux.Replay] runs the parts again later.
	//
	// A record that DeadLetters stored is not in the error of Process, and a reader does not log it. Report receives it with
	// [RecordError].GivenUp; [Mux.Stats] counts it.
	DeadLetters func(ctx context.Context, r Record, cause error) error

	// Report is called for each failed delivery of a record, once per record, and once for each cause that stopped a
	// batch. It is not called for withheld records. Log dead letters here: if DeadLetters stored the record, the error has
	// GivenUp and says "given up after 3 attempts, to the dead letters". Calls may be concurrent. [Mux.Stats] has the
	// counts.
	Report func(ctx context.Context, err *RecordError)
}

// NewMux returns a mux for the records of table; nil opts means all defaults. It makes no requests.
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

// Handle registers f for the changes of e, after the handlers registered before. If f returns an error or panics, the
// record fails and is delivered again; then all its handlers run again. Handle makes no requests. It panics if e belongs to
// another table than m.
func Handle[T any](m *Mux, e *Entity[T], f func(context.Context, Change[T]) error) {
	m.m.Handle(e.e, func(ctx context.Context, c view.Change) error { return f(ctx, retype[T](c)) })
}

// HandleAny registers f for the changes of every entity. Old and New have the entity's type, or are nil if there is no such
// image: use a type switch. Handlers of one entity and of every entity run in this order. HandleAny makes no requests.
func (m *Mux) HandleAny(f func(context.Context, Change[any]) error) {
	m.m.HandleAny(func(ctx context.Context, c view.Change) error { return f(ctx, retype[any](c)) })
}

// HandleBatch registers f for complete batches. It runs after the other handlers, with the changes on which they did not
// fail, in order. If f fails, all of these changes are delivered again. On the last attempt before [MuxOptions].DeadLetters,
// f receives each change in a batch of its own, so that only the changes on which it fails become dead letters. HandleBatch
// makes no requests.
func (m *Mux) HandleBatch(f func(context.Context, []Change[any]) error) {
	m.m.HandleBatch(func(ctx context.Context, cs []view.Change) error {
		out := make([]Change[any], len(cs))
		for i, c := range cs {
			out[i] = retype[any](c)
		}
		return f(ctx, out)
	})
}

// Maintain keeps views up to date in db. Views run before the handlers of a record, so a handler reads data that includes
// its record, unless the view failed on it. Maintain itself makes no requests; the functions that declare views document
// what their updates cost. It panics if db or a view belongs to another table than m, if db is for another physical table
// than in earlier calls, and if the views of m form a cycle.
func (m *Mux) Maintain(db *DB, views ...*View) {
	list := make([]*view.View, len(views))
	for i, v := range views {
		list[i] = v.v
	}
	m.m.Maintain(db.db, list...)
}

// Process handles records, which must be in the order of the stream. It returns the sequence numbers of the records to
// deliver again, in that order. The error joins a [RecordError] for each failed record, without withheld ones, and one for
// each cause that stopped the batch, which matches [ErrUnavailable]. It is nil exactly if failed is empty.
//
// It makes the requests of the views, and no others. It is safe for concurrent use if the calls have records of different
// items.
func (m *Mux) Process(ctx context.Context, records []Record) (failed []string, err error) {
	list := make([]*record.Record, len(records))
	for i := range records {
		list[i] = (*record.Record)(&records[i])
	}
	failed, err = m.m.Process(ctx, list)
	return failed, public(err)
}

// Replay handles one record again, in the given parts or, without parts, in all of them. Use it for dead letters. It counts
// nothing, and failures do not go to DeadLetters. The error is a [RecordError]; it matches [ErrUnavailable] if the record is
// not at fault, and [ErrModel] if m has no such part. It makes the requests of the views that run, and is safe for concurrent
// use as [Mux.Process] is.
func (m *Mux) Replay(ctx context.Context, rec Record, parts ...string) error {
	return public(m.m.Replay(ctx, record.Record(rec), parts...))
}

// Gap marks every view of m as incomplete, because records of the stream were lost. Each view then needs a Rebuild: see
// [View.LastGap]. The reader of package ddbstream calls Gap; a source of your own must call it if records are missing. It
// makes one write of one item for each view. The error joins the failed writes. If the table's keys are not strings, there
// is no place for the mark, and Gap does nothing. It is safe for concurrent use.
func (m *Mux) Gap(ctx context.Context, cause error) error { return public(m.m.Gap(ctx, cause)) }

// Lambda handles the JSON event of a DynamoDB stream in a Lambda function, without the types of aws-lambda-go:
//
//	lambda.Start(mux.Lambda)
//
// The response lists the records that failed or were not handled. It has an effect only if the event source mapping has
// ReportBatchItemFailures among its FunctionResponseTypes. Lambda then delivers everything from the first of them again,
// including records that succeeded. Without [MuxOptions].Report, failures are logged with [slog], each cause once. Dead
// letters are not failures: only Report receives them.
//
// Another event is an error that says what it is: an event of a queue, a topic or another stream, the document of an
// on-failure destination, or an empty event. So is a record with another event version than 1.x.
//
// Failed deliveries are counted in the memory of one instance of the function. So also give the mapping a
// MaximumRetryAttempts and an on-failure destination. The requests are those of [Mux.Process].
func (m *Mux) Lambda(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	return m.m.Lambda(ctx, event)
}

// MuxStats counts what a [Mux] did since it was made, in this process. It can be written as JSON.
//
// A delivery is counted when its batch ends. A handled record counts once, even if its batch comes again for other records.
// But if all of a record is done and its source still delivers it again, it is handled and counted again. Lambda does so
// with the records after a failure. Not counted are records of the library's own items and of versions (History), records
// of entities without a part, and [Mux.Replay].
type MuxStats struct {
	// Parts has an entry for each part and entity of which there was a record: first the views in the order of Maintain, then
	// "handlers", then "batch handlers", each sorted by the entity's name.
	Parts []PartStats `json:"parts"`

	Unknown     int64 `json:"unknown"`     // records skipped because no entity claims the item
	Undecodable int64 `json:"undecodable"` // records that a part skipped for MuxOptions.SkipUndecodable
	Stopped     int64 `json:"stopped"`     // batches that stopped for ErrUnavailable, each once
}

// PartStats counts the records of one entity in one part of a [Mux]. Part is a name as in [RecordError].Parts. Part and
// Entity are empty in the entry of records whose entity is not known. A record that turned an item into one of another entity
// counts for the new entity, if the part concerns both.
type PartStats struct {
	Part   string `json:"part"`
	Entity string `json:"entity"`

	Handled     int64 `json:"handled"`      // records, each once
	Failed      int64 `json:"failed"`       // deliveries that failed by the record's fault, including the last one before the dead letters
	Withheld    int64 `json:"withheld"`     // deliveries that waited because an earlier record of the item failed; they come again
	DeadLetters int64 `json:"dead_letters"` // records that DeadLetters stored; they do not come again
}

// Stats returns the counts of m so far. It is safe for concurrent use, makes no requests, and takes a lock for a moment only.
// Publish it where you need it, for example with expvar.Publish("mux", expvar.Func(func() any { return mux.Stats() })). The
// Status of a reader of package ddbstream includes it.
func (m *Mux) Stats() MuxStats {
	s := m.m.Stats()
	out := MuxStats{Parts: make([]PartStats, 0, len(s.Parts)), Unknown: s.Unknown, Undecodable: s.Undecodable, Stopped: s.Stopped}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, PartStats(p))
	}
	return out
}
