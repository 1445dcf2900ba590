package graph

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// The errors of lists that have more entries than are read at once, which say what a client can do.

// noPages is for a list that no field pages through.
const noPages = "it has no pages, and is not listed beyond that"

// tooLong returns err, as a client gets it if a list was too long.
func (s *session) tooLong(err error, list, instead string) error {
	if !errors.Is(err, platform.ErrTooLong) {
		return err
	}
	return &Error{Code: TooComplex, Text: fmt.Sprintf("%s: there are more than %d: %s", list, s.limits.List, instead), Err: err}
}

// courseTooLong is tooLong for parts of a course's partition, which are counted together.
func (s *session) courseTooLong(err error, parts platform.Parts) error {
	switch {
	case parts&platform.InEnrollments == 0:
		return s.tooLong(err, "chapters of a course", "read those that you know with getChapter")
	case parts&platform.InChapters == 0:
		return s.tooLong(err, "enrollments of a course", "page through them with getCourseEnrollments")
	}
	return s.tooLong(err, "chapters and enrollments of a course", "select one of them, or page through the enrollments with getCourseEnrollments")
}

// studentTooLong is tooLong for parts of a student's partition.
func (s *session) studentTooLong(err error, parts platform.Parts) error {
	switch {
	case parts&platform.InProgress == 0:
		return s.tooLong(err, "preferences of a student", noPages)
	case parts&platform.InPreferences == 0:
		return s.tooLong(err, "progress of a student", "read that of one enrollment with getProgress")
	}
	return s.tooLong(err, "preferences and progress of a student", "select one of them, or read the progress of one enrollment with getProgress")
}
