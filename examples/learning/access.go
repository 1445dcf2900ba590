package main

import (
	"context"
	"errors"
	"iter"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// accessPatterns lists the 14 access patterns, with values from the data, and one more that reads three of them at
// once.
func accessPatterns(s *platform.Store, d school.Data) []app.Pattern {
	var (
		p        = d.Progress[0]
		enrolled = d.Enrollments[0]
		st       = d.Students[0]
		ch       = d.Chapters[0][0]
		tr       = d.Tracks[0]
		co       = d.Courses[0]
	)
	return []app.Pattern{
		app.One("track by id", func(ctx context.Context) (platform.Track, error) { return s.Track(ctx, tr.ID) }),
		app.One("student by id", func(ctx context.Context) (platform.Student, error) { return s.Student(ctx, st.ID) }),
		app.Many("all tracks", s.AllTracks),
		app.One("course by id", func(ctx context.Context) (platform.Course, error) { return s.Course(ctx, co.ID) }),
		app.Many("courses of a track", func(ctx context.Context) iter.Seq2[platform.Course, error] { return s.CoursesOf(ctx, tr.ID) }),
		app.Many("chapters of a course", func(ctx context.Context) iter.Seq2[platform.Chapter, error] { return s.ChaptersOf(ctx, co.ID) }),
		app.One("chapter by id", func(ctx context.Context) (platform.Chapter, error) { return s.Chapter(ctx, ch.ID) }),
		app.One("chapter by id and version", func(ctx context.Context) (platform.Chapter, error) { return s.ChapterAt(ctx, ch.ID, 1) }),
		app.Many("enrollments of a course", func(ctx context.Context) iter.Seq2[platform.Enrollment, error] {
			return s.EnrollmentsIn(ctx, enrolled.CourseID)
		}),
		app.Many("enrollments of a student", func(ctx context.Context) iter.Seq2[platform.Enrollment, error] {
			return s.EnrollmentsOf(ctx, st.ID)
		}),
		app.One("enrollment by id", func(ctx context.Context) (platform.Enrollment, error) { return s.Enrollment(ctx, enrolled.ID) }),
		app.One("student by email", func(ctx context.Context) (platform.Student, error) { return s.StudentByEmail(ctx, st.Email) }),
		app.Many("preferences of a student", func(ctx context.Context) iter.Seq2[platform.Preference, error] {
			return s.PreferencesOf(ctx, st.ID)
		}),
		app.Many("progress of an enrollment", func(ctx context.Context) iter.Seq2[platform.Progress, error] {
			return s.ProgressIn(ctx, p.EnrollmentID)
		}),
		{Name: "a whole course", Extra: true, Run: func(ctx context.Context) (int, error) {
			page, err := s.WholeCourse(ctx, enrolled.CourseID)
			return 1 + len(page.Chapters) + len(page.Enrollments), err
		}},
	}
}

// atLeastOne rejects a school without one of its kinds of data: every access pattern should find something.
func atLeastOne(n int) error {
	if n < 1 {
		return errors.New("must be at least 1")
	}
	return nil
}

func notNegative(n int) error {
	if n < 0 {
		return errors.New("must not be negative")
	}
	return nil
}
