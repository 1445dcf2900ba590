package main

import (
	"context"
	"iter"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/examples/messaging/web"
)

// Lines of package groups that make requests: the report shows them beside the patterns.
const (
	getMember     = "members.Get(ctx, Member{GroupID: groupID, UserID: userID})"
	queryMessages = "Messages.Query(Message{GroupID: groupID}).SortKey(w.bounds(&Messages.Fields().CreatedAt)...).Desc()"
	queryGroups   = "Groups.Query(Group{OwnerID: userID}).SortKey(w.bounds(&Groups.Fields().LastAt)...).Desc()"
	transact      = "s.db.Transact(ctx, ops...)"
	upsertMark    = "s.marks.Upsert(ctx, Mark{UserID: userID, GroupID: groupID}, " +
		"ddb.If(ddb.Or(ddb.Absent(&f.ReadTo), ddb.Lt(&f.ReadTo, readTo))), ddb.Set(&f.ReadTo, readTo))"
)

// accessPatterns lists the four access patterns, with values from what [groups.Seed] writes, and more that the table supports.
// The third and the fourth write, so each run leaves a group and a message.
func accessPatterns(db *ddb.DB, s *groups.Store) []app.Pattern {
	var (
		group = groups.Conversations[0].ID()
		ada   = groups.People[0]
		bayo  = groups.People[1]
		lena  = groups.People[2]
		late  = groups.Conversations[0].Begin.Add(45 * time.Minute)
	)
	var sent groups.Message // by the fourth, for the last
	messages := func(w groups.Window) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			page, err := s.Messages(ctx, ada.UserID, group, w, web.PageSize, "")
			return len(page.Items), err
		}
	}
	lists := func(w groups.Window) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			page, err := s.Groups(ctx, ada.UserID, w, web.PageSize, "")
			return len(page.Items), err
		}
	}
	return []app.Pattern{
		{Name: "A: messages of a group", Go: []string{getMember, queryMessages}, Run: messages(groups.Window{})},
		{Name: "B: groups of a user", Go: []string{queryGroups}, Run: lists(groups.Window{})},
		{Name: "C: a new group", Go: []string{transact}, Run: func(ctx context.Context) (int, error) {
			_, err := s.Start(ctx, bayo, "Hello Lena!", lena)
			return 6, err // a message, its receipt, two group items and two members
		}},
		{Name: "D: a message to a group", Go: []string{getMember, transact}, Run: func(ctx context.Context) (int, error) {
			var err error
			sent, err = s.Send(ctx, ada, group, "One more thing: gloves.")
			return 2, err // a message and its receipt
		}},
		{Name: "messages of a group in a window", Go: []string{getMember, queryMessages}, Extra: true, Run: messages(groups.Window{From: late, Until: late.Add(15 * time.Minute)})},
		{Name: "groups of a user in a window", Go: []string{queryGroups}, Extra: true, Run: lists(groups.Window{From: late.AddDate(0, 0, -1), Until: late})},
		extra(app.Many("members of a group", func(ctx context.Context) iter.Seq2[groups.Member, error] {
			return ddb.NewRepository(db, groups.Members).Consistent().Query(ctx, groups.MembersOf(group))
		}).By("Members.Query(Member{GroupID: groupID})")),
		extra(app.Many("entries of a group, by the index", func(ctx context.Context) iter.Seq2[groups.Group, error] {
			return ddb.NewRepository(db, groups.Groups).Query(ctx, groups.EntriesOf(group))
		}).By("Groups.On(ByGroup, Group{GroupID: groupID})")),
		{Name: "two entries follow a message", Go: []string{"groups.LastMessage.Apply(ctx, db, sent)"}, Extra: true, Run: func(ctx context.Context) (int, error) {
			return 2, groups.LastMessage.Apply(ctx, db, sent)
		}},
		{Name: "a group was read", Go: []string{getMember, upsertMark}, Extra: true, Run: func(ctx context.Context) (int, error) {
			_, err := s.MarkRead(ctx, bayo.UserID, group, sent.CreatedAt)
			return 1, err
		}},
		{Name: "what a user has read", Go: []string{"Marks.Query(Mark{UserID: userID})"}, Extra: true, Run: func(ctx context.Context) (int, error) {
			page, err := s.Marks(ctx, bayo.UserID, web.PageSize, "")
			return len(page.Items), err
		}},
	}
}

func extra(p app.Pattern) app.Pattern {
	p.Extra = true
	return p
}
