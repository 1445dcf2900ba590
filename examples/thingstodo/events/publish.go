// Package events publishes what happens in the guide: the events in the outboxes of its items.
package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// maxBlock is the maximum size of a message to the topic.
const maxBlock = 256 << 10

// Publisher returns the mux that publishes the events in the outboxes. All events of one type in a batch form blocks
// {"records":[…]} of up to 256 KiB, so that subscribers filter by type. A record is as the stream has it, with both
// images. A deleted item has no outbox any more, but its deletion is published too.
func Publisher(publish func(ctx context.Context, e things.EventType, block []byte) error) *ddb.Mux {
	mux := ddb.NewMux(things.OneTable, nil)
	mux.HandleBatch(func(ctx context.Context, changes []ddb.Change[any]) error {
		records := map[things.EventType][][]byte{}
		for _, c := range changes {
			e := things.EventOf(c)
			if e == "" {
				continue
			}
			record, err := json.Marshal(c.Record())
			if err != nil {
				return err
			}
			records[e] = append(records[e], record)
		}
		for _, e := range slices.Sorted(maps.Keys(records)) {
			blocks, err := blocksOf(records[e])
			if err != nil {
				return fmt.Errorf("%s: %w", e, err)
			}
			for _, b := range blocks {
				if err := publish(ctx, e, b); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return mux
}

// blocksOf joins records to as few blocks as possible, in order.
func blocksOf(records [][]byte) ([][]byte, error) {
	const head, tail = `{"records":[`, `]}`
	var blocks [][]byte
	for len(records) > 0 {
		size, n := len(head)+len(records[0])+len(tail), 1
		if size > maxBlock {
			return nil, fmt.Errorf("a record of %d bytes exceeds the maximum message size", len(records[0]))
		}
		for n < len(records) && size+1+len(records[n]) <= maxBlock {
			size += 1 + len(records[n])
			n++
		}
		blocks = append(blocks, slices.Concat([]byte(head), bytes.Join(records[:n], []byte(",")), []byte(tail)))
		records = records[n:]
	}
	return blocks, nil
}
