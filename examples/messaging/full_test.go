package main

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// full fills the item collections of [groups.Sample] that patterns read, up to their typical numbers: a third person, more
// messages in a group, more groups of a person, and how far another has read.
func full(ctx context.Context, db *ddb.DB) error {
	if err := groups.Sample(ctx, db); err != nil {
		return err
	}
	morning := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	ada, otis := groups.Author{UserID: "ada"}, groups.Author{UserID: "otis"}
	var ops []ddb.Op
	message := func(group string, i int, at time.Time) groups.Message {
		m := groups.Message{GroupID: group, ID: fmt.Sprintf("more-%d", i), CreatedAt: at, Author: ada}
		ops = append(ops, groups.Messages.Create(m), groups.Receipts.Create(groups.Receipt{GroupID: group, ID: m.ID, CreatedAt: at}))
		return m
	}
	seat := func(last groups.Message, user string, other groups.Author) {
		ops = append(ops,
			groups.Groups.Create(groups.Group{OwnerID: user, LastAt: last.CreatedAt, GroupID: last.GroupID, Last: last.Text, LastBy: last.UserID, Author: other}),
			groups.Members.Create(groups.Member{GroupID: last.GroupID, UserID: user, LastAt: last.CreatedAt, LastID: last.ID}))
	}
	for i := range 147 {
		message("lighthouse", i, morning.Add(-time.Duration(i+1)*time.Minute))
	}
	newest := groups.Message{GroupID: "lighthouse", ID: "m3", CreatedAt: morning.Add(3 * time.Minute), Author: ada}
	seat(newest, "otis", ada)
	for i := range 28 {
		m := message(fmt.Sprintf("group-%d", i), i, morning.Add(time.Duration(i)*time.Minute))
		seat(m, "ada", otis)
		seat(m, "otis", ada)
	}
	for i := range 24 {
		ops = append(ops, groups.Marks.Create(groups.Mark{UserID: "bayo", GroupID: fmt.Sprintf("group-%d", i), ReadTo: groups.Stamp(morning)}))
	}
	return db.Batch(ctx, ops...)
}
