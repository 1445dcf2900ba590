package platform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

// One chapter of 3,000 bytes is read for the price of one, however many versions it has had.
func TestChaptersOfACourseCostWhatIsCurrent(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 3000)
	for _, versions := range []int{1, 40} {
		t.Run(fmt.Sprint(versions), func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				var d school.Data
				for i := range 5 {
					d.Chapters = append(d.Chapters, nil)
					for range versions {
						d.Chapters[i] = append(d.Chapters[i], platform.Chapter{ID: fmt.Sprint("h", i), CourseID: "c", Content: text})
					}
				}
				s := schooltest.Open(t, env, d)
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
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
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
