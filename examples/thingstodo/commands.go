package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// commands are the subcommands of this example, with the values of their flags.
type commands struct {
	size    things.Size
	addr    string // of serve
	topic   string // the ARN of an SNS topic
	letters string // the file of the dead letters
	index   string // the directory of the search index, "" for one in memory
	words   []string
	filters map[string]*string // of search, by the names of search.Parse
}

// all lists the subcommands.
func (c *commands) all() []app.Command {
	text := func(to *string, name, value, usage string) cli.Flag {
		return &cli.StringFlag{Name: name, Usage: usage, Value: value, Destination: to}
	}
	index := text(&c.index, "index", "", "`directory` of the search index, which outlives the process; without it the index is in memory")
	topic := text(&c.topic, "topic", "", "`ARN` of the SNS topic; without it messages are only printed")
	letters := text(&c.letters, "dead-letters", "thingstodo-dead-letters.jsonl", "`file` for events that cannot be published")
	c.filters = map[string]*string{}
	filter := func(name, usage string) cli.Flag {
		c.filters[name] = new(string)
		return text(c.filters[name], name, "", usage)
	}
	return []app.Command{
		{
			Name: "search", About: "find published things, such as search pottery -near 52.2,21.0 -age 7", NeedsTable: true, NeedsData: true,
			Args: []cli.Argument{&cli.StringArgs{Name: "words", Max: -1, Destination: &c.words}},
			Flags: []cli.Flag{
				filter("near", "`latitude,longitude`: the nearest first"), filter("within", "`distance` around it, such as 10km"),
				filter("from", "on this `day` or later, such as 2026-12-01"), filter("to", "on this `day` or earlier"),
				filter("age", "for this `age`"), filter("tag", "with this `tag`"), filter("page", "`number` of the page"), index,
			},
			Check: func() error { _, err := c.query(); return err }, Run: c.search,
		},
		{
			Name: "index", About: "rebuild the search index, or compare it with the table",
			Commands: []app.Command{
				{Name: "rebuild", About: "make the search index again, beside the stream", NeedsTable: true, NeedsData: true, Flags: []cli.Flag{index}, Run: c.rebuild},
				{Name: "verify", About: "list what differs between the search index and the table", NeedsTable: true, NeedsData: true, Flags: []cli.Flag{index}, Run: c.verify},
			},
		},
		{
			Name: "events", About: "publish the events of the table's stream",
			Commands: []app.Command{
				{Name: "publish", About: "follow the stream and publish its events", NeedsTable: true, NeedsData: true, Flags: []cli.Flag{topic, letters}, Check: c.checkTopic, Run: c.publish},
				{Name: "letters", About: "list the events that could not be published", Offline: true, Flags: []cli.Flag{letters}, Run: c.listLetters},
				{Name: "replay", About: "publish them again", Offline: true, Flags: []cli.Flag{topic, letters}, Check: c.checkTopic, Run: c.replay},
			},
		},
		{
			Name: "serve", About: "serve the HTTP API, until it is interrupted", NeedsTable: true, NeedsData: true,
			Flags: []cli.Flag{text(&c.addr, "addr", "localhost:8080", "`address` to listen on"), index},
			Check: func() error { return site.CheckAddr(c.addr) }, Run: c.serve,
		},
	}
}

// query is what search is to find.
func (c *commands) query() (search.Query, error) {
	texts := map[string]string{"text": strings.Join(c.words, " ")}
	for name, value := range c.filters {
		texts[name] = *value
	}
	return search.Parse(texts)
}

func (c *commands) checkTopic() error {
	if c.topic == "" {
		return nil
	}
	if a, err := arn.Parse(c.topic); err != nil || a.Service != "sns" || a.Region == "" || a.Resource == "" {
		return fmt.Errorf("-topic is %q: use the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:things", c.topic)
	}
	return nil
}
