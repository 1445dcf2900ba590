package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestReadmeShowsTheDesign(t *testing.T) { golden.Design(t, platform.Table) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	apptest.Readme(t)
}

// Each access pattern is one GetItem or Query, finds the data, and costs what the README says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	d := school.Generate(school.DefaultSize)
	student, course, enrollment := d.Students[0].ID, d.Enrollments[0].CourseID, d.Enrollments[0].ID
	inCourse := apptest.Number(d.Enrollments, func(e platform.Enrollment) bool { return e.CourseID == course })
	want := []struct {
		name, operation, index string
		items                  int
		capacity               float64
	}{
		{"track by id", "GetItem", "primary", 1, 0.5},
		{"student by id", "GetItem", "primary", 1, 0.5},
		{"all tracks", "Query", "gsi1", school.DefaultSize.Tracks, 0.5},
		{"course by id", "Query", "primary", 1, 0.5},
		{"courses of a track", "Query", "gsi1", school.DefaultSize.Courses, 0.5},
		{"chapters of a course", "Query", "primary", school.DefaultSize.Chapters, 1},
		{"chapter by id", "Query", "gsi1", 1, 0.5},
		{"chapter by id and version", "GetItem", "primary", 1, 0.5},
		{"enrollments of a course", "Query", "primary", inCourse, 0.5},
		{"enrollments of a student", "Query", "gsi2", school.DefaultSize.Enrollments, 0.5},
		{"enrollment by id", "Query", "gsi1", 1, 0.5},
		{"student by email", "Query", "gsi1", 1, 0.5},
		{"preferences of a student", "Query", "primary", apptest.Number(d.Preferences, func(p platform.Preference) bool { return p.StudentID == student }), 0.5},
		{"progress of an enrollment", "Query", "gsi1", apptest.Number(d.Progress, func(p platform.Progress) bool { return p.EnrollmentID == enrollment }), 0.5},
		{"a whole course", "Query", "primary", 1 + school.DefaultSize.Chapters + inCourse, 1},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, d)
		results, err := app.Measure(t.Context(), s.Trace, env.Has, accessPatterns(s.Store, d))
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
