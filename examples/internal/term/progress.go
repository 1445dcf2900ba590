package term

import (
	"io"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// patience is how long a task may take before it shows a bar.
const patience = 500 * time.Millisecond

// Bar shows the progress of a long task, on a terminal and after a short delay. It is safe for concurrent use.
type Bar struct {
	mu      sync.Mutex
	w       io.Writer
	what    string
	begin   time.Time
	writer  progress.Writer
	tracker *progress.Tracker
	ended   chan struct{}
}

// NewBar returns a bar that is not shown yet.
func NewBar(w io.Writer, what string) *Bar { return &Bar{w: w, what: what, begin: time.Now()} }

// Set reports that done of total are done; total is 0 while it is unknown.
func (b *Bar) Set(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writer == nil {
		if !Is(b.w) || time.Since(b.begin) < patience {
			return
		}
		b.show(total)
	}
	b.tracker.UpdateTotal(int64(total))
	b.tracker.SetValue(int64(done))
}

func (b *Bar) show(total int) {
	b.writer = progress.NewWriter()
	b.writer.SetOutputWriter(b.w)
	b.writer.SetAutoStop(false)
	b.writer.SetUpdateFrequency(100 * time.Millisecond)
	b.writer.SetStyle(progress.StyleBlocks)
	b.writer.SetTrackerPosition(progress.PositionRight)
	b.writer.Style().Visibility.Time = false // it would count from when the bar appeared
	b.tracker = &progress.Tracker{Message: b.what, Total: int64(total)}
	b.writer.AppendTracker(b.tracker)
	b.ended = make(chan struct{})
	go func() {
		defer close(b.ended)
		b.writer.Render()
	}()
}

// End leaves the bar as it is, and the cursor below it.
func (b *Bar) End() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writer == nil {
		return
	}
	b.writer.Stop()
	<-b.ended
}
