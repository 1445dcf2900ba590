package derived

import (
	"context"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// MonthlyDownloadCounts counts downloads twice, and shows that they count once.
var MonthlyDownloadCounts = recipe.Recipe{
	Name:    "monthly-downloads",
	Problem: "Which songs were downloaded most in a month, out of millions of downloads",
	Pattern: "A view counts the downloads of a song and month from the stream; a sparse index sorts these counts.",
	Not:     "The count must include the last write: a stream is a moment behind. Then count in the transaction, as in stock.",
	Costs:   []string{"the top three of March", "count 300 downloads from the stream"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, SongTable, nil)
		if err != nil {
			return err
		}
		byHand := map[string]int{} // what ADD 1 for each record would have counted
		drain := func(ctx context.Context) (string, error) {
			mux := ddb.NewMux(SongTable, nil)
			mux.Maintain(db, MonthlyDownloads)
			ddb.Handle(mux, Downloads, func(_ context.Context, c ddb.Change[Download]) error {
				byHand[c.New.Song]++
				return nil
			})
			return "", r.Drain(ctx, db, mux, &ddbstream.MemoryStore{}) // a new store: from the beginning of the stream
		}
		top := func(ctx context.Context) (string, error) {
			months, err := ddb.Collect(ddb.NewRepository(db, SongMonths).Query(ctx, MostDownloaded("2026-03", 3)))
			var songs []string
			for _, m := range months {
				songs = append(songs, fmt.Sprintf("%s %d", m.Song, m.Downloads))
			}
			return strings.Join(songs, ", "), err
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"record 300 downloads", func(ctx context.Context) (string, error) {
				var ops []ddb.Op
				for i := range 300 {
					ops = append(ops, RecordDownload([]string{"oslo", "rio", "rome", "rio", "oslo", "rio"}[i%6], r.Now(), fmt.Sprint(i)))
				}
				return "", db.Batch(ctx, ops...)
			}},
			{"count 300 downloads from the stream", drain},
			{"the top three of March", top},
			{"the same records again", drain},
			{"the top three again", top},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		r.Say("an ADD for each record would say: rio %d, oslo %d, rome %d", byHand["rio"], byHand["oslo"], byHand["rome"])
		return nil
	},
}
