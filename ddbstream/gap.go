package ddbstream

import (
	"fmt"
)

// GapKind is the kind of a gap.
type GapKind string

// The kinds of gaps.
const (
	// GapTrimmed: the stream dropped records, after 24 hours, before they were read.
	GapTrimmed GapKind = "trimmed"
	// GapNewStream: the table has a new stream. Writes between the end of the old stream and the start of the new one
	// have no records.
	GapNewStream GapKind = "new stream"
	// GapIterator: an iterator expired because a batch took longer than its lifetime. Nothing is lost: the reader
	// continues after the last handled record.
	GapIterator GapKind = "expired iterator"
)

// Gap is a break in what a reader reads. It is the error of Run if no OnGap accepts it.
type Gap struct {
	Kind   GapKind
	Stream string // ARN, of the new stream for GapNewStream
	Shard  string // "" for the whole stream
	After  string // the sequence number of the last handled record, "" if unknown
	Lost   bool   // records are, or may be, lost: derived data needs a Rebuild
	Err    error  // DynamoDB's error, nil if there was none
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
		s += ": records are lost: rebuild the data derived from them"
	}
	if g.Err != nil {
		s += ": " + g.Err.Error()
	}
	return s
}

// Unwrap returns DynamoDB's error.
func (g *Gap) Unwrap() error { return g.Err }
