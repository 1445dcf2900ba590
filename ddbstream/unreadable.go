package ddbstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Unreadable is a record that this reader cannot convert: of a kind, or with a type of attribute, that came after it. It has
// the record as the SDK gave it, and its text has the record as JSON.
type Unreadable struct {
	Stream, Shard string
	Sequence      string // "" where the record has none
	Raw           types.Record
	Err           error
}

func (u *Unreadable) Error() string {
	raw, err := json.Marshal(u.Raw)
	if err != nil {
		raw = []byte(err.Error())
	}
	return fmt.Sprintf("ddbstream: shard %s: unreadable record %s: %v: %s", u.Shard, u.Sequence, u.Err, raw)
}

// Unwrap returns why it cannot be converted.
func (u *Unreadable) Unwrap() error { return u.Err }

// errKept says that an unreadable record was not taken by anybody.
var errKept = errors.New("it is not skipped: set Options.OnUnreadable to keep it elsewhere and go on")

// unreadable hands over a record that cannot be converted; nil says that the reader may go on behind it.
func (s *shard) unreadable(ctx context.Context, u *Unreadable) error {
	if s.r.opts.OnUnreadable == nil {
		return fmt.Errorf("%w: %w", u, errKept)
	}
	return safely(func() error { return s.r.opts.OnUnreadable(ctx, u) })
}
