package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// commands are the subcommands of this example, with the values of their flags.
type commands struct {
	user, group, cursor string
	limit               int
	from, until         string
	addr                string
	cache               bool
}

func (c *commands) schemaLoad(ctx context.Context, s *app.Session) error {
	switch err := s.DB.CreateTable(ctx); {
	case err == nil:
		fmt.Fprintf(s.Out, "created table %q\n", s.DB.Name())
	case errors.Is(err, ddb.ErrExists) && !errors.Is(err, ddb.ErrModel):
		fmt.Fprintf(s.Out, "table %q exists and matches the model\n", s.DB.Name())
	default:
		return err
	}
	return nil
}

func (c *commands) listTables(ctx context.Context, s *app.Session) error {
	pages := dynamodb.NewListTablesPaginator(s.Engine.Client, nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, name := range page.TableNames {
			fmt.Fprintln(s.Out, name)
		}
	}
	return nil
}

func (c *commands) getConversation(ctx context.Context, s *app.Session) error {
	user, w, err := c.question()
	if err != nil {
		return err
	}
	group := c.group
	if group == "" {
		group = groups.Conversations[0].ID()
	}
	ctx, meter := ddb.WithMeter(ctx)
	page, err := groups.NewStore(s.DB, nil).Messages(ctx, user.UserID, group, w, c.limit, ddb.Cursor(c.cursor))
	if err != nil {
		return err
	}
	t := &term.Table{Header: []string{"time", "from", "message"}, Wrap: "message"}
	for _, m := range slices.Backward(page.Items) {
		t.Add(m.CreatedAt.Format(time.DateTime), m.DisplayName, printable(m.Text))
	}
	return printPage(s, t, meter, page.Next)
}

func (c *commands) listConversations(ctx context.Context, s *app.Session) error {
	user, w, err := c.question()
	if err != nil {
		return err
	}
	ctx, meter := ddb.WithMeter(ctx)
	page, err := groups.NewStore(s.DB, nil).Groups(ctx, user.UserID, w, c.limit, ddb.Cursor(c.cursor))
	if err != nil {
		return err
	}
	t := &term.Table{Header: []string{"last message", "with", "message", "group"}, Below: [][]string{{"message"}, {"group"}}}
	for _, g := range page.Items {
		t.Add(g.LastAt.Format(time.DateTime), g.Name(), printable(g.Last), g.GroupID)
	}
	return printPage(s, t, meter, page.Next)
}

// check refuses flags of the two listings.
func (c *commands) check() error {
	_, _, err := c.question()
	return err
}

// question returns the user and the window of the flags.
func (c *commands) question() (user groups.Author, w groups.Window, err error) {
	user, ok := groups.People.ByHandle(c.user)
	if !ok {
		return user, w, fmt.Errorf("-user %s: no user has this handle", c.user)
	}
	for name, end := range map[string]struct {
		text string
		to   *time.Time
	}{"from": {c.from, &w.From}, "until": {c.until, &w.Until}} {
		if end.text == "" {
			continue
		}
		if *end.to, err = time.Parse(time.RFC3339Nano, end.text); err != nil {
			return user, w, fmt.Errorf("-%s %s: use a time such as 2026-03-02T09:30:00Z", name, end.text)
		}
	}
	return user, w, nil
}

// printable is a text without what would steer the terminal: anyone may have written it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

func printPage(s *app.Session, t *term.Table, m *ddb.Meter, next ddb.Cursor) error {
	fmt.Fprintln(s.Out)
	t.Print(s.Out)
	fmt.Fprintf(s.Out, "\n%d entries, %d requests, %.1f read units\n", len(t.Rows), m.Requests(), m.Total().Read)
	if next != "" {
		fmt.Fprintf(s.Out, "more: -cursor %s\n", next)
	}
	return nil
}
