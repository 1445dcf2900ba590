package ddb

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb/internal/read"
)

// Cursor says where a page ended; "" is both the start and the end. It is text that is safe in a URL, to be stored or
// handed to a client as it is.
//
// A cursor holds the key of the last item returned and is bound to its query: table by name, index, direction, partition,
// entities, and the fields and operators of range and filter; one of a scan is bound to its table, and one of a Reindex, EnsureUnique, Rebuild, Verify or
// DropView to that operation. The values of range and filter may change between pages, so that "the last 30 days"
// accepts page two; a position that a changed range no longer covers continues at the nearest end of the range.
// Anything else is an error for which errors.Is(err, [ErrCursor]) is true.
//
// With [Options].CursorKey cursors are signed. Without, they carry a checksum only: anybody can make one, for any
// position in the same partition. Either way they are not encrypted: the keys in them can be read.
type Cursor string

// ScanOptions configures a scan; nil is one worker on one segment, from the start.
type ScanOptions struct {
	// Workers is the number of requests under way at once; default 1.
	Workers int

	// Segments is the number of parts that the table is divided into; default Workers, or that of Resume. More segments
	// than workers even out partitions of different size; workers beyond the segments have nothing to do.
	Segments int

	// Resume continues an earlier scan, with its number of segments and any number of workers. The cursor of another operation is
	// [ErrCursor], such as that of a Rebuild, or of one of another view.
	Resume Cursor

	// Checkpoint is called, from the loop that ranges over the scan, each time that a page has been consumed. The
	// cursor resumes the scan behind every page consumed so far; "" says that all is done. After a crash, items of
	// pages that were under way come again.
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

// Scan reads the whole table and yields the items of this entity; the others are read and paid for too. See [DB.Scan].
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
