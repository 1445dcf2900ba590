package main

import (
	"context"
	"errors"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/random"
)

// life simulates a school: students read on or begin again; courses open, close and change track.
type life struct {
	*random.Source
	s        *Store
	d        Data
	chapters map[string][]string // ids, by course
	opened   []Course            // opened by it and not closed since
	sources  map[string]string   // of the aggregates: the state in which it left each
}

// newLife returns the life of a school that was seeded with d.
func newLife(s *Store, d Data, seed uint64) *life {
	l := &life{
		Source: random.New(seed + 1), s: s, d: d,
		chapters: map[string][]string{}, sources: map[string]string{},
	}
	for _, versions := range d.Chapters {
		h := versions[0]
		l.chapters[h.CourseID] = append(l.chapters[h.CourseID], h.ID)
	}
	return l
}

// live makes n writes, with a pause between them.
func (l *life) live(ctx context.Context, n int, pause time.Duration) error {
	for i := range n {
		if i > 0 {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := l.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// step makes one write.
func (l *life) step(ctx context.Context) error {
	switch n := l.IntN(20); {
	case n < 11:
		return l.read(ctx)
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

// read makes a student gain xp in a chapter, or begin it.
func (l *life) read(ctx context.Context) error {
	f := Progresses.Fields()
	p, err := l.s.progress.Upsert(ctx, l.someProgress(), ddb.Add(&f.XP, 5*l.UpTo(10)), ddb.Set(&f.Marker, l.Pick(markers)))
	if err == nil {
		l.made(p, false)
	}
	return err
}

// forget removes the progress that a student made in a chapter, if they did.
func (l *life) forget(ctx context.Context) error {
	p, err := l.s.progress.Take(ctx, l.someProgress())
	switch {
	case err == nil:
		l.made(p, true)
	case errors.Is(err, ddb.ErrNotFound):
		err = nil
	}
	return err
}

// someProgress is the key of progress that may exist.
func (l *life) someProgress() Progress {
	e := l.d.Enrollments[l.IntN(len(l.d.Enrollments))]
	return Progress{StudentID: e.StudentID, EnrollmentID: e.ID, ChapterID: l.Pick(l.chapters[e.CourseID])}
}

func (l *life) rename(ctx context.Context) error {
	st := l.d.Students[l.IntN(len(l.d.Students))]
	_, err := l.s.Rename(ctx, st.ID, l.FirstName(), l.LastName())
	return err
}

func (l *life) open(ctx context.Context) error {
	c, err := l.s.courses.Create(ctx, Course{ID: l.ID(), TrackID: l.someTrack(), Name: l.Pick(forms) + " " + l.Pick(subjects)})
	if err != nil {
		return err
	}
	l.opened = append(l.opened, c)
	l.made(c, false)
	return nil
}

func (l *life) close(ctx context.Context) error {
	i := l.IntN(len(l.opened))
	c := l.opened[i]
	if err := l.s.courses.Delete(ctx, c); err != nil {
		return err
	}
	l.opened = append(l.opened[:i], l.opened[i+1:]...)
	l.made(c, true)
	return nil
}

// move moves a course to another track, or to its own.
func (l *life) move(ctx context.Context) error {
	c := &l.opened[l.IntN(len(l.opened))]
	from, to := *c, *c
	to.TrackID = l.someTrack()
	moved, err := l.s.courses.Move(ctx, from, to)
	if err != nil {
		return err
	}
	*c = moved
	l.made(from, true)
	l.made(moved, false)
	return nil
}

func (l *life) someTrack() string { return l.d.Tracks[l.IntN(len(l.d.Tracks))].ID }

// made notes the state of a source.
func (l *life) made(source any, gone bool) {
	key, state := sourceState(source, gone)
	l.sources[key] = state
}
