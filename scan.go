package ddb

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb/internal/read"
)

// Cursor is the position where a page ended; "" is both the start and the end. It is URL-safe text, to be stored or
// handed to a client unchanged.
//
// A cursor holds the key of the last item returned and is bound to its query: the table by name, index, direction,
// partition, entities, and the fields and operators of range and filter. The cursor of a scan is bound to its table;
// one of a job ([JobOptions]) to that job. Any other use is an error that matches [ErrCursor].
//
// The values of range and filter may change between pages, so "the last 30 days" accepts page two. A position that a
// changed range no longer covers continues at the nearest end of the range.
//
// With [Options].CursorKey cursors are signed. Without it they have a checksum only: anyone can make one, for any
// position in the same partition. Either way they are not encrypted: the keys in them can be read.
type Cursor string

// ScanOptions configures a scan. nil means one worker on one segment, from the start.
type ScanOptions struct {
	// Workers is the number of concurrent requests; default 1.
	Workers int

	// Segments is the number of parts that the table is divided into; default Workers, or that of Resume. More segments
	// than workers even out partitions of different size; workers beyond the segments are idle.
	Segments int

	// Resume continues an earlier scan, with its number of segments and any number of workers. The cursor of another
	// operation, such as a Rebuild, or of another view, is [ErrCursor].
	Resume Cursor

	// Checkpoint is called, from the loop that ranges over the scan, each time that a page has been consumed. The
	// cursor resumes the scan after every page consumed so far; "" means that the scan is complete. After a crash,
	// items of pages that were not consumed in full are read again.
	Checkpoint func(Cursor)

	// IgnoreUnknown skips items that no entity claims; by default each is an [ItemError] that matches [ErrUnknown].
	IgnoreUnknown bool
}

// below is o for the packages below; nil is nil.
func (o *ScanOptions) below() *read.ScanOptions {
	if o == nil {
		return nil
	}
	return &read.ScanOptions{
		Workers: o.Workers, Segments: o.Segments, Resume: string(o.Resume), Checkpoint: checkpoint(o.Checkpoint), IgnoreUnknown: o.IgnoreUnknown,
	}
}

func checkpoint(f func(Cursor)) func(string) {
	if f == nil {
		return nil
	}
	return func(c string) { f(Cursor(c)) }
}

// Scan reads the whole table and yields the items of this entity. Other items are read and paid for too, and an item
// that no entity claims is an [ItemError]. Requests, capacity, order and errors are those of [DB.Scan].
func (r *Repository[T]) Scan(ctx context.Context, opts *ScanOptions) iter.Seq2[T, error] {
	below := opts.below()
	return func(yield func(T, error) bool) {
		var zero T
		for s, err := range r.db.ReadTable(ctx, below) {
			if err != nil {
				yield(zero, public(err))
				return
			}
			e, v, err := r.db.Scanned(s, below, r.e.e)
			if err != nil && !yield(zero, public(err)) {
				return
			}
			if e != nil && !yield(v.Interface().(T), nil) {
				return
			}
		}
	}
}
