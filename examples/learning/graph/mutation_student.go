package graph

import (
	"context"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

type studentInput struct {
	StudentInput struct {
		ID        *string
		FirstName string
		LastName  string
		Email     string
	}
}

func (mutation) AddStudent(ctx context.Context, a studentInput) (*student, error) {
	s, in := of(ctx), a.StudentInput
	var c check
	st := platform.Student{
		ID: c.newID(in.ID), Email: c.email(in.Email),
		FirstName: c.line("firstName", in.FirstName, maxName), LastName: c.line("lastName", in.LastName, maxName),
	}
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	st, err := s.store.Register(ctx, st)
	if err != nil {
		return nil, err
	}
	return &student{st, s, s.need(ctx, "Student")}, nil
}

type newEmail struct{ StudentID, Email string }

func (mutation) ChangeEmail(ctx context.Context, a newEmail) (*student, error) {
	s := of(ctx)
	var c check
	id, address := c.id("studentId", a.StudentID), c.email(a.Email)
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	st, err := s.store.ChangeEmail(ctx, id, address)
	if err != nil {
		return nil, err
	}
	return &student{st, s, s.need(ctx, "Student")}, nil
}

type preferenceInput struct {
	PreferenceInput struct{ StudentID, TrackID string }
}

func (mutation) AddPreference(ctx context.Context, a preferenceInput) (*preference, error) {
	return a.write(ctx, of(ctx).store.Prefer)
}

func (mutation) RemovePreference(ctx context.Context, a preferenceInput) (*preference, error) {
	return a.write(ctx, of(ctx).store.Unprefer)
}

func (a preferenceInput) write(ctx context.Context, write func(context.Context, platform.Preference) error) (*preference, error) {
	s, in := of(ctx), a.PreferenceInput
	var c check
	p := platform.Preference{StudentID: c.id("studentId", in.StudentID), TrackID: c.id("trackId", in.TrackID)}
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	if err := write(ctx, p); err != nil {
		return nil, err
	}
	list, err := s.preferences(ctx, []platform.Preference{p}, s.need(ctx, "Preference"))
	if err != nil {
		return nil, err
	}
	return (*list)[0], nil
}

type progressInput struct {
	ProgressInput struct {
		StudentID    string
		EnrollmentID string
		ChapterID    string
		XP           int32
		Marker       string
	}
}

// AddProgress reads the enrollment, which is the student's, and the chapter, which is of its course.
func (mutation) AddProgress(ctx context.Context, a progressInput) (*progress, error) {
	s, in := of(ctx), a.ProgressInput
	var c check
	c.id("studentId", in.StudentID)
	enrollmentID, chapterID := c.id("enrollmentId", in.EnrollmentID), c.id("chapterId", in.ChapterID)
	marker, xp := c.line("marker", in.Marker, maxName), c.number("xp", in.XP, 0, maxXP)
	if err := s.writing(ctx, c.fault); err != nil {
		return nil, err
	}
	e, err := s.store.Enrollment(ctx, enrollmentID)
	if err != nil {
		return nil, err
	}
	if e.StudentID != in.StudentID {
		return nil, badInput("the enrollment is of another student")
	}
	h, err := s.store.Chapter(ctx, chapterID)
	if err != nil {
		return nil, err
	}
	if h.CourseID != e.CourseID {
		return nil, badInput("the chapter is of another course than the enrollment")
	}
	p, err := s.store.AddProgress(ctx, platform.Progress{
		StudentID: e.StudentID, EnrollmentID: e.ID, ChapterID: h.ID, XP: xp, Marker: marker,
	})
	if err != nil {
		return nil, err
	}
	return &progress{p}, nil
}
