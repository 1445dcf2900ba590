package main

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// failures is a test that goes on, and keeps what it would print.
type failures struct {
	*testing.T
	printed []string
}

func (f *failures) Errorf(format string, args ...any) {
	f.printed = append(f.printed, fmt.Sprintf(format, args...))
}
func (f *failures) Fatalf(format string, args ...any) { f.Errorf(format, args...) }
func (f *failures) Logf(string, ...any)               {}

// with is the catalog with a pattern in the place of the one of its name.
func with(changed *ddbaccess.Pattern) *ddbaccess.Catalog {
	c := *platform.Patterns
	c.Patterns = slices.Clone(c.Patterns)
	i := slices.IndexFunc(c.Patterns, func(p *ddbaccess.Pattern) bool { return p.Name() == changed.Name() })
	c.Patterns[i] = changed
	return &c
}

// TestModel fails with a sentence for a change that makes a pattern dearer, or that scans or filters.
func TestAChangeThatCostsMoreIsSaid(t *testing.T) {
	t.Parallel()
	f := platform.Courses.Fields()
	for _, c := range []struct {
		changed *ddbaccess.Pattern
		want    []string
	}{
		{
			ddbaccess.FuncItems("courses of a track", func(ctx context.Context, db *ddb.DB, id string) (courses []platform.Course, err error) {
				for c, err := range platform.NewStore(db).CoursesOf(ctx, id) { // and then each by itself
					if err != nil {
						return nil, err
					}
					if c, err = ddb.NewRepository(db, platform.Courses).Get(ctx, c); err != nil {
						return nil, err
					}
					courses = append(courses, c)
				}
				return courses, nil
			}, "go").Rate(20),
			[]string{"courses of a track: 1 → 3 requests, 0.5 → 1.5 RCU, estimated 1.5 → 2.5 RCU"},
		},
		{
			ddbaccess.Many("courses of a track", func(id string) ddb.Query[platform.Course] {
				return platform.CoursesOf(id).Filter(ddb.Ne(&f.Name, "Types"))
			}, "go").Rate(20),
			[]string{
				`filter: courses of a track pays for what it drops: 1 of 2 items of the sample, by name <> "Types".`,
				`courses of a track: filter none → name <> "Types", 2 → 1 item`,
			},
		},
		{
			ddbaccess.FuncItems("student by id", func(ctx context.Context, db *ddb.DB, id string) ([]platform.Student, error) {
				st, err := ddb.NewRepository(db, platform.Students).Consistent().Get(ctx, platform.Student{ID: id})
				return []platform.Student{st}, err
			}, "ann").Rate(200),
			[]string{"student by id: consistent false → true, 0.5 → 1.0 RCU, estimated 0.5 → 1.0 RCU"},
		},
	} {
		seen := &failures{T: t}
		ddbaccess.Check(seen, ddbmem.New().Client(), with(c.changed))
		assert.Equal(t, c.want, seen.printed)
	}
}
