package large

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Cache shows a newspaper that is read from a cache.
var Cache = recipe.Recipe{
	Name:    "cache",
	Problem: "A few items are read far more often than they change, and their partition is near its 3,000 read units a second",
	Pattern: "A cache in front of the table, as DAX is: by key for minutes, pages of queries for seconds, and the stream removes what others change.",
	Not:     "Each item is read about once, or reads must be strongly consistent: then every read costs what it did, and memory besides.",
	Costs:   []string{"a story 100 times, without a cache", "a story 100 times, with a cache"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		fresh, err := r.DB(ctx, StoryTable, nil)
		if err != nil {
			return err
		}
		cached, cache := CacheStories(r.Client(), fresh.Name(), r.Now)
		if err := stories(ctx, fresh); err != nil {
			return err
		}
		follower := FollowStories(r.Streams(), fresh.Name(), cache, nil)
		if err := follower.Drain(ctx); err != nil { // it follows from now on
			return err
		}

		times := func(n int, db *ddb.DB, id func(i int) string) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				ctx, meter := ddb.WithMeter(ctx)
				var s Story
				for i := range n {
					if s, err = ddb.NewRepository(db, Stories).Get(ctx, Story{ID: id(i)}); err != nil {
						return "", err
					}
				}
				return fmt.Sprintf("%s, %s", s.Title, counted(meter.Hits(), "hit")), nil
			}
		}
		one := func(int) string { return "s1" }
		each := func(i int) string { return fmt.Sprint("s", i+1) }
		rename := func(db *ddb.DB, title string) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				_, err := ddb.NewRepository(db, Stories).Update(ctx, Story{ID: "s1"}, ddb.Set(&Stories.Fields().Title, title))
				return "", err
			}
		}
		page := func(ctx context.Context) (string, error) {
			ctx, meter := ddb.WithMeter(ctx)
			stories, err := ddb.Collect(ddb.NewRepository(cached, Stories).Query(ctx, FrontPage("world")))
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d stories, the last is %s, %s", len(stories), stories[len(stories)-1].Title, counted(meter.Hits(), "hit")), nil
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"a story 100 times, without a cache", times(100, fresh, one)},
			{"a story 100 times, with a cache", times(100, cached, one)},
			{"the front page", page},
			{"write through the cache", rename(cached, "New title")},
			{"the story, after its write", times(1, cached, one)},
			{"the front page, up to 10 seconds old", page},
			{"write past the cache", rename(fresh, "Newest title")},
			{"the story, up to 5 minutes old", times(1, cached, one)},
			{"follow the stream", func(ctx context.Context) (string, error) { return "", follower.Drain(ctx) }},
			{"the story then", times(1, cached, one)},
			{"the front page 10 seconds later", func(ctx context.Context) (string, error) {
				r.Pass(10*time.Second + 1)
				return page(ctx)
			}},
			{"ten other stories once", func(ctx context.Context) (string, error) {
				return times(10, cached, func(i int) string { return each(i + 10) })(ctx)
			}},
			{"the story 10 times, consistently", times(10, cached.Consistent(), one)},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

// stories writes 20 stories of 3 KB. The first is the last of the front page.
func stories(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 20 {
		at := recipe.Begin.Add(-time.Duration(i) * time.Hour)
		if i == 0 {
			at = recipe.Begin.Add(-9*time.Hour - 30*time.Minute)
		}
		ops = append(ops, Stories.Put(Story{
			ID: fmt.Sprint("s", i+1), Section: "world", At: at, Title: fmt.Sprint("Title ", i+1), Text: strings.Repeat("text ", 600),
		}))
	}
	return db.Batch(ctx, ops...)
}
