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

// DeadLetter is a record that could not be handled, with all that is needed to handle it later. As JSON its record has
// the shape of a record in a Lambda event.
type DeadLetter struct {
	At       time.Time `json:"at"` // when it became a dead letter
	Entity   string    `json:"entity,omitempty"`
	Attempts int       `json:"attempts,omitempty"`
	// Parts says what failed, as in [ddb.RecordError]. Without parts the whole record is replayed.
	Parts  []string   `json:"parts,omitempty"`
	Cause  string     `json:"cause"`
	Record ddb.Record `json:"record"`

	in *File  // the file that has it; nil for another source
	id string // its hash in that file
}

// Sink stores dead letters. Its Put fits [ddb.MuxOptions].DeadLetters:
//
//	letters := ddbstream.NewFile("dead-letters.jsonl")
//	mux := ddb.NewMux(Platform, &ddb.MuxOptions{DeadLetters: letters.Put})
type Sink interface {
	Put(ctx context.Context, r ddb.Record, cause error) error
}

// letter makes a dead letter of a record and the error with which it failed.
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

// Decode reads a dead letter as a File or a Queue stores it. A body without a record is an error.
func Decode(body []byte) (l DeadLetter, err error) {
	if err := json.Unmarshal(body, &l); err != nil {
		return DeadLetter{}, fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	if l.Record.Sequence == "" {
		return DeadLetter{}, errors.New("ddbstream: dead letter: no record in it")
	}
	return l, nil
}

// Sender is the part of a queue that a [Queue] needs. For SQS it is a few lines around SendMessage. It must be safe for
// concurrent use.
type Sender interface {
	Send(ctx context.Context, body string) error
}

// Queue sends dead letters to a queue. It needs To; it is safe for concurrent use.
type Queue struct {
	// To is the queue.
	To Sender
	// MaxBytes bounds a message; default 256 KiB, which every SQS queue accepts.
	MaxBytes int
	// TooLarge stores dead letters that are larger: a record can have two images of 400 KB. By default such a dead
	// letter is sent without its images, and its cause says so. It still repairs an aggregate whose target is in the
	// source's key; Rebuild repairs the others.
	TooLarge Sink
}

// Put sends a dead letter, with one Send. It returns the error of Send unchanged.
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

// Replayer is a [Processor] that can handle one record again, or only the parts of it that failed; *[ddb.Mux] is one.
type Replayer interface {
	Replay(ctx context.Context, record ddb.Record, parts ...string) error
}

// ReplayResult counts the dead letters of a [Replay]. Each one that was read is counted once.
type ReplayResult struct {
	Handled int `json:"handled"`
	Again   int `json:"again"`  // failed again and was stored in the sink for that: the next replay reads it
	Failed  int `json:"failed"` // failed, or unreadable, and kept where it is: the error says why
}

// Replay hands dead letters to to, one by one, and returns what became of them. A [Replayer] gets only the parts that
// failed. A dead letter that fails again is stored in again, with the new cause, and counted in [ReplayResult].Again.
// If again is nil or fails too, the error joins the causes, and Replay continues with the next dead letter. So a nil
// error says that none was left behind, and all are handled if Again is 0 too.
//
// A dead letter of a [File] is marked as finished when it is handled or stored in again, and the next replay skips it.
// A crash before the mark causes a second replay. Again may be the same file: what is stored there waits for the next
// replay.
//
// Replay stops at the first error that matches [ddb.ErrUnavailable], which is not the record's fault: the dead letter
// stays where it is. It also stops when ctx ends. Replay makes no request itself; to does.
//
// A dead letter has the images of its record as they were. If its entity cannot read such an image, handlers and
// fan-outs fail in every replay, and so do aggregates whose target only that image contains. Repairing the item does
// not change that. In this case call [ddb.View].Verify, and Rebuild if it finds differences. Do by hand what your own
// handlers would have done, then take the dead letter from [File.Letters] and pass it to [File.Done].
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
		err := replayOne(ctx, to, l)
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

func replayOne(ctx context.Context, to Processor, l DeadLetter) error {
	if r, ok := to.(Replayer); ok {
		return r.Replay(ctx, l.Record, l.Parts...)
	}
	failed, err := to.Process(ctx, []ddb.Record{l.Record})
	if err == nil && len(failed) > 0 {
		err = errors.New("the processor returned it as failed, without an error")
	}
	return err
}

// failed is the cause of a dead letter that failed once more.
func (l DeadLetter) failed(err error) error {
	e := &ddb.RecordError{Record: l.Record, Entity: l.Entity, Parts: l.Parts, Err: err}
	if again, ok := errors.AsType[*ddb.RecordError](err); ok {
		e.Parts, e.Err = again.Parts, again.Err
	}
	e.Attempts = l.Attempts + 1
	return e
}
