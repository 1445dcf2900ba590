package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestReadmeShowsTheDesign(t *testing.T) { golden.Design(t, Platform) }

// Each access pattern is one GetItem or Query, finds the data, and costs what the README says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	d := Generate(DefaultSize)
	student, course, enrollment := d.Students[0].ID, d.Enrollments[0].CourseID, d.Enrollments[0].ID
	inCourse := apptest.Number(d.Enrollments, func(e Enrollment) bool { return e.CourseID == course })
	want := []struct {
		name, operation, index string
		items                  int
		capacity               float64
	}{
		{"track by id", "GetItem", "primary", 1, 0.5},
		{"student by id", "GetItem", "primary", 1, 0.5},
		{"all tracks", "Query", "gsi1", DefaultSize.Tracks, 0.5},
		{"course by id", "Query", "primary", 1, 0.5},
		{"courses of a track", "Query", "gsi1", DefaultSize.Courses, 0.5},
		{"chapters of a course", "Query", "primary", DefaultSize.Chapters, 1},
		{"chapter by id", "Query", "gsi1", 1, 0.5},
		{"chapter by id and version", "GetItem", "primary", 1, 0.5},
		{"enrollments of a course", "Query", "primary", inCourse, 0.5},
		{"enrollments of a student", "Query", "gsi2", DefaultSize.Enrollments, 0.5},
		{"enrollment by id", "Query", "gsi1", 1, 0.5},
		{"student by email", "Query", "gsi1", 1, 0.5},
		{"preferences of a student", "Query", "primary", apptest.Number(d.Preferences, func(p Preference) bool { return p.StudentID == student }), 0.5},
		{"progress of an enrollment", "Query", "gsi1", apptest.Number(d.Progress, func(p Progress) bool { return p.EnrollmentID == enrollment }), 0.5},
		{"a whole course", "Query", "primary", 1 + DefaultSize.Chapters + inCourse, 1},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, d)
		results, err := app.Measure(t.Context(), s.trace, env.Has, accessPatterns(s.Store, d))
		require.NoError(t, err)
		require.Len(t, results, len(want))
		for i, r := range results {
			w := want[i]
			assert.Equal(t, w.name, r.Name)
			assert.Equal(t, 1, r.Requests, r.Name)
			if assert.Len(t, r.Reads, 1, r.Name) {
				assert.Equal(t, w.operation, r.Reads[0].Operation, r.Name)
				assert.Equal(t, w.index, r.Reads[0].Index, r.Name)
				assert.Empty(t, r.Reads[0].Filter, r.Name)
			}
			assert.Equal(t, w.items, r.Items, r.Name)
			assert.InDelta(t, w.capacity, r.Capacity, 0, r.Name)
		}
		golden.Section(t, "README.md", "patterns", app.Report(results).Markdown())
	})
}

// One chapter of 3,000 bytes is read for the price of one, however many versions it has had.
func TestChaptersOfACourseCostWhatIsCurrent(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 3000)
	for _, versions := range []int{1, 40} {
		t.Run(fmt.Sprint(versions), func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				var d Data
				for i := range 5 {
					d.Chapters = append(d.Chapters, nil)
					for range versions {
						d.Chapters[i] = append(d.Chapters[i], Chapter{ID: fmt.Sprint("h", i), CourseID: "c", Content: text})
					}
				}
				s := open(t, env, d)
				ctx, meter := ddb.WithMeter(t.Context())
				chapters, err := ddb.Collect(s.ChaptersOf(ctx, "c"))
				require.NoError(t, err)
				require.Len(t, chapters, 5)
				assert.EqualValues(t, versions, chapters[0].Version)
				assert.Equal(t, 1, meter.Requests())
				assert.InDelta(t, 2, meter.Total().Read, 0, "15 KB and a little, in units of 4 KB, at half price")
			})
		})
	}
}

func TestWholeCourseComesBackTyped(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Generate(small))
		course := s.Courses[0]
		page, err := s.WholeCourse(t.Context(), course.ID)
		require.NoError(t, err)
		assert.Equal(t, course, page.Course)
		chapters, err := ddb.Collect(s.ChaptersOf(t.Context(), course.ID))
		require.NoError(t, err)
		assert.Equal(t, chapters, page.Chapters)
		enrollments, err := ddb.Collect(s.EnrollmentsIn(t.Context(), course.ID))
		require.NoError(t, err)
		assert.Equal(t, enrollments, page.Enrollments)

		_, err = s.WholeCourse(t.Context(), "nothing")
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}
