package read

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"reflect"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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
	db.Bind(e, v)
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

// ReadTable yields the stored items of the table, including the library's own. Each is valid until the next one is yielded.
func (db *DB) ReadTable(ctx context.Context, opts *ScanOptions) iter.Seq2[attr.Stored, error] {
	return func(yield func(attr.Stored, error) bool) {
		if opts == nil {
			opts = &ScanOptions{}
		}
		s, err := db.newScan(*opts, "")
		if err != nil {
			yield(attr.Stored{}, fmt.Errorf("ddb: scan: %w", err))
			return
		}
		err = s.each(ctx, func(page scanPage) error {
			for _, it := range page.items {
				if !yield(it, nil) {
					return errLeft
				}
			}
			page.page.Release()
			s.consumed(page)
			if s.opts.Checkpoint != nil {
				s.opts.Checkpoint(s.cursor())
			}
			return nil
		})
		if err != nil && !errors.Is(err, errLeft) {
			yield(attr.Stored{}, fmt.Errorf("ddb: %w", err))
		}
	}
}

// errLeft ends a scan whose loop was left.
var errLeft = errors.New("the loop was left")

// scan is the state of a running scan: the position of each segment, after the last consumed page.
type scan struct {
	db        *DB
	opts      ScanOptions
	operation string   // that reads the table, and what for; "" is a Scan
	key       []string // the key attributes of the live table, nil if they are the model's
	positions []keyPosition
}

// newScan checks the options of a scan by an operation, and opens its cursor. No other operation takes the cursors of this
// one.
func (db *DB) newScan(opts ScanOptions, operation string) (*scan, error) {
	s := &scan{db: db, opts: opts, operation: operation}
	if n := s.opts.Workers; n < 0 || n > maxSegments {
		return nil, fault.Model("Workers is %d: use 1 to %d, or 0 for the default", n, maxSegments)
	}
	if n := s.opts.Segments; n < 0 || n > maxSegments {
		return nil, fault.Model("Segments is %d: use 1 to %d, or 0 for the default", n, maxSegments)
	}
	s.opts.Workers = max(s.opts.Workers, 1)
	if s.opts.Resume == "" {
		s.positions = make([]keyPosition, cmp.Or(s.opts.Segments, s.opts.Workers))
		return s, nil
	}
	pos, err := db.decodeCursor(s.opts.Resume)
	if err != nil {
		return nil, err
	}
	if pos.query != db.scanFingerprint(operation) || len(pos.keys) == 0 {
		what := ""
		if operation != "" {
			what = "another operation, or an earlier version, "
		}
		return nil, fmt.Errorf("%w: it belongs to %sa query, or to another table than %q", fault.ErrCursor, what, db.Name)
	}
	if n := s.opts.Segments; n > 0 && n != len(pos.keys) {
		return nil, fmt.Errorf("%w: it belongs to a scan of %d segments, not %d: set Segments to that", fault.ErrCursor, len(pos.keys), n)
	}
	s.positions = pos.keys
	return s, nil
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

// each gives the pages of the table to f, one by one, until f returns an error. No request is under way when it returns.
func (s *scan) each(ctx context.Context, f func(scanPage) error) error {
	ctx, cancel := context.WithCancel(ctx)
	pages := s.start(ctx)
	defer func() {
		cancel()
		for range pages {
		}
	}()
	for page := range pages {
		if page.err != nil {
			return page.err
		}
		if err := f(page); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	return nil
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
		if start, err = s.startKey(at.key); err != nil {
			return send(ctx, pages, scanPage{err: fmt.Errorf("scan: %w", err)})
		}
	}
	for {
		out, page, err := s.db.ScanPage(ctx, s.db.scanInput(i, len(s.positions), start))
		if err != nil {
			send(ctx, pages, scanPage{err: fmt.Errorf("scan segment %d of %d: %w", i, len(s.positions), s.db.Explain(err))})
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
	switch {
	case len(page.next) == 0:
	case s.key == nil:
		at = keyPosition{state: afterKey, key: s.db.Table.Primary.KeyValues(page.next)}
	default:
		at = keyPosition{state: afterKey}
		for _, name := range s.key {
			at.key = append(at.key, page.next[name])
		}
	}
	s.positions[page.segment] = at
}

// cursor resumes the scan behind the pages consumed so far; it is "" when all are.
func (s *scan) cursor() string {
	if s.ended() {
		return ""
	}
	return s.position()
}

// position is the cursor behind the pages consumed so far, also at the end.
func (s *scan) position() string {
	return s.db.encodeCursor(position{query: s.db.scanFingerprint(s.operation), keys: s.positions})
}

func (s *scan) ended() bool {
	return !slices.ContainsFunc(s.positions, func(p keyPosition) bool { return p.state != atEnd })
}

// startKey is the inverse of what consumed records of a key. DynamoDB itself knows the types of a key that is not the
// model's.
func (s *scan) startKey(values []types.AttributeValue) (attr.Item, error) {
	if s.key == nil {
		return startKey(s.db.Table.Primary, values)
	}
	if len(values) != len(s.key) {
		return nil, fmt.Errorf("%w: %w", fault.ErrCursor, errMalformed)
	}
	key := make(attr.Item, len(values))
	for i, name := range s.key {
		key[name] = values[i]
	}
	return key, nil
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
