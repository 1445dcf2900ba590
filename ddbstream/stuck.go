package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
)

// failed counts and reports a delivery that is retried. A lasting failure of a part of the processor that is not a
// record's fault is an outage of that part.
func (s *shard) failed(ctx context.Context, err error) {
	s.r.retries.Add(1)
	text := together(err).Error()
	s.meter.change(func(m *ShardStatus) { m.Retries++; m.LastError = text })
	s.r.report(ctx, "shard "+s.id, err)
	for _, part := range stops(err) {
		s.r.mu.Lock()
		if s.r.stuck[part] == nil {
			if s.r.stuck == nil {
				s.r.stuck = map[string]map[*shard]bool{}
			}
			s.r.stuck[part] = map[*shard]bool{}
		}
		s.r.stuck[part][s] = true
		s.r.mu.Unlock()
		s.r.noteAll(ctx, part, err)
	}
}

// goesOn notes that a batch of the shard is handled. The outage of a part ends with the last shard that it stopped.
func (s *shard) goesOn(ctx context.Context) {
	var over []string
	s.r.mu.Lock()
	for part, shards := range s.r.stuck {
		if shards[s] {
			if delete(shards, s); len(shards) == 0 {
				delete(s.r.stuck, part)
				over = append(over, part)
			}
		}
	}
	s.r.mu.Unlock()
	slices.Sort(over)
	for _, part := range over {
		s.r.noteAll(ctx, part, nil)
	}
}

// leaves forgets what stopped the shard, because this worker no longer reads it.
func (s *shard) leaves() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	for part, shards := range s.r.stuck {
		if delete(shards, s); len(shards) == 0 {
			delete(s.r.stuck, part)
			_ = s.r.circuits[part].count(nil)
		}
	}
}

// stops returns the parts of a processor that an error stops through no fault of a record.
func stops(err error) (parts []string) {
	for _, e := range flat(err) {
		if !errors.Is(e, ddb.ErrUnavailable) {
			continue
		}
		own := []string{"the processor"}
		if r, ok := errors.AsType[*ddb.RecordError](e); ok && len(r.Parts) > 0 {
			own = r.Parts
		}
		for _, part := range own {
			if !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// flat returns the errors that a delivery joins, one per line. An error that wraps two and has its own text counts as
// one.
func flat(err error) (out []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var lines []string
	for _, e := range joined.Unwrap() {
		lines = append(lines, e.Error())
		out = append(out, flat(e)...)
	}
	if err.Error() != strings.Join(lines, "\n") {
		return []error{err}
	}
	return out
}

// How much of an error is written to a log and to Status: a record may fail with a page of text, and a thousand records
// at once.
const (
	maxCauses    = 5
	maxCauseText = 2000
)

// summary is a short error: one example of each cause, with the number of the others.
type summary struct {
	causes []string
	firsts []error
	counts []int
}

// together returns the summary of a delivery's error.
func together(err error) *summary {
	s := &summary{}
	for _, e := range flat(err) {
		cause := causeOf(e)
		i := slices.Index(s.causes, cause)
		if i < 0 {
			i = len(s.causes)
			s.causes, s.firsts, s.counts = append(s.causes, cause), append(s.firsts, e), append(s.counts, 0)
		}
		s.counts[i]++
	}
	return s
}

func (s *summary) Error() string {
	var b strings.Builder
	for i, e := range s.firsts {
		if i == maxCauses {
			fmt.Fprintf(&b, "; and %d more causes", len(s.firsts)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		text := e.Error()
		if len(text) > maxCauseText {
			text = strings.ToValidUTF8(text[:maxCauseText], "") + " …"
		}
		b.WriteString(text)
		if n := s.counts[i] - 1; n > 0 {
			fmt.Fprintf(&b, " (and %d more records)", n)
		}
	}
	return b.String()
}

// hangs reports a delivery that has lasted longer than a lease.
func (s *shard) hangs(ctx context.Context) {
	at := s.meter.hangs(time.Now(), s.r.opts.Lease)
	if at.IsZero() {
		return
	}
	s.r.report(ctx, "delivery to shard "+s.id, fmt.Errorf("ddbstream: shard %s: the delivery that began at %s has not ended: "+
		"look for a handler that hangs and give it a deadline", s.id, at.UTC().Format(time.RFC3339)))
}

// overstays reports a handler that continues after its context has ended.
func (s *shard) overstays() {
	if s.ended.Load() {
		return
	}
	s.r.log(context.Background(), slog.LevelWarn, "stream: waiting for a handler that ignores the end of its context", "shard", s.id)
}
