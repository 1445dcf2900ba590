package graph

import (
	"context"
	"time"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// enrollment is an Enrollment.
type enrollment struct {
	platform.Enrollment
	s *session
	n need
}

func (s *session) enrollments(enrollments []platform.Enrollment, n need) *[]*enrollment {
	return all(enrollments, func(e platform.Enrollment) *enrollment { return &enrollment{e, s, n} })
}

func (e *enrollment) Date() string { return e.Enrollment.Date.Format(time.RFC3339) }

func (e *enrollment) Course(ctx context.Context) (*course, error) {
	return e.s.course(ctx, e.CourseID, e.n)
}

func (e *enrollment) Student(ctx context.Context) (*student, error) {
	return e.s.student(ctx, e.StudentID, e.n)
}

// Progress is read with the student, whose partition has the progress in all of their enrollments.
func (e *enrollment) Progress(ctx context.Context) (*[]*progress, error) {
	page, err := e.s.studentPart(ctx, "Enrollment.progress", e.StudentID, e.n.student, platform.InProgress)
	if err != nil {
		return nil, err
	}
	var made []platform.Progress
	for _, p := range page.Progress {
		if p.EnrollmentID == e.ID {
			made = append(made, p)
		}
	}
	return progressList(made), nil
}

// student is a Student.
type student struct {
	platform.Student
	s *session
	n need
}

// student reads a student, and in the same request what else is needed of their partition.
func (s *session) student(ctx context.Context, id string, n need) (*student, error) {
	if n.student&platform.Itself == 0 {
		return &student{platform.Student{ID: id}, s, n}, nil // nothing that only the student's own item has
	}
	page, err := s.studentPage(ctx, id, n.student)
	if err != nil {
		return nil, err
	}
	if page.Student.ID == "" {
		return nil, notFound("student", id)
	}
	return &student{page.Student, s, n}, nil
}

// studentPart returns what is read of a student's partition, if the part that a field needs is among it.
func (s *session) studentPart(ctx context.Context, field, id string, parts, part platform.Parts) (platform.StudentPage, error) {
	if parts&part == 0 {
		return platform.StudentPage{}, unread(field)
	}
	return s.studentPage(ctx, id, parts)
}

func (st *student) XP() (int32, error) { return small(st.Student.XP) }

func (st *student) Preferences(ctx context.Context) (*[]*preference, error) {
	page, err := st.s.studentPart(ctx, "Student.preferences", st.ID, st.n.student, platform.InPreferences)
	if err != nil {
		return nil, err
	}
	return st.s.preferences(ctx, page.Preferences, st.n)
}

func (st *student) Enrollments(ctx context.Context) (*[]*enrollment, error) {
	found, err := st.s.enrollmentsOf(ctx, st.ID)
	return st.s.enrollments(found, st.n), err
}

// preference is a Preference.
type preference struct {
	platform.Preference
	s *session
	n need
	t *platform.Track // nil if it does not exist
}

// preferences reads the tracks of a list of preferences together, if they are selected.
func (s *session) preferences(ctx context.Context, prefs []platform.Preference, n need) (*[]*preference, error) {
	list := all(prefs, func(p platform.Preference) *preference {
		return &preference{p, s, n, &platform.Track{ID: p.TrackID}}
	})
	if !n.track {
		return list, nil
	}
	tracks, err := s.tracksOf(ctx, prefs)
	if err != nil {
		return nil, err
	}
	for i, t := range tracks {
		(*list)[i].t = t
	}
	return list, nil
}

func (p *preference) Student(ctx context.Context) (*student, error) {
	return p.s.student(ctx, p.StudentID, p.n)
}

func (p *preference) Track() (*track, error) {
	if p.t == nil {
		return nil, notFound("track", p.TrackID)
	}
	return &track{*p.t, p.s, p.n}, nil
}

// progress is a Progress.
type progress struct{ platform.Progress }

func progressList(made []platform.Progress) *[]*progress {
	return all(made, func(p platform.Progress) *progress { return &progress{p} })
}

func (p *progress) XP() (int32, error) { return small(p.Progress.XP) }
