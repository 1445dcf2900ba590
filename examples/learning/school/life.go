package school

import (
	"context"
	"errors"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/random"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// Life simulates a school: students read on or begin again; courses open, close and change track.
type Life struct {
	*random.Source
	s        *platform.Store
	d        Data
	chapters map[string][]string // ids, by course
	opened   []platform.Course   // opened by it and not closed since
	states   States
}

// NewLife returns the life of a school that was seeded with d.
func NewLife(s *platform.Store, d Data, seed uint64) *Life {
	l := &Life{
		Source: random.New(seed + 1), s: s, d: d,
		chapters: map[string][]string{}, states: States{},
	}
	for _, versions := range d.Chapters {
		h := versions[0]
		l.chapters[h.CourseID] = append(l.chapters[h.CourseID], h.ID)
	}
	return l
}

// States returns the states in which it left what it wrote.
func (l *Life) States() States { return l.states }

// Live makes n writes, with a pause between them.
func (l *Life) Live(ctx context.Context, n int, pause time.Duration) error {
	for i := range n {
		if i > 0 {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := l.Step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Step makes one write.
func (l *Life) Step(ctx context.Context) error {
	switch n := l.IntN(20); {
	case n < 11:
		return l.Read(ctx)
	case n < 13:
		return l.forget(ctx)
	case n < 15:
		return l.rename(ctx)
	case n < 17 || len(l.opened) == 0:
		return l.open(ctx)
	case n < 18:
		return l.close(ctx)
	default:
		return l.move(ctx)
	}
}

// Read makes a student gain xp in a chapter, or begin it.
func (l *Life) Read(ctx context.Context) error {
	p := l.someProgress()
	p.XP, p.Marker = 5*l.UpTo(10), l.Pick(markers)
	p, err := l.s.AddProgress(ctx, p)
	if err == nil {
		l.states.Note(p, false)
	}
	return err
}

// forget removes the progress that a student made in a chapter, if they did.
func (l *Life) forget(ctx context.Context) error {
	p, err := l.s.RemoveProgress(ctx, l.someProgress())
	switch {
	case err == nil:
		l.states.Note(p, true)
	case errors.Is(err, ddb.ErrNotFound):
		err = nil
	}
	return err
}

// someProgress is the key of progress that may exist.
func (l *Life) someProgress() platform.Progress {
	e := l.d.Enrollments[l.IntN(len(l.d.Enrollments))]
	return platform.Progress{StudentID: e.StudentID, EnrollmentID: e.ID, ChapterID: l.Pick(l.chapters[e.CourseID])}
}

func (l *Life) rename(ctx context.Context) error {
	st := l.d.Students[l.IntN(len(l.d.Students))]
	_, err := l.s.Rename(ctx, st.ID, l.FirstName(), l.LastName())
	return err
}

func (l *Life) open(ctx context.Context) error {
	c := platform.Course{ID: l.ID(), TrackID: l.someTrack(), Name: l.Pick(forms) + " " + l.Pick(subjects)}
	if err := l.s.CreateCourse(ctx, c); err != nil {
		return err
	}
	l.opened = append(l.opened, c)
	l.states.Note(c, false)
	return nil
}

func (l *Life) close(ctx context.Context) error {
	i := l.IntN(len(l.opened))
	c := l.opened[i]
	if err := l.s.RemoveCourse(ctx, c); err != nil {
		return err
	}
	l.opened = append(l.opened[:i], l.opened[i+1:]...)
	l.states.Note(c, true)
	return nil
}

// move moves a course to another track, or to its own.
func (l *Life) move(ctx context.Context) error {
	c := &l.opened[l.IntN(len(l.opened))]
	from := *c
	moved, err := l.s.MoveCourse(ctx, from, l.someTrack())
	if err != nil {
		return err
	}
	*c = moved
	l.states.Note(from, true)
	l.states.Note(moved, false)
	return nil
}

func (l *Life) someTrack() string { return l.d.Tracks[l.IntN(len(l.d.Tracks))].ID }
