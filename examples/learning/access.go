package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// accessPatterns lists the access patterns, with values from the data, and one more that reads three of them at once.
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
		app.One("track by id", func(ctx context.Context) (platform.Track, error) { return s.Track(ctx, tr.ID) }).
			By("s.tracks.Get(ctx, Track{ID: id})"),
		app.One("student by id", func(ctx context.Context) (platform.Student, error) { return s.Student(ctx, st.ID) }).
			By("s.students.Get(ctx, Student{ID: id})"),
		app.Many("all tracks", s.AllTracks).
			By("Tracks.On(GSI1, Track{})"),
		app.One("course by id", func(ctx context.Context) (platform.Course, error) { return s.Course(ctx, co.ID) }).
			By("Courses.Query(Course{ID: id})"),
		app.Many("courses of a track", func(ctx context.Context) iter.Seq2[platform.Course, error] { return s.CoursesOf(ctx, tr.ID) }).
			By("Courses.On(GSI1, Course{TrackID: trackID})"),
		app.Many("chapters of a course", func(ctx context.Context) iter.Seq2[platform.Chapter, error] { return s.ChaptersOf(ctx, co.ID) }).
			By("Chapters.Query(Chapter{CourseID: courseID})"),
		app.One("chapter by id", func(ctx context.Context) (platform.Chapter, error) { return s.Chapter(ctx, ch.ID) }).
			By("Chapters.On(GSI1, Chapter{ID: id})"),
		app.One("chapter by id and version", func(ctx context.Context) (platform.Chapter, error) { return s.ChapterAt(ctx, ch.ID, 1) }).
			By("s.chapters.History().At(ctx, Chapter{ID: id}, n)"),
		app.Many("enrollments of a course", func(ctx context.Context) iter.Seq2[platform.Enrollment, error] {
			return s.EnrollmentsIn(ctx, enrolled.CourseID)
		}).By("Enrollments.Query(Enrollment{CourseID: courseID})"),
		app.Many("enrollments of a student", func(ctx context.Context) iter.Seq2[platform.Enrollment, error] {
			return s.EnrollmentsOf(ctx, st.ID)
		}).By("Enrollments.On(GSI2, Enrollment{StudentID: studentID})"),
		app.One("enrollment by id", func(ctx context.Context) (platform.Enrollment, error) { return s.Enrollment(ctx, enrolled.ID) }).
			By("Enrollments.On(GSI1, Enrollment{ID: id})"),
		app.One("student by email", func(ctx context.Context) (platform.Student, error) { return s.StudentByEmail(ctx, st.Email) }).
			By("Students.On(GSI1, Student{Email: email})"),
		app.Many("preferences of a student", func(ctx context.Context) iter.Seq2[platform.Preference, error] {
			return s.PreferencesOf(ctx, st.ID)
		}).By("Preferences.Query(Preference{StudentID: studentID})"),
		app.Many("progress of an enrollment", func(ctx context.Context) iter.Seq2[platform.Progress, error] {
			return s.ProgressIn(ctx, p.EnrollmentID)
		}).By("Progresses.On(GSI1, Progress{EnrollmentID: enrollmentID})"),
		{Name: "a whole course", Go: []string{"atMost(Courses.Query(Course{ID: id}), limit).Collection()"}, Extra: true, Run: func(ctx context.Context) (int, error) {
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

func positive(d time.Duration) error {
	if d <= 0 {
		return errors.New("must be positive")
	}
	return nil
}

func notNegative(n int) error {
	if n < 0 {
		return errors.New("must not be negative")
	}
	return nil
}
