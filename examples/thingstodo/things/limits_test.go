package things

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// notDays are numbers that look like dates.
var notDays = []Date{0, -1, 1, 20261399, 20260229, 20261100, 20260431, 20260001, 100000101, math.MaxInt32, math.MinInt32, -20261120}

// Every place that takes a date refuses what is no day, before any request.
func TestWhatIsNoDayIsRefused(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Published}}})
		for _, day := range notDays {
			for name, do := range map[string]func(ctx context.Context) error{
				"Book": func(ctx context.Context) error {
					return g.Book(ctx, Booking{ID: "b", UserID: "user", ThingID: "thing", OrgID: "org", Date: day})
				},
				"BookingsFrom": func(ctx context.Context) error { return second(ddb.Collect(g.BookingsFrom(ctx, "user", day))) },
				"BookingsAt":   func(ctx context.Context) error { return second(ddb.Collect(g.BookingsAt(ctx, "org", day))) },
				"CreateThing, from": func(ctx context.Context) error {
					return second(g.CreateThing(ctx, "new", "org", Details{Title: "new", Days: &Days{From: day, To: 99991231}}))
				},
				"CreateThing, to": func(ctx context.Context) error {
					return second(g.CreateThing(ctx, "new", "org", Details{Title: "new", Days: &Days{From: 20261120, To: day}}))
				},
			} {
				ctx, meter := ddb.WithMeter(t.Context())
				assert.ErrorAs(t, do(ctx), new(*InvalidError), "%s %d", name, day)
				assert.Zero(t, meter.Requests(), "%s %d", name, day)
			}
		}
		assert.Len(t, raw(t, env), 1)
		require.NoError(t, g.Book(t.Context(), Booking{ID: "leap day", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20280229}))
	})
}

func TestDatesAsText(t *testing.T) {
	t.Parallel()
	for _, day := range []Date{10101, 20261120, 20280229, 99991231} {
		read, err := ParseDate(day.String())
		require.NoError(t, err)
		assert.Equal(t, day, read)
		b, err := json.Marshal(day)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &read))
		assert.Equal(t, day, read)
		require.NoError(t, day.Check("date"))
	}
	for _, s := range []string{"", "2026-13-99", "2026-02-29", "20261120", "2026-1-1", "0000-01-01", "10000-01-01", " 2026-11-20", strings.Repeat("9", 10_000)} {
		_, err := ParseDate(s)
		assert.ErrorAs(t, err, new(*InvalidError), s)
		assert.Less(t, len(err.Error()), 100)
	}
	assert.Equal(t, Date(20261231), DateOf(time.Date(2027, 1, 1, 0, 30, 0, 0, time.FixedZone("", 3600))))
}

// long is text that is longer by one character than is allowed, and shorter in bytes than would be with ASCII only.
func long(limit int) string { return strings.Repeat("é", limit+1) }

