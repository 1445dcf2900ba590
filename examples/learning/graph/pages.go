package graph

import (
	"context"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

type trackPage struct {
	Items []*track
	Next  *string
}

type enrollmentPage struct {
	Items []*enrollment
	Next  *string
}

// maxPage is how many entries a page has at most.
const maxPage = 500

// bounds returns the size of the page, and where it begins.
func (p page) bounds() (n int, after ddb.Cursor, err error) {
	n = int(p.First)
	if n < 1 || n > maxPage {
		return 0, "", badInput("first is %d: it is from 1 to %d", n, maxPage)
	}
	if p.After != nil {
		after = ddb.Cursor(*p.After)
	}
	return n, after, nil
}

func next(c ddb.Cursor) *string {
	if c == "" {
		return nil
	}
	text := string(c)
	return &text
}

func (s *session) enrollmentPage(ctx context.Context, p page, read func(n int, after ddb.Cursor) (ddb.Page[platform.Enrollment], error)) (*enrollmentPage, error) {
	n, after, err := p.bounds()
	if err != nil {
		return nil, err
	}
	found, err := read(n, after)
	if err != nil {
		return nil, err
	}
	return &enrollmentPage{Items: *s.enrollments(found.Items, s.need(ctx, "EnrollmentPage")), Next: next(found.Next)}, nil
}
