package platform_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

// isMissing requires that err says what is missing.
func isMissing(t *testing.T, err error, kind, id string) {
	t.Helper()
	require.ErrorIs(t, err, ddb.ErrNotFound)
	gone, ok := errors.AsType[*platform.MissingError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, kind, gone.Kind)
	assert.Equal(t, id, gone.ID)
	assert.Contains(t, err.Error(), kind)
	assert.Contains(t, err.Error(), id)
}

func TestWritesOfTracksAndCourses(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		tr, err := s.CreateTrack(ctx, platform.Track{ID: "t", Name: "Java"})
		require.NoError(t, err)
		_, err = s.CreateTrack(ctx, tr)
		require.ErrorIs(t, err, ddb.ErrExists)
		c := platform.Course{ID: "c", TrackID: "t", Name: "for dummies"}
		isMissing(t, s.CreateCourse(ctx, platform.Course{ID: "c", TrackID: "none"}), "track", "none")
		require.NoError(t, s.CreateCourse(ctx, c))
		require.ErrorIs(t, s.CreateCourse(ctx, c), ddb.ErrExists)
		c.Name = "for everyone"
		_, err = s.SaveCourse(ctx, c)
		require.NoError(t, err)
		now, err := s.Course(ctx, "c")
		require.NoError(t, err)
		assert.Equal(t, c, now)

		require.NoError(t, platform.TrackCourses.Rebuild(ctx, s.DB(), nil))
		_, err = s.SaveTrack(ctx, platform.Track{ID: "t", Name: "Kotlin"})
		require.NoError(t, err)
		tr, err = s.Track(ctx, "t")
		require.NoError(t, err)
		assert.Equal(t, platform.Track{ID: "t", Name: "Kotlin", Courses: 1}, tr, "the derived number stays")

		moved, err := s.MoveCourse(ctx, c, "elsewhere")
		require.NoError(t, err)
		_, err = s.MoveCourse(ctx, c, "elsewhere")
		isMissing(t, err, "course", "c")
		for range 2 {
			require.NoError(t, s.RemoveCourse(ctx, moved))
			require.NoError(t, s.RemoveTrack(ctx, "t"))
		}
		_, err = s.Track(ctx, "t")
		isMissing(t, err, "track", "t")
	})
}

func TestWritesOfPreferencesAndProgress(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		ctx := t.Context()
		p := platform.Preference{StudentID: s.Students[0].ID, TrackID: s.Tracks[0].ID}
		for range 2 {
			require.NoError(t, s.Unprefer(ctx, p))
		}
		for range 2 {
			require.NoError(t, s.Prefer(ctx, p))
		}
		is, err := ddb.Collect(s.PreferencesOf(ctx, p.StudentID))
		require.NoError(t, err)
		assert.Equal(t, []platform.Preference{p}, is)
		isMissing(t, s.Prefer(ctx, platform.Preference{StudentID: "none", TrackID: p.TrackID}), "student", "none")
		isMissing(t, s.Prefer(ctx, platform.Preference{StudentID: p.StudentID, TrackID: "none"}), "track", "none")

		g := platform.Progress{StudentID: "s", EnrollmentID: "e", ChapterID: "h", XP: 5, Marker: "half"}
		for _, want := range []int{5, 10} {
			now, err := s.AddProgress(ctx, g)
			require.NoError(t, err)
			assert.Equal(t, want, now.XP)
			assert.Equal(t, "half", now.Marker)
		}
		now, err := s.SetProgress(ctx, g)
		require.NoError(t, err)
		assert.Equal(t, g, now)
		was, err := s.RemoveProgress(ctx, g)
		require.NoError(t, err)
		assert.Equal(t, g, was)
		_, err = s.RemoveProgress(ctx, g)
		isMissing(t, err, "progress in chapter", "h")
	})
}

// Each lookup of one thing says which does not exist.
func TestLookupsSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		for kind, look := range map[string]func() error{
			"track":              func() error { _, err := s.Track(ctx, "x"); return err },
			"course":             func() error { _, err := s.Course(ctx, "x"); return err },
			"chapter":            func() error { _, err := s.Chapter(ctx, "x"); return err },
			"student":            func() error { _, err := s.Student(ctx, "x"); return err },
			"student with email": func() error { _, err := s.StudentByEmail(ctx, "x"); return err },
			"enrollment":         func() error { _, err := s.Enrollment(ctx, "x"); return err },
		} {
			isMissing(t, look(), kind, "x")
		}
		_, err := s.ChapterAt(ctx, "x", 3)
		isMissing(t, err, "chapter version", "x, 3")
		_, err = s.WholeCourse(ctx, "x")
		isMissing(t, err, "course", "x")
		_, err = s.WholeStudent(ctx, "x")
		isMissing(t, err, "student", "x")
		_, err = s.Rename(ctx, "x", "a", "b")
		isMissing(t, err, "student", "x")
		_, err = s.ChangeEmail(ctx, "x", "a@school.example")
		isMissing(t, err, "student", "x")
		_, err = s.EditChapter(ctx, "c", "x", "text")
		isMissing(t, err, "chapter", "x")
		_, err = s.MoveChapter(ctx, platform.Chapter{ID: "x", CourseID: "c", Version: 1, Content: "a"}, "d")
		isMissing(t, err, "chapter", "x")
		isMissing(t, s.Enroll(ctx, platform.Enrollment{ID: "e", CourseID: "c", StudentID: "x"}, "t"), "course", "c")
	})
}

// A read of parts of a partition has these parts, and fails if there are more items than the limit.
func TestPartsOfAPartition(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		ctx := t.Context()
		st := s.Students[0]
		whole, err := s.WholeStudent(ctx, st.ID)
		require.NoError(t, err)
		assert.Equal(t, st.Email, whole.Student.Email)
		assert.Len(t, whole.Preferences, 1)
		assert.NotEmpty(t, whole.Progress)
		some, err := s.StudentParts(ctx, st.ID, platform.InProgress, len(whole.Progress))
		require.NoError(t, err)
		assert.Equal(t, platform.StudentPage{Progress: whole.Progress}, some)
		_, err = s.StudentParts(ctx, st.ID, platform.Itself|platform.InProgress, len(whole.Progress))
		require.ErrorIs(t, err, platform.ErrTooLong)
		none, err := s.StudentParts(ctx, "none", platform.Itself|platform.InPreferences, 0)
		require.NoError(t, err)
		assert.Empty(t, none.Student.ID)

		course, err := s.WholeCourse(ctx, s.Enrollments[0].CourseID)
		require.NoError(t, err)
		part, err := s.CourseParts(ctx, course.Course.ID, platform.InChapters, schooltest.Small.Chapters)
		require.NoError(t, err)
		assert.Equal(t, platform.CoursePage{Chapters: course.Chapters}, part)
		_, err = s.CourseParts(ctx, course.Course.ID, platform.InChapters, schooltest.Small.Chapters-1)
		require.ErrorIs(t, err, platform.ErrTooLong)
	})
}
