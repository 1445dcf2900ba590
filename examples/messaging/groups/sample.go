package groups

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// The people and the groups of [Sample]: their ids can be read.
var (
	brook = Author{UserID: "ada", DisplayName: "Ada Brook", Handle: "ada"}
	kent  = Author{UserID: "bayo", DisplayName: "Bayo Kent", Handle: "bayo"}
	moss  = Author{UserID: "lena", DisplayName: "Lena Moss", Handle: "lena"}
)

// Sample writes two groups, each with what the stream has done: the catalog measures its patterns on them, and the pictures of
// the table show them.
func Sample(ctx context.Context, db *ddb.DB) error {
	walk := []Message{
		sampled("lighthouse", "m1", 0, brook, "Are you still up for the walk to the lighthouse?"),
		sampled("lighthouse", "m2", 2, kent, "Absolutely."),
		sampled("lighthouse", "m3", 3, brook, "Low water is at 11:20."),
	}
	recipe := []Message{
		sampled("soup", "m4", 130, moss, "Do you have the recipe for that lentil soup?"),
		sampled("soup", "m5", 150, brook, "The one with too much cumin?"),
	}
	var ops []ddb.Op
	for _, m := range append(walk, recipe...) {
		ops = append(ops, Messages.Create(m), Receipts.Create(Receipt{GroupID: m.GroupID, ID: m.ID, CreatedAt: m.CreatedAt}))
	}
	ops = append(ops, seats(walk[2], []Author{brook, kent})...)
	ops = append(ops, seats(recipe[1], []Author{brook, moss})...)
	ops = append(ops, Marks.Create(Mark{UserID: "bayo", GroupID: "lighthouse", ReadTo: Stamp(walk[0].CreatedAt)}))
	return db.Batch(ctx, ops...)
}

// sampled is a message that was sent so many minutes after nine.
func sampled(groupID, id string, minutes int, from Author, text string) Message {
	at := time.Date(2026, time.March, 2, 9, minutes, 0, 0, time.UTC)
	return Message{GroupID: groupID, CreatedAt: at, ID: id, Text: text, Author: from}
}
