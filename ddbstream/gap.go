package ddbstream

import (
	"fmt"
)

// GapKind says what kind of gap a reader found.
type GapKind string

// The kinds of gaps.
const (
	// GapTrimmed: records were dropped from the stream, after 24 hours, before they were read.
	GapTrimmed GapKind = "trimmed"
	// GapNewStream: the table has a new stream; what was written between the end of the old one and its start has no
	// records.
	GapNewStream GapKind = "new stream"
	// GapIterator: an iterator expired because a batch took longer than it lives. Nothing is lost: the reader goes on
	// behind the last record.
	GapIterator GapKind = "expired iterator"
)

// Gap is a break in what a reader reads. It is an error where nobody takes it.
type Gap struct {
	Kind   GapKind
	Stream string // ARN, of the new stream for GapNewStream
	Shard  string // "" where it is about the stream
	After  string // the sequence number of the last record that was handled, "" where it is not known
	Lost   bool   // records are, or may be, lost: whatever is derived from them needs a Rebuild
	Err    error  // what DynamoDB said, nil where it said nothing
}

func (g *Gap) Error() string {
	s := fmt.Sprintf("ddbstream: gap: %s: stream %s", g.Kind, g.Stream)
	if g.Shard != "" {
		s += ", shard " + g.Shard
	}
	if g.After != "" {
		s += ", after record " + g.After
	}
	if g.Lost {
		s += ": records are lost, rebuild what is derived from them"
	}
	if g.Err != nil {
		s += ": " + g.Err.Error()
	}
	return s
}

// Unwrap returns what DynamoDB said.
func (g *Gap) Unwrap() error { return g.Err }
