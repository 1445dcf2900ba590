package platform

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"github.com/singletable-go/ddb"
)

// The writes. One that needs something that does not exist is a [MissingError].

// CreateTrack creates a track; [ddb.ErrExists] if the id is taken.
func (s *Store) CreateTrack(ctx context.Context, t Track) (Track, error) {
	return s.tracks.Create(ctx, t)
}

// SaveTrack puts a track, whether it exists or not. Its number of courses stays.
func (s *Store) SaveTrack(ctx context.Context, t Track) (Track, error) {
	return s.tracks.Put(ctx, t)
}

// RemoveTrack removes a track, but not its courses. A missing track is no error.
func (s *Store) RemoveTrack(ctx context.Context, id string) error {
	return s.tracks.Delete(ctx, Track{ID: id})
}

// CreateCourse creates a course, if its track exists at that moment; [ddb.ErrExists] if the id is taken in that track.
func (s *Store) CreateCourse(ctx context.Context, c Course) error {
	err := s.db.Transact(ctx, Tracks.Check(Track{ID: c.TrackID}), Courses.Create(c))
	return missingAt(err, 0, "track", c.TrackID)
}

// SaveCourse puts a course, whether it exists or not.
func (s *Store) SaveCourse(ctx context.Context, c Course) (Course, error) {
	return s.courses.Put(ctx, c)
}

// MoveCourse moves a course to another track.
func (s *Store) MoveCourse(ctx context.Context, c Course, trackID string) (Course, error) {
	to := c
	to.TrackID = trackID
	moved, err := s.courses.Move(ctx, c, to)
	return moved, missing("course", c.ID, err)
}

// RemoveCourse removes a course, but not its chapters and enrollments. A missing course is no error.
func (s *Store) RemoveCourse(ctx context.Context, c Course) error {
	return s.courses.Delete(ctx, c)
}

// SaveChapter writes the next version of a chapter. c.Version is the version that was read, 0 for a new chapter. The
// error is [ddb.ErrConflict] if the chapter was modified concurrently.
func (s *Store) SaveChapter(ctx context.Context, c Chapter) (Chapter, error) {
	return s.chapters.Put(ctx, c)
}

// EditChapter changes the content of a chapter, whatever its version is.
func (s *Store) EditChapter(ctx context.Context, courseID, id, content string) (Chapter, error) {
	h, err := s.chapters.Modify(ctx, Chapter{CourseID: courseID, ID: id}, func(c *Chapter) error {
		c.Content = content
		return nil
	})
	return h, missing("chapter", id, err)
}

// MoveChapter moves a chapter to another course. Its versions stay together, because they belong to the chapter.
func (s *Store) MoveChapter(ctx context.Context, c Chapter, courseID string) (Chapter, error) {
	to := c
	to.CourseID = courseID
	h, err := s.chapters.Move(ctx, c, to)
	return h, missing("chapter", c.ID, err)
}

// Register creates a student; [ddb.ErrNotUnique] if another has the email, [ddb.ErrExists] if the id is taken.
func (s *Store) Register(ctx context.Context, st Student) (Student, error) {
	return s.students.Create(ctx, st)
}

// ChangeEmail gives a student another email and releases the old one; [ddb.ErrNotUnique] if another student has it.
func (s *Store) ChangeEmail(ctx context.Context, id, email string) (Student, error) {
	st, err := s.students.Modify(ctx, Student{ID: id}, func(st *Student) error {
		st.Email = email
		return nil
	})
	return st, missing("student", id, err)
}

// Rename gives a student another name, with one request and without a read.
func (s *Store) Rename(ctx context.Context, id, first, last string) (Student, error) {
	f := Students.Fields()
	st, err := s.students.Update(ctx, Student{ID: id}, ddb.Set(&f.FirstName, first), ddb.Set(&f.LastName, last))
	return st, missing("student", id, err)
}

// RemoveStudent removes a student and releases the email, but leaves their enrollments, preferences and progress. A
// missing student is no error.
func (s *Store) RemoveStudent(ctx context.Context, id string) error {
	return s.students.Delete(ctx, Student{ID: id})
}

// EnrollmentID is the id of the enrollment of a student in a course. It is made of both, so that there is one: an id that
// is chosen could be that of an enrollment in another course, since the course is part of the key.
func EnrollmentID(courseID, studentID string) string {
	sum := sha256.Sum256([]byte(courseID + "#" + studentID))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Enroll enrolls a student in a course, if both exist at that moment; [ddb.ErrExists] if the course has an enrollment of
// that id.
func (s *Store) Enroll(ctx context.Context, e Enrollment, trackID string) error {
	err := s.db.Transact(ctx,
		Students.Check(Student{ID: e.StudentID}),
		Courses.Check(Course{ID: e.CourseID, TrackID: trackID}),
		Enrollments.Create(e),
	)
	return missingAt(missingAt(err, 0, "student", e.StudentID), 1, "course", e.CourseID)
}

// Prefer gives a student a preference for a track, if both exist at that moment. A preference that is there stays.
func (s *Store) Prefer(ctx context.Context, p Preference) error {
	err := s.db.Transact(ctx,
		Students.Check(Student{ID: p.StudentID}),
		Tracks.Check(Track{ID: p.TrackID}),
		Preferences.Put(p),
	)
	return missingAt(missingAt(err, 0, "student", p.StudentID), 1, "track", p.TrackID)
}

// Unprefer removes a preference. A missing one is no error.
func (s *Store) Unprefer(ctx context.Context, p Preference) error {
	return s.preferences.Delete(ctx, p)
}

// AddProgress adds p.XP to the xp made in a chapter and sets the marker, with one request and without a read. The first
// time it begins the chapter.
func (s *Store) AddProgress(ctx context.Context, p Progress) (Progress, error) {
	f := Progresses.Fields()
	return s.progress.Upsert(ctx, p, ddb.Add(&f.XP, p.XP), ddb.Set(&f.Marker, p.Marker))
}

// SetProgress sets the xp made in a chapter and the marker.
func (s *Store) SetProgress(ctx context.Context, p Progress) (Progress, error) {
	return s.progress.Put(ctx, p)
}

// RemoveProgress removes the progress made in a chapter, and returns what it was.
func (s *Store) RemoveProgress(ctx context.Context, p Progress) (Progress, error) {
	was, err := s.progress.Take(ctx, p)
	return was, missing("progress in chapter", p.ChapterID, err)
}

// missingAt returns err, as a MissingError if the op at position i of a transaction did not find its item.
func missingAt(err error, i int, kind, id string) error {
	failed, ok := errors.AsType[*ddb.TransactError](err)
	if !ok || !errors.Is(failed.At(i), ddb.ErrNotFound) {
		return err
	}
	return &MissingError{kind, id, err}
}
