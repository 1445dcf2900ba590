package main

import (
	"context"
	"iter"
	"time"

	"github.com/singletable-go/ddb/examples/internal/app"
)

// accessPatterns lists the four access patterns, with values from what [seed] writes, and more that the table supports.
// The third and the fourth write, so each run leaves a group and a message.
func accessPatterns(s *Store) []app.Pattern {
	var (
		group = conversations[0].ID()
		ada   = People[0]
		bayo  = People[1]
		lena  = People[2]
		late  = conversations[0].begin.Add(45 * time.Minute)
	)
	var sent Message // by the fourth, for the last
	messages := func(w Window) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			page, err := s.Messages(ctx, ada.UserID, group, w, pageSize, "")
			return len(page.Items), err
		}
	}
	groups := func(w Window) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			page, err := s.Groups(ctx, ada.UserID, w, pageSize, "")
			return len(page.Items), err
		}
	}
	return []app.Pattern{
		{Name: "A: messages of a group", Run: messages(Window{})},
		{Name: "B: groups of a user", Run: groups(Window{})},
		{Name: "C: a new group", Run: func(ctx context.Context) (int, error) {
			_, err := s.Start(ctx, bayo, "Hello Lena!", lena)
			return 5, err // a message, two group items and two members
		}},
		{Name: "D: a message to a group", Run: func(ctx context.Context) (int, error) {
			var err error
			sent, err = s.Send(ctx, ada, group, "One more thing: gloves.")
			return 1, err
		}},
		{Name: "messages of a group in a window", Extra: true, Run: messages(Window{From: late, Until: late.Add(15 * time.Minute)})},
		{Name: "groups of a user in a window", Extra: true, Run: groups(Window{From: late.AddDate(0, 0, -1), Until: late})},
		extra(app.Many("members of a group", func(ctx context.Context) iter.Seq2[Member, error] {
			return s.members.Consistent().Query(ctx, MembersOf(group))
		})),
		extra(app.Many("rows of a group, by the index", func(ctx context.Context) iter.Seq2[Group, error] {
			return s.groups.Query(ctx, RowsOf(group))
		})),
		{Name: "two rows follow a message", Extra: true, Run: func(ctx context.Context) (int, error) {
			return 2, LastMessage.Apply(ctx, s.db, sent)
		}},
	}
}

func extra(p app.Pattern) app.Pattern {
	p.Extra = true
	return p
}
