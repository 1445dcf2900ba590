package read

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"reflect"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// ScanOptions configures a scan.
type ScanOptions struct {
	Workers       int
	Segments      int
	Resume        string
	Checkpoint    func(string)
	IgnoreUnknown bool
	operation     string // the operation that scans the table; "" is a Scan
}

// Of returns options of a scan for another operation. Its cursors are invalid in other operations, which have not processed
// the items before them.
func (o ScanOptions) Of(operation ...string) *ScanOptions {
	o.operation = strings.Join(operation, "\x00")
	return &o
}

// maxSegments is DynamoDB's limit on segments.
const maxSegments = 1_000_000

// ScanAll reads the whole table; each value has the type of the item's entity. An item that cannot be read is yielded as a
// [fault.ItemError], and the scan goes on if the loop does.
func (db *DB) ScanAll(ctx context.Context, opts *ScanOptions) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for s, err := range db.ReadTable(ctx, opts) {
			if err != nil {
				yield(nil, err)
				return
			}
			e, v, err := db.Scanned(s, opts, nil)
			if err != nil && !yield(nil, err) {
				return
			}
			if e != nil && !yield(v.Interface(), nil) {
				return
			}
		}
	}
}

// Scanned decodes an item of a scan, of any entity if only is nil. The returned entity is nil for an item to skip. The error is
// a [fault.ItemError].
func (db *DB) Scanned(s attr.Stored, opts *ScanOptions, only *model.Entity) (*model.Entity, reflect.Value, error) {
	if db.Absent(s) {
		return nil, reflect.Value{}, nil
	}
	e, err := db.Table.Claim(s)
	switch {
	case err != nil && opts != nil && opts.IgnoreUnknown:
		return nil, reflect.Value{}, nil
	case err != nil:
		return nil, reflect.Value{}, db.Table.ItemError("scan", nil, s, err)
	case e == nil, only != nil && e != only:
		return nil, reflect.Value{}, nil
	}
	v := e.NewItem()
	if err := e.Decode(s, v); err != nil {
		return nil, reflect.Value{}, db.Table.ItemError("scan", e, s, err)
	}
	return e, v, nil
}

// scanPage is the result of one request of a scan.
type scanPage struct {
	segment int
	items   []attr.Stored
	page    *wire.Page
	next    attr.Item // nil at the end of the segment
	err     error
}

// ScanItems yields the attributes of what ReadTable does.
func (db *DB) ScanItems(ctx context.Context, opts *ScanOptions) iter.Seq2[attr.Item, error] {
	return func(yield func(attr.Item, error) bool) {
		for s, err := range db.ReadTable(ctx, opts) {
			if !yield(s.Attributes(), err) {
				return
			}
		}
	}
}

