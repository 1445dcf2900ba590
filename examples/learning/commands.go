package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// commands are the subcommands of this example, with the values of their flags.
type commands struct {
	size        school.Size
	writes      int
	pause       time.Duration
	deadLetters string
	addr        string
	listener    net.Listener // on addr
	clients     int
	duration    time.Duration
}

// derived are the views, each with what holds when it is correct.
var derived = []struct {
	view  *ddb.View
	holds string
}{
	{platform.StudentXP, "every student's xp equals the sum of their progress"},
	{platform.TrackCourses, "every track's courses are counted"},
}

// rebuild rebuilds the views.
func (c *commands) rebuild(ctx context.Context, s *app.Session) error {
	for _, d := range derived {
		if err := rebuildOne(ctx, s, d.view); err != nil {
			return err
		}
	}
	return nil
}

func rebuildOne(ctx context.Context, s *app.Session, v *ddb.View) error {
	bar := term.NewBar(s.Err, "rebuilding "+v.Name())
	begin := time.Now()
	var p ddb.Progress
	err := v.Rebuild(ctx, s.DB, &ddb.JobOptions{
		Workers: 4,
		Progress: func(now ddb.Progress) {
			p = now
			bar.Set(p.Items, p.Total)
		},
	})
	bar.End()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "rebuilt %s in %s: %d items read, %d sources and %d targets compared, %d changed\n",
		v.Name(), time.Since(begin).Round(time.Millisecond), p.Items, p.Sources, p.Targets, p.Changed)
	return nil
}

// verify reports the drift of the views.
func (c *commands) verify(ctx context.Context, s *app.Session) error {
	drift := 0
	for _, d := range derived {
		wrong, err := verifyOne(ctx, s, d.view)
		if err != nil {
			return err
		}
		if wrong == 0 {
			fmt.Fprintf(s.Out, "%s: no drift, %s\n", d.view.Name(), d.holds)
		}
		drift += wrong
	}
	if drift > 0 {
		return fmt.Errorf("derived values differ from their sources in %d places: run the command rebuild", drift)
	}
	return nil
}

func verifyOne(ctx context.Context, s *app.Session, v *ddb.View) (wrong int, err error) {
	switch lost, err := v.LastGap(ctx, s.DB); {
	case err != nil:
		return 0, err
	case lost != nil:
		fmt.Fprintf(s.Out, "%s: stream records were lost since the last rebuild: %v\n", v.Name(), lost)
	}
	for d, err := range v.Verify(ctx, s.DB, &ddb.JobOptions{Workers: 4}) {
		if err != nil {
			return wrong, err
		}
		fmt.Fprintln(s.Out, d)
		wrong++
	}
	return wrong, nil
}

// replay handles the dead letters again. Those that fail again stay in the file. A view counts no record twice,
// whatever it did with it before.
func (c *commands) replay(ctx context.Context, s *app.Session) error {
	letters := ddbstream.NewFile(c.deadLetters).Letters()
	n, err := ddbstream.Replay(ctx, letters, platform.NewStore(s.DB).Mux(nil), nil)
	fmt.Fprintf(s.Out, "replayed %d dead letters of %s, %d failed and are kept\n", n.Handled, c.deadLetters, n.Failed)
	return err
}
