package derived

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SearchFeed indexes books, one of which the search index refuses.
var SearchFeed = recipe.Recipe{
	Name:    "search-feed",
	Problem: "Readers search for words in titles, which a search engine finds, and DynamoDB does not",
	Pattern: "Batches of the stream say which books have changed; their current items go to the engine, failed ones to dead letters.",
	Not:     "Text is looked for by its beginning only: an index of DynamoDB with begins_with does that.",
	Costs:   []string{"the feed of 50 books"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, CatalogTable, nil)
		if err != nil {
			return err
		}
		to := &titles{refused: "\x00", of: map[string]string{}}
		letters := &deadLetters{}
		mux := ddb.NewMux(CatalogTable, &ddb.MuxOptions{
			Attempts: 2, DeadLetters: letters.Put,
			Report: func(context.Context, *ddb.RecordError) {}, // where a service logs
		})
		FeedSearch(mux, db, to)
		store := &ddbstream.MemoryStore{}
		feed := func(ctx context.Context) (string, error) {
			to.calls = 0
			err := r.Drain(ctx, db, mux, store)
			return fmt.Sprintf("search index called %d×, dead letters %d", to.calls, len(letters.records)), err
		}
		put := func(books ...CatalogBook) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				var ops []ddb.Op
				for _, b := range books {
					ops = append(ops, CatalogBooks.Put(b))
				}
				return "", db.Batch(ctx, ops...)
			}
		}
		var fifty []CatalogBook
		for i := range 50 {
			fifty = append(fifty, CatalogBook{fmt.Sprintf("%03d", i), fmt.Sprint("Volume ", i)})
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"put 50 books", put(fifty...)},
			{"the feed of 50 books", feed},
			{"put two titles, one of them broken", put(CatalogBook{"007", "Kindred"}, CatalogBook{"008", "\x00"})},
			{"the feed, which gives one up", feed},
			{"correct the broken title", put(CatalogBook{"008", "Dawn"})},
			{"the feed goes on", feed},
			{"remove book 009", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, CatalogBooks.Delete(CatalogBook{ISBN: "009"}))
			}},
			{"the feed removes it too", feed},
			{"replay the dead letter", func(ctx context.Context) (string, error) {
				return "", mux.Replay(ctx, letters.records[0])
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		isbns := slices.Sorted(maps.Keys(to.of))
		r.Say("%d documents; 007 %s, 008 %s, then %s", len(isbns), to.of["007"], to.of["008"], isbns[9])
		return nil
	},
}

// titles is a search index in memory, which refuses one title.
type titles struct {
	of      map[string]string
	refused string
	calls   int
}

func (t *titles) Write(_ context.Context, books []CatalogBook, removedISBNs []string) error {
	t.calls++
	for _, b := range books {
		if strings.Contains(b.Title, t.refused) {
			return fmt.Errorf("title of %s is no text", b.ISBN)
		}
	}
	for _, b := range books {
		t.of[b.ISBN] = b.Title
	}
	for _, isbn := range removedISBNs {
		delete(t.of, isbn)
	}
	return nil
}

// deadLetters keeps dead letters in memory. A service has ddbstream.NewFile or a ddbstream.Queue.
type deadLetters struct{ records []ddb.Record }

func (l *deadLetters) Put(_ context.Context, r ddb.Record, _ error) error {
	l.records = append(l.records, r)
	return nil
}