// What is too long, missing or impossible is refused with the field's name, and nothing is written.
func TestTextsAreLimited(t *testing.T) {
	t.Parallel()
	many := make([]string, maxTags+1)
	for i := range many {
		many[i] = fmt.Sprint("tag", i)
	}
	details := map[string]Details{
		"title: is missing":                 {Title: " \n"},
		"title: has 201 characters":         {Title: long(maxTitle)},
		"title: is not valid UTF-8":         {Title: "a\xff"},
		"about: has 10001 characters":       {About: long(maxAbout)},
		"tags: has 21 tags":                 {Tags: many},
		"tags: has 51 characters":           {Tags: []string{long(maxTag)}},
		"tags: is missing":                  {Tags: []string{""}},
		`tags: "a" is there twice`:          {Tags: []string{"a", "a"}},
		"street: has 201 characters":        {Place: Place{Street: long(maxPlace)}},
		"city: has 201 characters":          {Place: Place{City: long(maxPlace)}},
		"at: 91,0 is no place":              {Place: Place{At: &Point{91, 0}}},
		"at: 0,-181 is no place":            {Place: Place{At: &Point{0, -181}}},
		"at: NaN,0 is no place":             {Place: Place{At: &Point{math.NaN(), 0}}},
		"at: 0,+Inf is no place":            {Place: Place{At: &Point{0, math.Inf(1)}}},
		"ages: from 7 to 6 is no range":     {Ages: &Ages{7, 6}},
		"ages: from -1 to 6 is no range":    {Ages: &Ages{-1, 6}},
		"ages: from 0 to 121 is no range":   {Ages: &Ages{0, 121}},
		"days: from 2026-11-20 to 2026-11-": {Days: &Days{20261120, 20261119}},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "draft", OrgID: "org", Status: Draft, Details: Details{Title: "draft"}}}})
		before := raw(t, env)
		refused := func(err error, want string) {
			t.Helper()
			assert.ErrorAs(t, err, new(*InvalidError), want)
			assert.ErrorContains(t, err, want)
		}
		for want, d := range details {
			if !strings.HasPrefix(want, "title") {
				d.Title = "one"
			}
			refused(second(g.CreateThing(t.Context(), "new", "org", d)), want)
			refused(second(g.Edit(t.Context(), "draft", "org", func(to *Details) { *to = d })), want)
		}
		ctx, meter := ddb.WithMeter(t.Context())
		refused(second(g.CreateThing(ctx, long(maxID), "org", Details{Title: "one"})), "id: has 65 characters")
		refused(second(g.NewVersion(ctx, "draft", "org", "")), "id: is missing")
		refused(second(g.Tag(ctx, "draft", "org", long(maxTag))), "tags: has 51 characters")
		refused(second(g.Tag(ctx, "draft", "org", many...)), "tags: has 21 tags")
		refused(second(g.SaveUser(ctx, Person, "user", long(maxName))), "name: has 101 characters")
		refused(second(g.SaveUser(ctx, Person, "", "Ada")), "id: is missing")
		refused(second(g.AddChild(ctx, Child{ID: "c", UserID: "user", Name: long(maxName), Born: 2018})), "name: has 101 characters")
		refused(second(g.AddChild(ctx, Child{ID: "c", UserID: "user", Name: "Ivo", Born: 18})), "born: 18 is no year")
		refused(second(g.RenameChild(ctx, "user", "c", " ")), "name: is missing")
		refused(g.Book(ctx, Booking{UserID: "user", ThingID: "thing", OrgID: "org", Date: 20261120}), "id: is missing")
		assert.Zero(t, meter.Requests())
		assert.Equal(t, before, raw(t, env))
	})
}

// Tags that are added one by one end at the same limit.
func TestTagsAreLimitedWithoutARead(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "draft", OrgID: "org", Status: Draft}}})
		for i := range maxTags {
			_, err := g.Tag(t.Context(), "draft", "org", fmt.Sprint("tag", i))
			require.NoError(t, err)
		}
		before := raw(t, env)
		_, err := g.Tag(t.Context(), "draft", "org", "one more")
		assert.EqualError(t, err, "tags: has 21 tags, at most 20 are allowed")
		assert.Equal(t, before, raw(t, env))
	})
}

// The largest thing that the store takes is far below what a message to the topic may have, even with both its images.
func TestTheLargestThingFitsIntoAMessage(t *testing.T) {
	t.Parallel()
	widest := func(limit int) string { return strings.Repeat("🪁", limit) }
	d := Details{Title: widest(maxTitle), About: widest(maxAbout), Place: Place{Street: widest(maxPlace), City: widest(maxPlace)}}
	for i := range maxTags {
		d.Tags = append(d.Tags, fmt.Sprint(widest(maxTag-2), i))
	}
	require.NoError(t, d.check())
	attrs, err := Things.Encode(Thing{ID: widest(maxID), OrgID: widest(maxID), Status: Published, Version: 1, Details: d})
	require.NoError(t, err)
	b, err := json.Marshal(ddb.Record{Kind: ddb.Modified, Keys: item{"id": attrs["id"], "sk": attrs["sk"]}, Old: attrs, New: attrs, Sequence: "1"})
	require.NoError(t, err)
	assert.Less(t, len(b), 128<<10)
}
