package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

var (
	errNoStream = errors.New("ddbstream: the table has no stream")
	errOff      = errors.New("ddbstream: the stream of the table is switched off and has been read to its end: new writes have no records. " +
		"Switch it on with NEW_AND_OLD_IMAGES, then rebuild derived data")
)

// plan finds the shards, and takes those that this worker should read.
func (r *Reader) plan(ctx context.Context) error {
	leases, err := r.store.Leases(ctx)
	if r.note(ctx, opStore, err) != nil {
		return err
	}
	r.saw(leases)
	r.requests(ctx, leases)
	if err := r.given(ctx, leases); err != nil {
		return err
	}
	streams, err := r.streams(ctx)
	if err != nil {
		return err
	}
	fresh := len(leases) == 0
	if _, err := r.begins(ctx, streams[len(streams)-1], fresh); err != nil { // before the leases are deleted that show it is not fresh
		return err
	}
	if leases, err = r.forget(ctx, leases, streams); err != nil {
		return err
	}
	r.saw(leases)
	first := len(streams) - 1 // an older stream without leases is skipped
	for i := range streams {
		if i < first && len(ofStream(leases, streams[i])) > 0 {
			first = i
		}
	}
	for _, arn := range streams[first:] {
		of := ofStream(leases, arn)
		if len(of) == 0 && len(leases) > 0 {
			if err := r.gap(ctx, &Gap{Kind: GapNewStream, Stream: arn, Lost: true}); err != nil {
				return err
			}
		}
		finished, err := r.stream(ctx, arn, of, fresh)
		if err != nil || !finished {
			r.noteAll(ctx, opStream, nil)
			return err // streams are read one after the other
		}
	}
	r.mu.Lock()
	drains := r.drain != nil
	r.mu.Unlock()
	if !drains {
		r.noteAll(ctx, opStream, fmt.Errorf("%w: %q", errOff, r.table))
	}
	return nil
}

func ofStream(leases []Lease, arn string) (out []Lease) {
	for _, l := range leases {
		if l.Stream == arn {
			out = append(out, l)
		}
	}
	return out
}

