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

// TrackPage returns up to n tracks after a cursor; "" is the first page.
func (s *Store) TrackPage(ctx context.Context, n int, after ddb.Cursor) (ddb.Page[Track], error) {
	return s.tracks.Page(ctx, AllTracks().Limit(n), after)
}

// EnrollmentPageIn returns up to n enrollments of a course after a cursor; "" is the first page.
func (s *Store) EnrollmentPageIn(ctx context.Context, courseID string, n int, after ddb.Cursor) (ddb.Page[Enrollment], error) {
	return s.enrollments.Page(ctx, EnrollmentsIn(courseID).Limit(n), after)
}

// EnrollmentPageOf returns up to n enrollments of a student after a cursor; "" is the first page.
func (s *Store) EnrollmentPageOf(ctx context.Context, studentID string, n int, after ddb.Cursor) (ddb.Page[Enrollment], error) {
	return s.enrollments.Page(ctx, EnrollmentsOf(studentID).Limit(n), after)
}

// TracksByID returns the tracks with these ids, read with one BatchGet. Those that do not exist are left out.
func (s *Store) TracksByID(ctx context.Context, ids []string) (map[string]Track, error) {
	keys := make([]Track, len(ids))
	for i, id := range ids {
		keys[i] = Track{ID: id}
	}
	found, err := s.tracks.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	tracks := make(map[string]Track, len(ids))
	for _, l := range found {
		if l.Found() {
			tracks[l.Item.ID] = l.Item
		}
	}
	return tracks, nil
}
