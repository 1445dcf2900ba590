// Package school is the data of the learning platform, generated: a school of any size, and the life in it.
package school

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/random"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// Size is the amount of data. The same size and seed give the same data.
type Size struct {
	Seed        uint64
	Tracks      int
	Courses     int // per track
	Chapters    int // per course
	Versions    int // per chapter, at most
	Students    int
	Enrollments int // per student
}

// DefaultSize is a small school.
var DefaultSize = Size{Seed: 1, Tracks: 4, Courses: 3, Chapters: 6, Versions: 4, Students: 40, Enrollments: 3}

// Data is the data of a school.
type Data struct {
	Tracks      []platform.Track
	Courses     []platform.Course
	Chapters    [][]platform.Chapter // the versions of each chapter, oldest first
	Students    []platform.Student
	Enrollments []platform.Enrollment
	Preferences []platform.Preference
	Progress    []platform.Progress
}

// Generate generates a school.
func Generate(size Size) Data {
	g := generator{random.New(size.Seed)}
	var d Data
	chapters := map[string][]platform.Chapter{} // the current chapters of each course
	for range size.Tracks {
		t := platform.Track{ID: g.ID(), Name: g.Pick(adjectives) + " " + g.Pick(subjects)}
		d.Tracks = append(d.Tracks, t)
		for range size.Courses {
			c := platform.Course{ID: g.ID(), TrackID: t.ID, Name: g.Pick(forms) + " " + g.Pick(subjects)}
			d.Courses = append(d.Courses, c)
			for range size.Chapters {
				versions := g.versions(c.ID, 1+g.IntN(size.Versions))
				d.Chapters = append(d.Chapters, versions)
				chapters[c.ID] = append(chapters[c.ID], versions[len(versions)-1])
			}
		}
	}
	for range size.Students {
		s := g.student()
		for _, i := range g.Some(size.Enrollments, len(d.Courses)) {
			id := platform.EnrollmentID(d.Courses[i].ID, s.ID)
			e := platform.Enrollment{ID: id, CourseID: d.Courses[i].ID, StudentID: s.ID, Date: g.time()}
			d.Enrollments = append(d.Enrollments, e)
			read := chapters[e.CourseID]
			for _, h := range read[:g.UpTo(len(read))] {
				p := platform.Progress{StudentID: s.ID, EnrollmentID: e.ID, ChapterID: h.ID, Marker: g.Pick(markers), XP: 5 * g.UpTo(10)}
				d.Progress = append(d.Progress, p)
			}
		}
		for _, i := range g.Some(2, len(d.Tracks)) {
			d.Preferences = append(d.Preferences, platform.Preference{StudentID: s.ID, TrackID: d.Tracks[i].ID})
		}
		d.Students = append(d.Students, s)
	}
	return d
}

// Items returns the number of items in the table. A chapter is one, each of its versions another, and a student has one
// more, which keeps the email unique.
func (d Data) Items() int {
	n := len(d.ops()) + len(d.Students)
	for _, versions := range d.Chapters {
		n += 1 + len(versions)
	}
	return n
}

// ops are the writes of the data, without the chapters. Students are created: a versioned item is not overwritten
// without a read.
func (d Data) ops() []ddb.Op {
	var ops []ddb.Op
	for _, t := range d.Tracks {
		ops = append(ops, platform.Tracks.Put(t))
	}
	for _, c := range d.Courses {
		ops = append(ops, platform.Courses.Put(c))
	}
	for _, st := range d.Students {
		ops = append(ops, platform.Students.Create(st))
	}
	for _, e := range d.Enrollments {
		ops = append(ops, platform.Enrollments.Put(e))
	}
	for _, p := range d.Preferences {
		ops = append(ops, platform.Preferences.Put(p))
	}
	for _, p := range d.Progress {
		ops = append(ops, platform.Progresses.Put(p))
	}
	return ops
}

// batchSize is the number of writes in one call: eight requests, which is how many the library sends at once.
const batchSize = 200

// Write writes the data: the chapters one by one, because each version needs the one before it, and everything else in
// batches. Existing items stay or are written again, so that an interrupted seeding can be run again.
func (d Data) Write(ctx context.Context, s *platform.Store, report func(done, total int)) error {
	total := d.Items()
	done, err := d.writeChapters(ctx, s, report)
	if err != nil {
		return err
	}
	err = app.Load(ctx, s.DB(), d.ops(), batchSize, func(loaded int) { report(done+loaded, total) })
	if err != nil {
		return err
	}
	report(total, total)
	return nil
}

// writeChapters writes several chapters concurrently, and returns how many items they took.
func (d Data) writeChapters(ctx context.Context, s *platform.Store, report func(done, total int)) (done int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		slots = make(chan struct{}, 16)
		total = d.Items()
	)
	for _, versions := range d.Chapters {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			if err := writeChapter(ctx, s, versions); err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			done += 1 + len(versions)
			report(done, total)
		})
	}
	wg.Wait()
	return done, context.Cause(ctx)
}

// writeChapter writes the missing versions, one after the other.
func writeChapter(ctx context.Context, s *platform.Store, versions []platform.Chapter) error {
	now, err := ddb.NewRepository(s.DB(), platform.Chapters).Consistent().Get(ctx, versions[0])
	if errors.Is(err, ddb.ErrNotFound) {
		now, err = platform.Chapter{}, nil
	}
	for err == nil && now.Version < int64(len(versions)) {
		next := versions[now.Version]
		next.Version = now.Version
		now, err = s.SaveChapter(ctx, next)
	}
	if _, there := platform.Chapters.Current(err); there && errors.Is(err, ddb.ErrConflict) {
		return writeChapter(ctx, s, versions) // a write of the interrupted seeding arrived late
	}
	return err
}

// generator generates values.
type generator struct{ *random.Source }

func (g generator) time() time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.IntN(300*24*60)) * time.Minute)
}

func (g generator) student() platform.Student {
	first, last := g.FirstName(), g.LastName()
	id := g.ID()
	return platform.Student{ID: id, FirstName: first, LastName: last, Email: fmt.Sprintf("%s.%s.%s@school.example", first, last, id)}
}

func (g generator) versions(courseID string, n int) []platform.Chapter {
	versions := make([]platform.Chapter, n)
	id := g.ID()
	for i := range versions {
		versions[i] = platform.Chapter{ID: id, CourseID: courseID, Content: g.text(60 + g.IntN(120))}
	}
	return versions
}

func (g generator) text(words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(g.Pick(lorem))
	}
	return b.String()
}

var (
	adjectives = []string{"Applied", "Modern", "Practical", "Classical", "Quiet", "Everyday"}
	subjects   = []string{"Astronomy", "Botany", "Cartography", "Databases", "Economics", "Fermentation", "Geometry", "History", "Ink", "Joinery"}
	forms      = []string{"Introduction to", "Elements of", "A tour of", "Problems in", "The history of"}
	markers    = []string{"begun", "half", "done"}
	lorem      = strings.Fields(`the table holds one partition for each course and a reader asks for what stands in it by the prefix of a key
		so that nothing else is read or paid for an index turns the question round and answers it from the other side`)
)
