package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/leases"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// ownWrites is how many writes stream makes if nothing else can write.
const ownWrites = 20

// readers follow the table's stream.
const readers leases.Group = "learning"

// stream follows the table's stream until it is interrupted, or until it has seen its own writes. Without own writes it
// continues where it stopped, and shares the work with other followers.
func (c *commands) stream(ctx context.Context, s *app.Session) error {
	writes := c.writes
	if writes == 0 && s.Engine.Fresh {
		writes = ownWrites
	}
	f := &feed{out: s.Out, quiet: writes > 0, states: school.States{}}
	letters := ddbstream.NewFile(c.deadLetters)
	mux := platform.NewStore(s.DB).Mux(&ddb.MuxOptions{DeadLetters: func(ctx context.Context, r ddb.Record, cause error) error {
		if err := letters.Put(ctx, r, cause); err != nil {
			return err
		}
		f.gaveUp(fmt.Sprintf("failed, kept in %s: %v", c.deadLetters, cause))
		return nil
	}})
	f.watch(mux)
	var positions ddbstream.Store = &ddbstream.MemoryStore{} // to see its own writes it reads everything
	if writes == 0 {
		shared, err := readers.Create(ctx, s)
		if err != nil {
			return err
		}
		positions = shared
	}
	reader := c.reader(s, mux, positions)
	if writes == 0 {
		fmt.Fprintf(s.Out, "following the changes of table %q until it is interrupted\n", s.DB.Name())
		err := reader.Run(ctx)
		f.summary()
		return err
	}
	return c.streamOwn(ctx, s, f, reader, writes)
}

// reader reads the table's stream into mux.
func (c *commands) reader(s *app.Session, mux *ddb.Mux, positions ddbstream.Store) *ddbstream.Reader {
	return ddbstream.NewReader(engine.Streams(s.Engine.Client), s.DB.Name(), mux, positions, &ddbstream.Options{
		Lease:    5 * time.Second,
		Poll:     250 * time.Millisecond,
		Discover: 2 * time.Second,
		OnError: func(_ context.Context, err error) {
			fmt.Fprintf(s.Err, "stream: trying again: %v\n", err)
		},
		OnGap: func(ctx context.Context, g *ddbstream.Gap) error {
			fmt.Fprintf(s.Err, "stream: %v\n", g)
			if !g.Lost {
				return nil
			}
			return c.rebuild(ctx, s)
		},
	})
}

// streamOwn follows the stream while it makes writes itself, and ends when it has seen them all.
func (c *commands) streamOwn(ctx context.Context, s *app.Session, f *feed, reader *ddbstream.Reader, writes int) error {
	fmt.Fprintf(s.Out, "following the changes of table %q while %d are made\n", s.DB.Name(), writes)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- reader.Run(reading) }()

	l := school.NewLife(platform.NewStore(s.DB), school.Generate(c.size), uint64(time.Now().UnixNano()))
	catchUp := func() error {
		for !f.seen(l.States()) {
			select {
			case <-time.After(50 * time.Millisecond):
			case err := <-ended: // the reader ended early
				ended <- nil
				return errors.Join(err, ctx.Err())
			}
		}
		return nil
	}
	err := l.Read(ctx) // the last write: once it is seen, so are the earlier ones
	if err == nil {
		err = catchUp()
	}
	f.speak()
	if err == nil {
		err = l.Live(ctx, writes, c.pause)
	}
	if err == nil {
		err = catchUp()
	}
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	f.summary()
	return c.verify(ctx, s)
}

// feed prints changes. It is safe for concurrent use: a reader has several shards.
type feed struct {
	mu      sync.Mutex
	out     io.Writer
	quiet   bool // changes are counted, not printed
	earlier int  // changes during the quiet
	printed int
	lost    int // changes that became dead letters
	states  school.States
}

// watch makes mux print the changes of every entity.
func (f *feed) watch(mux *ddb.Mux) {
	ddb.Handle(mux, platform.Tracks, func(_ context.Context, c ddb.Change[platform.Track]) error {
		if old, now := c.Old.Courses, c.New.Courses; c.Kind == ddb.Modified && old != now {
			return f.say(c.At, "track", c.Kind, "courses %d → %d: %s", old, now, c.New.Name)
		}
		return f.say(c.At, "track", c.Kind, "%s", c.New.Name)
	})
	ddb.Handle(mux, platform.Courses, func(_ context.Context, c ddb.Change[platform.Course]) error {
		is := either(c)
		f.saw(is, c.Kind == ddb.Removed)
		return f.say(c.At, "course", c.Kind, "%s, in track %s", is.Name, is.TrackID)
	})
	ddb.Handle(mux, platform.Chapters, func(_ context.Context, c ddb.Change[platform.Chapter]) error {
		is := either(c)
		return f.say(c.At, "chapter", c.Kind, "%s, version %d, in course %s", is.ID, is.Version, is.CourseID)
	})
	ddb.Handle(mux, platform.Students, func(_ context.Context, c ddb.Change[platform.Student]) error {
		is := either(c)
		if old, now := c.Old.XP, c.New.XP; c.Kind == ddb.Modified && old != now {
			return f.say(c.At, "student", c.Kind, "xp %d → %d: %s %s", old, now, is.FirstName, is.LastName)
		}
		return f.say(c.At, "student", c.Kind, "%s %s, %s", is.FirstName, is.LastName, is.Email)
	})
	ddb.Handle(mux, platform.Enrollments, func(_ context.Context, c ddb.Change[platform.Enrollment]) error {
		is := either(c)
		return f.say(c.At, "enrollment", c.Kind, "student %s in course %s", is.StudentID, is.CourseID)
	})
	ddb.Handle(mux, platform.Preferences, func(_ context.Context, c ddb.Change[platform.Preference]) error {
		is := either(c)
		return f.say(c.At, "preference", c.Kind, "student %s, track %s", is.StudentID, is.TrackID)
	})
	ddb.Handle(mux, platform.Progresses, func(_ context.Context, c ddb.Change[platform.Progress]) error {
		is := either(c)
		f.saw(is, c.Kind == ddb.Removed)
		return f.say(c.At, "progress", c.Kind, "%+d xp: student %s, chapter %s", c.New.XP-c.Old.XP, is.StudentID, is.ChapterID)
	})
}

// either returns the present item, or the former one after a deletion.
func either[T any](c ddb.Change[T]) T {
	if c.Kind == ddb.Removed || c.Kind == ddb.Expired {
		return c.Old
	}
	return c.New
}

func (f *feed) say(at time.Time, what string, kind ddb.ChangeKind, format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.quiet {
		f.earlier++
		return nil
	}
	f.printed++
	_, err := fmt.Fprintf(f.out, "%s  %-10s  %-8s  %s\n", at.Local().Format(time.TimeOnly), what, kind, fmt.Sprintf(format, args...))
	return err
}

// speak ends the quiet.
func (f *feed) speak() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.quiet = false
	fmt.Fprintf(f.out, "%d earlier changes\n", f.earlier)
}

func (f *feed) gaveUp(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost++
	fmt.Fprintln(f.out, line)
}

func (f *feed) summary() {
	f.mu.Lock()
	defer f.mu.Unlock()
	fmt.Fprintf(f.out, "\n%d changes, %d dead letters\n", f.earlier+f.printed, f.lost)
}

// saw notes the state of a source.
func (f *feed) saw(source any, gone bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.states.Note(source, gone)
}

// seen reports whether the sources were seen in these states, or never will be.
func (f *feed) seen(states school.States) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost > 0 || f.states.Cover(states)
}
