// Package events publishes what happens in the guide: the events in the outboxes of its items.
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Publish sends messages to the subscribers. After an error the messages are sent again, with what was sent of them.
// An error that matches [ddb.ErrUnavailable] is the topic's, any other that of the messages.
type Publish func(ctx context.Context, messages []Message) error

// Publisher returns the mux that publishes the events of a table's stream: at least once, and those of one item in
// order. All events of one type in a batch form messages. A record is as the stream has it, with both images.
//
// A record that no message can hold, or that the topic refuses, goes to letters after three attempts, and the others go
// on. Without letters it stops them all.
func Publisher(publish Publish, letters ddbstream.Sink) *ddb.Mux {
	opts := &ddb.MuxOptions{}
	if letters != nil {
		opts.DeadLetters = letters.Put
	}
	mux := ddb.NewMux(things.OneTable, opts)
	mux.HandleBatch(func(ctx context.Context, changes []ddb.Change[any]) error {
		messages, err := messagesOf(changes)
		if err != nil || len(messages) == 0 {
			return err
		}
		return publish(ctx, messages)
	})
	return mux
}

// messagesOf returns the messages of changes, by type of event.
func messagesOf(changes []ddb.Change[any]) ([]Message, error) {
	records := map[things.EventType][]string{}
	for _, c := range changes {
		e := things.EventOf(c)
		if e == "" {
			continue
		}
		record, err := json.Marshal(c.Record())
		if err != nil {
			return nil, err
		}
		records[e] = append(records[e], outside.Replace(string(record)))
	}
	var all []Message
	for _, e := range slices.Sorted(maps.Keys(records)) {
		messages, err := join(e, records[e])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e, err)
		}
		all = append(all, messages...)
	}
	return all, nil
}

// outside escapes, in JSON, the two characters that a message must not have.
var outside = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`)