// streams returns the ARNs of the table's streams, oldest first.
func (r *Reader) streams(ctx context.Context) (arns []string, err error) {
	type labelled struct{ label, arn string }
	var all []labelled
	in := &dynamodbstreams.ListStreamsInput{TableName: &r.table}
	for {
		out, err := r.client.ListStreams(ctx, in)
		if r.note(ctx, opList, err) != nil {
			return nil, fmt.Errorf("ddbstream: streams of table %q: %w", r.table, permission(err))
		}
		r.mu.Lock()
		r.now = serverTime(out.ResultMetadata)
		r.mu.Unlock()
		for _, s := range out.Streams {
			all = append(all, labelled{text(s.StreamLabel), text(s.StreamArn)})
		}
		if in.ExclusiveStartStreamArn = out.LastEvaluatedStreamArn; in.ExclusiveStartStreamArn == nil {
			break
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: %q", errNoStream, r.table)
	}
	slices.SortFunc(all, func(a, b labelled) int { return strings.Compare(a.label, b.label) })
	for _, s := range all {
		arns = append(arns, s.arn)
	}
	return arns, nil
}

// forget removes the leases of streams that no longer exist; their unread records are lost.
func (r *Reader) forget(ctx context.Context, leases []Lease, streams []string) (left []Lease, err error) {
	gone := map[string]bool{}
	for _, l := range leases {
		if slices.Contains(streams, l.Stream) {
			left = append(left, l)
			continue
		}
		if !gone[l.Stream] {
			gone[l.Stream] = true
			if err := r.gap(ctx, &Gap{Kind: GapNewStream, Stream: streams[len(streams)-1], After: l.Checkpoint, Lost: true}); err != nil {
				return nil, err
			}
		}
		if err := r.delete(ctx, l); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// stream makes leases for new shards of a stream, takes those that are due, and reports whether all of it is read. Only
// a stream that has ended can be read completely.
func (r *Reader) stream(ctx context.Context, arn string, leases []Lease, fresh bool) (finished bool, err error) {
	if _, err := r.begins(ctx, arn, fresh); err != nil { // before there is a lease
		return false, err
	}
	shards, open, err := r.describe(ctx, arn)
	if err != nil {
		return false, err
	}
	byShard := map[string]Lease{}
	for _, l := range leases {
		byShard[l.Shard] = l
	}
	raced := false
	for _, s := range shards {
		id, parent := text(s.ShardId), text(s.ParentShardId)
		if _, known := byShard[id]; known {
			continue
		}
		if begun(leases) && !listed(shards, parent) && parent != "" && !byShard[parent].Done {
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: parent, Lost: true}); err != nil {
				return false, err
			}
		}
		l := Lease{Stream: arn, Shard: id, Parent: parent, Counter: 1}
		switch err := r.swap(ctx, l, 0); {
		case errors.Is(err, ErrLeaseLost): // another worker was first
			raced = true
		case err != nil:
			return false, err
		}
		byShard[id] = l
	}
	if raced { // the other worker's leases have the current state
		r.again()
		return false, nil
	}
	if err := r.trimmed(ctx, arn, leases, shards, byShard); err != nil {
		return false, err
	}
	var due []Lease
	finished = !open
	for _, s := range shards {
		l := byShard[text(s.ShardId)]
		if l.Done {
			continue
		}
		finished = false
		if _, there := byShard[l.Parent]; !there || byShard[l.Parent].Done {
			due = append(due, l)
		}
	}
	return finished, r.take(ctx, due)
}

// begun reports whether any worker has read from a stream: records trimmed before that are no gap. Workers make all
// leases before they take the first.
func begun(leases []Lease) bool {
	return slices.ContainsFunc(leases, func(l Lease) bool { return l.Counter > 1 || l.Done })
}

// trimmed finds leases of shards that the stream no longer has. A worker that reads such a shard sees it itself.
func (r *Reader) trimmed(ctx context.Context, arn string, leases []Lease, shards []types.Shard, byShard map[string]Lease) error {
	now := time.Now()
	for _, l := range leases {
		if listed(shards, l.Shard) {
			continue
		}
		if !l.Done {
			if r.reads(l) || l.Owner != "" && l.Owner != r.opts.Worker && !r.silent(l, now) {
				r.held(l)
				continue
			}
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: l.Shard, After: l.Checkpoint, Lost: true}); err != nil {
				return err
			}
		}
		if err := r.delete(ctx, l); err != nil {
			return err
		}
		delete(byShard, l.Shard)
	}
	return nil
}

// delete removes a lease, unless another worker has written it in between.
func (r *Reader) delete(ctx context.Context, l Lease) error {
	err := r.store.Delete(ctx, l)
	if errors.Is(err, ErrLeaseLost) {
		return nil
	}
	return r.note(ctx, opLease, err)
}

// listed reports whether the stream still has the shard.
func listed(shards []types.Shard, id string) bool {
	return slices.ContainsFunc(shards, func(s types.Shard) bool { return text(s.ShardId) == id })
}

// describe returns the shards of a stream, and whether it still receives records.
func (r *Reader) describe(ctx context.Context, arn string) (shards []types.Shard, open bool, err error) {
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &arn}
	for {
		out, err := r.client.DescribeStream(ctx, in)
		if r.note(ctx, opDescribe, err) != nil {
			return nil, false, fmt.Errorf("ddbstream: describe %s: %w", arn, permission(err))
		}
		d := out.StreamDescription
		if d == nil {
			return nil, false, fmt.Errorf("ddbstream: describe %s: the response describes no stream: look at what the client and the proxies do with responses", arn)
		}
		shards = append(shards, d.Shards...)
		open = d.StreamStatus == types.StreamStatusEnabled || d.StreamStatus == types.StreamStatusEnabling
		if in.ExclusiveStartShardId = d.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return shards, open, nil
		}
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
