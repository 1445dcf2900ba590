package platform

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
)

// The reads of item collections: one Query returns items of several types. The caller says which, and only their range
// of the partition is read.

// Parts are the types of item to read of a partition, as a sum.
type Parts uint8

// The parts of a course's partition and of a student's.
const (
	Itself Parts = 1 << iota // the course, or the student
	InChapters
	InEnrollments
	InPreferences
	InProgress
)

// ErrTooLong is the error of a list with more entries than the caller allows.
var ErrTooLong = errors.New("the list is too long")

// CoursePage is a course with its chapters and enrollments.
type CoursePage struct {
	Course      Course
	Chapters    []Chapter
	Enrollments []Enrollment
}

// WholeCourse reads a course, its chapters and its enrollments with one Query.
func (s *Store) WholeCourse(ctx context.Context, id string) (CoursePage, error) {
	page, err := s.CourseParts(ctx, id, Itself|InChapters|InEnrollments, 0)
	if err == nil && page.Course.ID == "" {
		return CoursePage{}, missing("course", id, ddb.ErrNotFound)
	}
	return page, err
}

// CourseParts reads parts of a course's partition with one Query. More than limit items are [ErrTooLong]; 0 is no limit. A
// course that does not exist has no id.
func (s *Store) CourseParts(ctx context.Context, id string, parts Parts, limit int) (CoursePage, error) {
	var page CoursePage
	var itself []Course
	var sinks []ddb.Sink
	if parts&Itself != 0 {
		sinks = append(sinks, Courses.Into(&itself))
	}
	if parts&InChapters != 0 {
		sinks = append(sinks, Chapters.Into(&page.Chapters))
	}
	if parts&InEnrollments != 0 {
		sinks = append(sinks, Enrollments.Into(&page.Enrollments))
	}
	if err := s.db.Gather(ctx, WholeCourse(id, limit), sinks...); err != nil {
		return CoursePage{}, err
	}
	if tooMany(limit, len(itself)+len(page.Chapters)+len(page.Enrollments)) {
		return CoursePage{}, ErrTooLong
	}
	if len(itself) > 0 {
		page.Course = itself[0]
	}
	return page, nil
}

// StudentPage is a student with their preferences and their progress in all enrollments.
type StudentPage struct {
	Student     Student
	Preferences []Preference
	Progress    []Progress
}

// WholeStudent reads a student, their preferences and their progress with one Query.
func (s *Store) WholeStudent(ctx context.Context, id string) (StudentPage, error) {
	page, err := s.StudentParts(ctx, id, Itself|InPreferences|InProgress, 0)
	if err == nil && page.Student.ID == "" {
		return StudentPage{}, missing("student", id, ddb.ErrNotFound)
	}
	return page, err
}

// StudentParts reads parts of a student's partition with one Query. More than limit items are [ErrTooLong]; 0 is no limit. A
// student who does not exist has no id.
func (s *Store) StudentParts(ctx context.Context, id string, parts Parts, limit int) (StudentPage, error) {
	var page StudentPage
	var itself []Student
	var sinks []ddb.Sink
	if parts&Itself != 0 {
		sinks = append(sinks, Students.Into(&itself))
	}
	if parts&InPreferences != 0 {
		sinks = append(sinks, Preferences.Into(&page.Preferences))
	}
	if parts&InProgress != 0 {
		sinks = append(sinks, Progresses.Into(&page.Progress))
	}
	if err := s.db.Gather(ctx, WholeStudent(id, limit), sinks...); err != nil {
		return StudentPage{}, err
	}
	if tooMany(limit, len(itself)+len(page.Preferences)+len(page.Progress)) {
		return StudentPage{}, ErrTooLong
	}
	if len(itself) > 0 {
		page.Student = itself[0]
	}
	return page, nil
}

// tooMany reports whether a read of one more than limit found it.
func tooMany(limit, found int) bool { return limit > 0 && found > limit }
