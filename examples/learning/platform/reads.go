package platform

import (
	"context"
	"fmt"
	"iter"

	"github.com/singletable-go/ddb"
)

// The reads. Each lookup of one item that does not exist is a [MissingError].

// Track returns a track by id.
func (s *Store) Track(ctx context.Context, id string) (Track, error) {
	t, err := s.tracks.Get(ctx, Track{ID: id})
	return t, missing("track", id, err)
}

// AllTracks returns every track.
func (s *Store) AllTracks(ctx context.Context) iter.Seq2[Track, error] {
	return s.tracks.Query(ctx, AllTracks())
}

// Course returns a course by id.
func (s *Store) Course(ctx context.Context, id string) (Course, error) {
	c, err := s.courses.One(ctx, CourseByID(id))
	return c, missing("course", id, err)
}

// CoursesOf returns the courses of a track.
func (s *Store) CoursesOf(ctx context.Context, trackID string) iter.Seq2[Course, error] {
	return s.courses.Query(ctx, CoursesOf(trackID))
}

// Chapter returns the current chapter by id.
func (s *Store) Chapter(ctx context.Context, id string) (Chapter, error) {
	h, err := s.chapters.One(ctx, ChapterByID(id))
	return h, missing("chapter", id, err)
}

// ChaptersOf returns the current chapters of a course.
func (s *Store) ChaptersOf(ctx context.Context, courseID string) iter.Seq2[Chapter, error] {
	return s.chapters.Query(ctx, ChaptersOf(courseID))
}

// ChapterAt returns version n of a chapter.
func (s *Store) ChapterAt(ctx context.Context, id string, n int64) (Chapter, error) {
	h, err := s.chapters.History().At(ctx, Chapter{ID: id}, n)
	return h, missing("chapter version", fmt.Sprintf("%s, %d", id, n), err)
}

// ChapterVersions returns the versions of a chapter, the newest first.
func (s *Store) ChapterVersions(ctx context.Context, id string) iter.Seq2[Chapter, error] {
	return s.chapters.History().All(ctx, Chapter{ID: id})
}

// Student returns a student by id.
func (s *Store) Student(ctx context.Context, id string) (Student, error) {
	st, err := s.students.Get(ctx, Student{ID: id})
	return st, missing("student", id, err)
}

// StudentByEmail returns the student with an email address.
func (s *Store) StudentByEmail(ctx context.Context, email string) (Student, error) {
	st, err := s.students.One(ctx, StudentByEmail(email))
	return st, missing("student with email", email, err)
}

// Enrollment returns an enrollment by id.
func (s *Store) Enrollment(ctx context.Context, id string) (Enrollment, error) {
	e, err := s.enrollments.One(ctx, EnrollmentByID(id))
	return e, missing("enrollment", id, err)
}

// EnrollmentsIn returns the enrollments of a course.
func (s *Store) EnrollmentsIn(ctx context.Context, courseID string) iter.Seq2[Enrollment, error] {
	return s.enrollments.Query(ctx, EnrollmentsIn(courseID))
}

// EnrollmentsOf returns the enrollments of a student.
func (s *Store) EnrollmentsOf(ctx context.Context, studentID string) iter.Seq2[Enrollment, error] {
	return s.enrollments.Query(ctx, EnrollmentsOf(studentID))
}

// PreferencesOf returns the preferences of a student.
func (s *Store) PreferencesOf(ctx context.Context, studentID string) iter.Seq2[Preference, error] {
	return s.preferences.Query(ctx, PreferencesOf(studentID))
}

// ProgressIn returns the progress made in an enrollment.
func (s *Store) ProgressIn(ctx context.Context, enrollmentID string) iter.Seq2[Progress, error] {
	return s.progress.Query(ctx, ProgressIn(enrollmentID))
}

// CoursePage is a course with its chapters and enrollments.
type CoursePage struct {
	Course      Course
	Chapters    []Chapter
	Enrollments []Enrollment
}

// WholeCourse reads a course, its chapters and its enrollments with one Query.
func (s *Store) WholeCourse(ctx context.Context, id string) (CoursePage, error) {
	var page CoursePage
	var courses []Course
	err := s.db.Gather(ctx, WholeCourse(id),
		Courses.Into(&courses), Chapters.Into(&page.Chapters), Enrollments.Into(&page.Enrollments))
	if err != nil {
		return CoursePage{}, err
	}
	if len(courses) == 0 {
		return CoursePage{}, missing("course", id, ddb.ErrNotFound)
	}
	page.Course = courses[0]
	return page, nil
}
