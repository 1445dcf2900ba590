package graph

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// mutation resolves the fields of Mutation. They run one after the other.
type mutation struct{}

type trackInput struct {
	TrackInput struct {
		ID   *string
		Name string
	}
}

func (mutation) AddTrack(ctx context.Context, a trackInput) (*track, error) {
	s, in := of(ctx), a.TrackInput
	var c check
	t := platform.Track{ID: c.newID(in.ID), Name: c.line("name", in.Name, maxName)}
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	t, err := s.store.CreateTrack(ctx, t)
	if err != nil {
		return nil, err
	}
	return &track{t, s, s.need(ctx, "Track")}, nil
}

type courseInput struct {
	CourseInput struct{ TrackID, Name string }
}

func (mutation) AddCourse(ctx context.Context, a courseInput) (*course, error) {
	s, in := of(ctx), a.CourseInput
	var c check
	co := platform.Course{ID: c.newID(nil), TrackID: c.id("trackId", in.TrackID), Name: c.line("name", in.Name, maxName)}
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	if err := s.store.CreateCourse(ctx, co); err != nil {
		return nil, err
	}
	n := s.need(ctx, "Course")
	return &course{co, s, n, n.course &^ platform.Itself}, nil
}

type chapterInput struct {
	ChapterInput struct{ CourseID, Content string }
}

func (mutation) AddChapter(ctx context.Context, a chapterInput) (*chapter, error) {
	s, in := of(ctx), a.ChapterInput
	var c check
	h := platform.Chapter{ID: c.newID(nil), CourseID: c.id("courseId", in.CourseID), Content: c.content(in.Content)}
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	if _, err := s.store.Course(ctx, in.CourseID); err != nil {
		return nil, err
	}
	h, err := s.store.SaveChapter(ctx, h)
	if err != nil {
		return nil, err
	}
	return &chapter{h, s, s.need(ctx, "Chapter"), true}, nil
}

type nextVersion struct {
	ID      string
	Version int32
	Content string
}

func (mutation) SaveChapter(ctx context.Context, a nextVersion) (*chapter, error) {
	s := of(ctx)
	var c check
	id, text, version := c.id("id", a.ID), c.content(a.Content), c.number("version", a.Version, 1, math.MaxInt32)
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	h, err := s.store.Chapter(ctx, id)
	if err != nil {
		return nil, err
	}
	h.Content, h.Version = text, int64(version)
	h, err = s.store.SaveChapter(ctx, h)
	if now, ok := platform.Chapters.Current(err); ok && errors.Is(err, ddb.ErrConflict) {
		details := map[string]any{"version": now.Version}
		return nil, &Error{Code: Conflict, Text: "the chapter has another version by now: read it again", Details: details, Err: err}
	}
	if err != nil {
		return nil, err
	}
	return &chapter{h, s, s.need(ctx, "Chapter"), true}, nil
}

type enrollmentInput struct {
	EnrollmentInput struct{ CourseID, StudentID string }
}

func (mutation) AddEnrollment(ctx context.Context, a enrollmentInput) (*enrollment, error) {
	s, in := of(ctx), a.EnrollmentInput
	var c check
	courseID, studentID := c.id("courseId", in.CourseID), c.id("studentId", in.StudentID)
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	co, err := s.store.Course(ctx, courseID)
	if err != nil {
		return nil, err
	}
	e := platform.Enrollment{
		ID: platform.EnrollmentID(co.ID, studentID), CourseID: co.ID, StudentID: studentID,
		Date: time.Now().UTC().Truncate(time.Second),
	}
	if err := s.store.Enroll(ctx, e, co.TrackID); err != nil {
		return nil, err
	}
	return &enrollment{e, s, s.need(ctx, "Enrollment")}, nil
}
