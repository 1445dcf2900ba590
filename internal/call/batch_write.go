package call

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// Limits of one BatchWriteItem. AWS: "BatchWriteItem".
const (
	BatchWriteLimit = 25
	MaxBatchBytes   = 16 << 20
)

// bulk is up to 25 puts and deletes of different items under way. Each can be repeated, so that one whose response was
// lost is sent again.
type bulk struct {
	c        *Conn
	requests []types.WriteRequest
	items    []*wire.Writer // of the puts, nil where the request has it
	lost     []bool         // whether a response that would have spoken of the request was lost
	errs     []error
}

// BatchWrite makes puts and deletes. items, unless nil, are written in the place of those of the requests, where they are not
// nil. It goes on until each is done, is refused, or the attempts without progress are used up. It
// returns an error for each, nil for one that was done.
func (c *Conn) BatchWrite(ctx context.Context, requests []types.WriteRequest, items []*wire.Writer) []error {
	b := &bulk{c: c, requests: requests, items: items, lost: make([]bool, len(requests)), errs: make([]error, len(requests))}
	all := make([]int, len(requests))
	for i := range all {
		all[i] = i
	}
	b.write(ctx, all)
	return b.errs
}

// write sends some of the requests in one BatchWriteItem, and again what stays unprocessed.
func (b *bulk) write(ctx context.Context, left []int) {
	var last error
	for idle := 0; idle < b.c.Attempts; idle++ { // attempts without progress
		wait := idle
		if last != nil {
			wait = max(idle, 1)
		}
		if err := PauseFrom(ctx, wait); err != nil {
			b.fail(left, errors.Join(err, last))
			return
		}
		unprocessed, err := b.send(ctx, left)
		switch class := apierror.Of(err); {
		case err == nil && len(unprocessed) == 0:
			return
		case err == nil:
			if len(unprocessed) < len(left) {
				idle = -1
			}
			left, last = unprocessed, fmt.Errorf("%w: unprocessed after %d attempts", fault.ErrThrottled, b.c.Attempts)
		case ctx.Err() != nil, class == apierror.Environment:
			b.fail(left, b.c.Explain(err))
			return
		case class.Passes():
			last = b.c.Explain(err)
		case len(left) > 1: // one of them is at fault: the others are not to suffer for it
			b.write(ctx, left[:len(left)/2])
			b.write(ctx, left[len(left)/2:])
			return
		default:
			b.fail(left, b.c.Explain(err))
			return
		}
	}
	b.fail(left, last)
}

// send makes one request, and returns what it left unprocessed.
func (b *bulk) send(ctx context.Context, left []int) (unprocessed []int, err error) {
	requests := make([]types.WriteRequest, len(left))
	for n, i := range left {
		requests[n] = b.requests[i]
	}
	var items []*wire.Writer
	if b.items != nil {
		items = make([]*wire.Writer, len(left))
		for n, i := range left {
			items[n] = b.items[i]
		}
	}
	m := b.c.meterOfItems(ctx, "BatchWriteItem", false).counted()
	m.itemCall.Items = items
	out, err := b.c.Client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems:           map[string][]types.WriteRequest{b.c.Name: requests},
		ReturnConsumedCapacity: m.want(),
	}, m.options)
	if m.lostAny(err) {
		for _, i := range left {
			b.lost[i] = true
		}
	}
	if x := m.seen; x != nil {
		x.batch(requests, items)
		if err == nil {
			for _, left := range out.UnprocessedItems {
				x.Unprocessed += len(left)
			}
		}
	}
	if err != nil {
		m.done(ctx, err)
		return left, err
	}
	m.done(ctx, nil, out.ConsumedCapacity...)
	if len(out.UnprocessedItems) == 0 {
		return nil, nil
	}
	if unprocessed, err = b.unprocessed(left, out.UnprocessedItems); err != nil {
		for _, i := range left {
			b.lost[i] = true
		}
		return left, err
	}
	return unprocessed, nil
}

// unprocessed returns those of the requests that a response lists as left, which are to be among them.
func (b *bulk) unprocessed(sent []int, left map[string][]types.WriteRequest) (out []int, err error) {
	ids := make(map[string]int, len(sent))
	for _, i := range sent {
		ids[b.id(b.requests[i])] = i
	}
	for _, requests := range left { // under the name of the table, or its ARN
		for n, r := range requests {
			if r.PutRequest == nil && r.DeleteRequest == nil {
				return nil, misfit("BatchWriteItem", "its unprocessed item %d is neither a put nor a delete", n)
			}
			i, ok := ids[b.id(r)]
			if !ok {
				return nil, misfit("BatchWriteItem", "its unprocessed item %d, %s, was not sent", n, b.c.Table.KeyText(b.keyOf(r)))
			}
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// keyOf returns the key that a request gives: the live table may have another than the model.
func (b *bulk) keyOf(r types.WriteRequest) attr.Item {
	if r.PutRequest != nil {
		return b.c.Table.KeyOf(model.Loaded(r.PutRequest.Item))
	}
	return r.DeleteRequest.Key
}

// id names the item of a request. Equal numbers are one, however they are written.
func (b *bulk) id(r types.WriteRequest) string { return attr.CanonicalItem(b.keyOf(r)) }

// fail records why requests were not done, as far as that is known.
func (b *bulk) fail(left []int, cause error) {
	for _, i := range left {
		b.errs[i] = fault.IfLost(b.lost[i], cause)
	}
}
