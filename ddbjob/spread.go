package ddbjob

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

const (
	// spreadItems and spreadBytes bound what a spread holds.
	spreadItems = 4096
	spreadBytes = 16 << 20
)

// outgoing is an item to be put.
type outgoing struct {
	item      attr.Item
	key       string // canonical
	partition string // likewise
	size      int
	file      int // of an import
	line      int
}

// spread puts items in an order that spreads them over partition keys. It holds some thousands, so that what one part of a table or of a
// file has of one partition key is written in between what others have.
type spread struct {
	db      *write.DB
	job     *read.Job
	refused func(outgoing, error) // gets an item that DynamoDB refuses
	written func(outgoing)

	held  []outgoing
	keys  map[string]bool // of those
	bytes int
}

// add takes an item. One of the same key is written before: a request takes no two, and DynamoDB may refuse the second one.
func (s *spread) add(ctx context.Context, o outgoing) error {
	stored := model.Loaded(o.item)
	o.key = string(s.db.Table.AppendKey(nil, stored))
	o.partition = attr.Canonical(o.item[s.db.Table.Primary.Partition[0]])
	o.size = attr.Size(o.item)
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	if s.keys[o.key] {
		if err := s.write(ctx, len(s.held)); err != nil {
			return err
		}
	}
	s.keys[o.key] = true
	s.held = append(s.held, o)
	s.bytes += o.size
	if len(s.held) < spreadItems && s.bytes < spreadBytes {
		return nil
	}
	return s.write(ctx, (len(s.held)+1)/2)
}

// flush puts everything if all is set, and reports whether nothing is left.
func (s *spread) flush(ctx context.Context, all bool) (bool, error) {
	if all {
		if err := s.write(ctx, len(s.held)); err != nil {
			return false, err
		}
	}
	return len(s.held) == 0, nil
}

// write puts the first n items of the order.
func (s *spread) write(ctx context.Context, n int) error {
	s.held = inOrder(s.held)
	for now := s.held[:n]; len(now) > 0; {
		size := s.job.PieceOf(len(now), call.BatchWriteLimit*call.WidthOf(ctx), func(i int) int { return now[i].size })
		if err := s.job.Step(ctx); err != nil {
			return err
		}
		if err := s.put(ctx, now[:size]); err != nil {
			return err
		}
		now = now[size:]
	}
	s.held = append([]outgoing(nil), s.held[n:]...)
	clear(s.keys)
	s.bytes = 0
	for _, o := range s.held {
		s.keys[o.key] = true
		s.bytes += o.size
	}
	return nil
}

// put puts some items, in requests of 25, as many at once as there are workers.
func (s *spread) put(ctx context.Context, piece []outgoing) error {
	requests := slices.Collect(slices.Chunk(piece, call.BatchWriteLimit))
	failed := make([][]error, len(requests))
	err := call.Parallel(ctx, len(requests), func(i int) error {
		puts := make([]types.WriteRequest, len(requests[i]))
		for n, o := range requests[i] {
			puts[n].PutRequest = &types.PutRequest{Item: o.item}
		}
		failed[i] = s.db.BatchWrite(ctx, puts, nil)
		for _, err := range failed[i] {
			if err != nil && !ofItem(err) {
				return err
			}
		}
		return nil
	})
	for i, errs := range failed {
		for n, err := range errs {
			switch {
			case err == nil:
				s.job.Changed++
				s.written(requests[i][n])
			case ofItem(err):
				s.refused(requests[i][n], err)
			}
		}
	}
	return err
}

// ofItem reports whether DynamoDB refuses the item itself: others do not fail for it.
func ofItem(err error) bool {
	class := apierror.Of(err)
	return class == apierror.Request || class == apierror.Data
}
