package read

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
)

// Feed gives a job items that do not come from its table, such as those of files. It is in parts, which are read side by side.
type Feed interface {
	Parts() int

	// Read reads a part to its end, and hands it on in pages, which are the feed's own. An error of page is to be returned.
	Read(ctx context.Context, part int, page func(any) error) error

	// Take takes a page, and returns the number of its items. It is called from one goroutine, as are the methods below.
	Take(ctx context.Context, part int, page any) (items int, err error)

	// Position is where a part is behind the pages that were taken, and Resume continues there. It is nil where none was.
	Position(part int) []types.AttributeValue
	Resume(part int, at []types.AttributeValue) error

	// Ended reports whether all pages of a part were taken.
	Ended(part int) bool
}

// NewFeedJob is [DB.NewJob] for a job on what a feed gives. Segments is not used.
func (db *DB) NewFeedJob(ctx context.Context, opts JobOptions, f Feed, operation ...string) (context.Context, *Job, error) {
	switch {
	case opts.Rate < 0:
		return ctx, nil, fault.Model("Rate is %d: use 1 or more, or 0 for no limit", opts.Rate)
	case opts.Workers < 0:
		return ctx, nil, fault.Model("Workers is %d: use 1 or more, or 0 for the default", opts.Workers)
	}
	s := &fed{db: db, Feed: f, operation: strings.Join(operation, "\x00"), workers: max(opts.Workers, 1)}
	if opts.Resume != "" {
		if err := s.resume(opts.Resume); err != nil {
			return ctx, nil, err
		}
	}
	ctx, j := begin(ctx, s, opts, s.workers)
	return ctx, j, nil
}

// fed is a feed as the source of a job.
type fed struct {
	Feed
	db        *DB
	operation string
	workers   int
}

func (s *fed) resume(cursor string) error {
	pos, err := s.db.decodeCursor(cursor)
	if err != nil {
		return err
	}
	if pos.query != s.db.scanFingerprint(s.operation) || len(pos.keys) != s.Parts() {
		return fmt.Errorf("%w: it belongs to another operation, or to other files, or to another table than %q", fault.ErrCursor, s.db.Name)
	}
	for i, at := range pos.keys {
		if at.state == notStarted {
			continue
		}
		if err := s.Resume(i, at.key); err != nil {
			return fmt.Errorf("%w: %w", fault.ErrCursor, err)
		}
	}
	return nil
}

func (s *fed) position() string {
	p := position{query: s.db.scanFingerprint(s.operation), keys: make([]keyPosition, s.Parts())}
	for i := range p.keys {
		if at := s.Position(i); at != nil {
			p.keys[i] = keyPosition{state: afterKey, key: at}
		}
	}
	return s.db.encodeCursor(p)
}

func (s *fed) ended() bool {
	for i := range s.Parts() {
		if !s.Ended(i) {
			return false
		}
	}
	return true
}

// fedPage is a page of a part, or why there is none.
type fedPage struct {
	feed *fed
	part int
	page any
	err  error
}

func (p fedPage) give(ctx context.Context, j *Job, _ Work) error {
	n, err := p.feed.Take(ctx, p.part, p.page)
	j.Items += n
	return err
}

// each reads as many parts at once as there are workers.
func (s *fed) each(ctx context.Context, f func(jobPage) error) error {
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
	return ctx.Err()
}

func (s *fed) start(ctx context.Context) <-chan fedPage {
	pages := make(chan fedPage)
	parts := make(chan int, s.Parts())
	for i := range s.Parts() {
		if !s.Ended(i) {
			parts <- i
		}
	}
	close(parts)
	send := func(p fedPage) error {
		select {
		case pages <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var wg sync.WaitGroup
	for range min(s.workers, s.Parts()) {
		wg.Go(func() {
			for i := range parts {
				err := s.Read(ctx, i, func(page any) error { return send(fedPage{feed: s, part: i, page: page}) })
				if err != nil {
					_ = send(fedPage{err: err})
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