// ReadTable yields the stored items of the table, including the library's own. Each is valid until the next one is yielded.
func (db *DB) ReadTable(ctx context.Context, opts *ScanOptions) iter.Seq2[attr.Stored, error] {
	return func(yield func(attr.Stored, error) bool) {
		s, err := db.NewScan(opts)
		if err != nil {
			yield(attr.Stored{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		pages := s.start(ctx)
		defer func() { // all requests have ended when the loop returns
			cancel()
			for range pages {
			}
		}()
		for page := range pages {
			if page.err != nil {
				yield(attr.Stored{}, page.err)
				return
			}
			for _, it := range page.items {
				if !yield(it, nil) {
					return
				}
			}
			page.page.Release()
			s.consumed(page)
		}
		if err := ctx.Err(); err != nil {
			yield(attr.Stored{}, fmt.Errorf("ddb: scan: %w", err))
		}
	}
}

// scan is the state of a running scan: the position of each segment, after the last consumed page.
type scan struct {
	db        *DB
	opts      ScanOptions
	positions []keyPosition
}

// NewScan checks the options of a scan and opens its cursor.
func (db *DB) NewScan(opts *ScanOptions) (*scan, error) {
	s := &scan{db: db}
	if opts != nil {
		s.opts = *opts
	}
	if n := s.opts.Workers; n < 0 || n > maxSegments {
		return nil, fault.Model("ddb: scan: Workers is %d: use 1 to %d, or 0 for the default", n, maxSegments)
	}
	if n := s.opts.Segments; n < 0 || n > maxSegments {
		return nil, fault.Model("ddb: scan: Segments is %d: use 1 to %d, or 0 for the default", n, maxSegments)
	}
	s.opts.Workers = max(s.opts.Workers, 1)
	if s.opts.Resume == "" {
		s.positions = make([]keyPosition, cmp.Or(s.opts.Segments, s.opts.Workers))
		return s, nil
	}
	pos, err := db.decodeCursor(s.opts.Resume)
	if err != nil {
		return nil, fmt.Errorf("ddb: scan: %w", err)
	}
	if pos.query != db.scanFingerprint(s.opts.operation) || len(pos.keys) == 0 {
		what := ""
		if s.opts.operation != "" {
			what = "another operation, or an earlier version, "
		}
		return nil, fmt.Errorf("ddb: scan: %w: it belongs to %sa query, or to another table than %q", fault.ErrCursor, what, db.Name)
	}
	if n := s.opts.Segments; n > 0 && n != len(pos.keys) {
		return nil, fmt.Errorf("ddb: scan: %w: it belongs to a scan of %d segments, not %d: set Segments to that", fault.ErrCursor, len(pos.keys), n)
	}
	s.positions = pos.keys
	return s, nil
}

// Takes checks the options of a scan before the first request.
func (db *DB) Takes(opts ScanOptions) error {
	cursor, _, _ := strings.Cut(opts.Resume, CoveredMark)
	opts.Resume = cursor
	_, err := db.NewScan(&opts)
	return err
}

// scanFingerprint identifies the scans of an operation for their cursors.
func (db *DB) scanFingerprint(operation string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, "scan\x00"+db.Name)
	if operation != "" {
		_, _ = io.WriteString(h, "\x00"+operation)
	}
	return h.Sum64()
}

// start runs the workers; the channel is closed when they are done.
func (s *scan) start(ctx context.Context) <-chan scanPage {
	pages := make(chan scanPage)
	segments := make(chan int, len(s.positions))
	starts := make([]keyPosition, len(s.positions))
	copy(starts, s.positions)
	for i, p := range starts {
		if p.state != atEnd {
			segments <- i
		}
	}
	close(segments)
	var wg sync.WaitGroup
	for range min(s.opts.Workers, len(s.positions)) {
		wg.Go(func() {
			for i := range segments {
				if !s.segment(ctx, i, starts[i], pages) {
					return
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(pages)
	}()
	return pages
}

// segment reads one segment to its end. It returns false if the scan has ended.
func (s *scan) segment(ctx context.Context, i int, at keyPosition, pages chan<- scanPage) bool {
	var start attr.Item
	if at.state == afterKey {
		var err error
		if start, err = startKey(s.db.Table.Primary, at.key); err != nil {
			return send(ctx, pages, scanPage{err: fmt.Errorf("ddb: scan: %w", err)})
		}
	}
	for {
		out, page, err := s.db.ScanPage(ctx, s.db.scanInput(i, len(s.positions), start))
		if err != nil {
			send(ctx, pages, scanPage{err: fmt.Errorf("ddb: scan segment %d of %d: %w", i, len(s.positions), s.db.Explain(err))})
			return false
		}
		start = out.LastEvaluatedKey
		if !send(ctx, pages, scanPage{segment: i, items: attr.StoredItems(page, out.Items), page: page, next: start}) {
			return false
		}
		if len(start) == 0 {
			return true
		}
	}
}

func send(ctx context.Context, pages chan<- scanPage, page scanPage) bool {
	select {
	case pages <- page:
		return true
	case <-ctx.Done():
		return false
	}
}

// consumed records that a page was processed.
func (s *scan) consumed(page scanPage) {
	at := keyPosition{state: atEnd}
	if len(page.next) > 0 {
		at = keyPosition{state: afterKey, key: s.db.Table.Primary.KeyValues(page.next)}
	}
	s.positions[page.segment] = at
	if s.opts.Checkpoint == nil {
		return
	}
	for _, p := range s.positions {
		if p.state != atEnd {
			s.opts.Checkpoint(s.db.encodeCursor(position{query: s.db.scanFingerprint(s.opts.operation), keys: s.positions}))
			return
		}
	}
	s.opts.Checkpoint("")
}

func (db *DB) scanInput(segment, segments int, start attr.Item) *dynamodb.ScanInput {
	in := &dynamodb.ScanInput{TableName: &db.Name, ExclusiveStartKey: start}
	if segments > 1 {
		in.Segment, in.TotalSegments = new(int32(segment)), new(int32(segments))
	}
	if db.Strong {
		in.ConsistentRead = new(true)
	}
	return in
}

// CoveredMark splits the cursor of a Rebuild into that of its scan and the stamp of the gap that was known at the start.
const CoveredMark = "."
