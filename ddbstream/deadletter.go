package ddbstream

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"github.com/singletable-go/ddb"
)

// DeadLetter is a record that could not be handled, with all that it takes to handle it later. As JSON its record has
// the shape of one in the event of a Lambda function.
type DeadLetter struct {
	At       time.Time  `json:"at"` // when it was given up
	Entity   string     `json:"entity,omitempty"`
	Attempts int        `json:"attempts,omitempty"`
	Cause    string     `json:"cause"`
	Record   ddb.Record `json:"record"`
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
		l.Entity, l.Attempts, l.Cause = e.Entity, e.Attempts, e.Err.Error()
	}
	return l
}

// File keeps dead letters as lines of JSON in a file. Safe for concurrent use, in one process.
type File struct {
	path string
	mu   sync.Mutex
}

// NewFile returns the sink that appends to the file at path, which it creates when it is needed.
func NewFile(path string) *File { return &File{path: path} }

// Put appends a dead letter and waits until it is on disk.
func (f *File) Put(_ context.Context, r ddb.Record, cause error) (err error) {
	line, err := json.Marshal(letter(r, cause))
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	end, err := w.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	if end > 0 { // a crash may have left half a line, which must not spoil the next one
		last := make([]byte, 1)
		if _, err := w.ReadAt(last, end-1); err == nil && last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err = w.Write(append(line, '\n')); err == nil {
		err = w.Sync()
	}
	return err
}

// Letters reads the dead letters, oldest first. A line that is none is an error, after which it goes on with the next.
func (f *File) Letters() iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		r, err := os.Open(f.path)
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err != nil {
			yield(DeadLetter{}, err)
			return
		}
		defer func() { _ = r.Close() }()
		in := bufio.NewReader(r)
		for n := 1; ; n++ {
			line, err := in.ReadBytes('\n')
			if len(line) > 1 {
				l, bad := Decode(line)
				if bad != nil {
					bad = fmt.Errorf("%s:%d: %w", f.path, n, bad)
				}
				if !yield(l, bad) {
					return
				}
			}
			if err == nil {
				continue
			}
			if !errors.Is(err, io.EOF) {
				yield(DeadLetter{}, err)
			}
			return
		}
	}
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
		l.Cause = "(without images, which are too large) " + l.Cause[:min(len(l.Cause), 1<<10)]
		body, err = json.Marshal(l)
	}
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	return q.To.Send(ctx, string(body))
}

// Replay hands dead letters to to, one by one, and returns how many it handled. What fails again goes to again, with
// the new cause; where that is nil, or fails too, the error joins what went wrong, and the letters after it are replayed all
// the same. A letter that cannot be read is such an error.
func Replay(ctx context.Context, letters iter.Seq2[DeadLetter, error], to Processor, again Sink) (handled int, err error) {
	var errs []error
	for l, err := range letters {
		if ctx.Err() != nil {
			return handled, errors.Join(append(errs, ctx.Err())...)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		failed, err := to.Process(ctx, []ddb.Record{l.Record})
		if len(failed) == 0 && err == nil {
			handled++
			continue
		}
		if again != nil {
			if err = again.Put(ctx, l.Record, err); err == nil {
				continue
			}
		}
		errs = append(errs, fmt.Errorf("ddbstream: replay of record %s: %w", l.Record.Sequence, err))
	}
	return handled, errors.Join(errs...)
}
