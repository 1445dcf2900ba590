package ddbstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/singletable-go/ddb"
)

// DeadLetter is a record that could not be handled, with all that it takes to handle it later. As JSON its record has
// the shape of one in the event of a Lambda function.
type DeadLetter struct {
	At       time.Time `json:"at"` // when it was given up
	Entity   string    `json:"entity,omitempty"`
	Attempts int       `json:"attempts,omitempty"`
	// Parts says what failed, as [ddb.RecordError] does; without them the record is replayed whole.
	Parts  []string   `json:"parts,omitempty"`
	Cause  string     `json:"cause"`
	Record ddb.Record `json:"record"`

	in *File  // that has it, nil where it is from elsewhere
	id string // there
}

// Sink takes dead letters. Its Put is what [ddb.MuxOptions].DeadLetters wants:
//
//	letters := ddbstream.NewFile("dead-letters.jsonl")
//	mux := ddb.NewMux(Platform, &ddb.MuxOptions{DeadLetters: letters.Put})
type Sink interface {
	Put(ctx context.Context, r ddb.Record, cause error) error
}

// letter makes a dead letter of a record and of the error that it failed with.
func letter(r ddb.Record, cause error) DeadLetter {
	l := DeadLetter{At: time.Now().UTC(), Record: r}
	if cause != nil {
		l.Cause = cause.Error()
	}
	if e, ok := errors.AsType[*ddb.RecordError](cause); ok {
		l.Entity, l.Attempts, l.Parts, l.Cause = e.Entity, e.Attempts, e.Parts, e.Err.Error()
	}
	return l
}

// Decode reads a dead letter as a File or a Queue has it.
func Decode(body []byte) (l DeadLetter, err error) {
	if err := json.Unmarshal(body, &l); err != nil {
		return DeadLetter{}, fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	if l.Record.Sequence == "" {
		return DeadLetter{}, errors.New("ddbstream: dead letter: without a record")
	}
	return l, nil
}

// Sender is the part of a queue that a [Queue] needs. For SQS it is three lines around SendMessage.
type Sender interface {
	Send(ctx context.Context, body string) error
}

// Queue sends dead letters to a queue.
type Queue struct {
	// To is the queue.
	To Sender
	// MaxBytes bounds a message; default 256 KiB, which every SQS queue takes.
	MaxBytes int
	// TooLarge takes letters that are larger: a record can have two images of 400 KB. By default such a letter is sent
	// without its images, and its cause says so: an aggregate whose target is in the source's key can be mended with it, and
	// Rebuild mends everything.
	TooLarge Sink
}

// Put sends a dead letter.
func (q *Queue) Put(ctx context.Context, r ddb.Record, cause error) error {
	limit := q.MaxBytes
	if limit <= 0 {
		limit = 256 << 10
	}
	l := letter(r, cause)
	body, err := json.Marshal(l)
	if err == nil && len(body) > limit {
		if q.TooLarge != nil {
			return q.TooLarge.Put(ctx, r, cause)
		}
		l.Record.Old, l.Record.New = nil, nil
		if len(l.Record.Keys) > 0 {
			l.Record.Raw = nil
		}
		l.Cause = "(without images, which are too large) " + l.Cause[:min(len(l.Cause), 1<<10)]
		body, err = json.Marshal(l)
	}
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	return q.To.Send(ctx, string(body))
}

// Replayer is a Processor that can handle one record again, or the parts of it that failed; *[ddb.Mux] is one.
type Replayer interface {
	Replay(ctx context.Context, record ddb.Record, parts ...string) error
}

// ReplayResult says what became of dead letters in a [Replay]: each that was read is counted in one of them.
type ReplayResult struct {
	Handled int `json:"handled"`
	Again   int `json:"again"`  // failed again, and went to the sink that was given for that: the next replay of it has them
	Failed  int `json:"failed"` // failed, or could not be read, and stay where they are: the error says why
}

// Replay hands dead letters to to, one by one, and returns what became of them. A [Replayer] gets only the parts that failed. What
// fails again goes to again, with the new cause, and is counted in [ReplayResult].Again alone; where again is nil, or fails too, the
// error joins what went wrong, and the letters after it are replayed all the same. So a nil error says that no letter was left behind,
// and all are handled exactly if Again is 0 too.
//
// A letter of a [File] is done when it is handled, or in again: then it is marked, and the next replay leaves it out. After a crash in
// between it is replayed once more. Again may be the same file: what goes there is left to the next replay.
//
// Replay ends at the first error that is not the record's fault, which matches [ddb.ErrUnavailable]: the letter stays where it is.
//
// A letter has the images of its record as they were. Where an image is one that its entity cannot read, handlers and fan-outs fail in
// every replay, and so do aggregates whose target only that image tells, also after the item itself was mended: that is the last
// letter of an item whose old image is at fault. Look that [ddb.View].Verify finds nothing wrong (Rebuild where it does), do by hand
// what handlers of your own would have done, and put the letter aside: take it from [File.Letters] and give it to [File.Done].
func Replay(ctx context.Context, letters iter.Seq2[DeadLetter, error], to Processor, again Sink) (ReplayResult, error) {
	var out ReplayResult
	var errs []error
	for l, err := range letters {
		if ctx.Err() != nil {
			return out, errors.Join(append(errs, ctx.Err())...)
		}
		if err != nil {
			out.Failed++
			errs = append(errs, err)
			continue
		}
		err := replay(ctx, to, l)
		outside := errors.Is(err, ddb.ErrUnavailable)
		switch {
		case err == nil:
			out.Handled++
		case again == nil || outside:
			out.Failed++
		default:
			if put := again.Put(ctx, l.Record, l.failed(err)); put != nil {
				out.Failed++
				err = errors.Join(err, put)
			} else {
				out.Again++
				err = nil
			}
		}
		if err == nil && l.in != nil {
			err = l.in.Done(l)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("ddbstream: replay of record %s: %w", l.Record.Sequence, err))
		}
		if outside {
			break
		}
	}
	return out, errors.Join(errs...)
}

func replay(ctx context.Context, to Processor, l DeadLetter) error {
	if r, ok := to.(Replayer); ok {
		return r.Replay(ctx, l.Record, l.Parts...)
	}
	failed, err := to.Process(ctx, []ddb.Record{l.Record})
	if err == nil && len(failed) > 0 {
		err = errors.New("it is to be delivered again")
	}
	return err
}

// failed is the cause of a letter that failed once more.
func (l DeadLetter) failed(err error) error {
	e := &ddb.RecordError{Record: l.Record, Entity: l.Entity, Parts: l.Parts, Err: err}
	if again, ok := errors.AsType[*ddb.RecordError](err); ok {
		e.Parts, e.Err = again.Parts, again.Err
	}
	e.Attempts = l.Attempts + 1
	return e
}
