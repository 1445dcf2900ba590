package indexes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Projections shows the stories of a section.
var Projections = recipe.Recipe{
	Name:    "projections",
	Problem: "An index is there for a list, which shows little of large items",
	Pattern: "Project what the list shows: writes of the rest do not touch the index, and reads of the list need no other request.",
	Not:     "Most reads need the whole item: then a fetch of each costs more than the second copy.",
	Costs:   []string{"20 headlines by INCLUDE", "20 headlines by ALL"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, StoryTable, nil)
		if err != nil {
			return err
		}
		if err := stories(ctx, db); err != nil {
			return err
		}
		repo := ddb.NewRepository(db, Stories)
		indexes := []struct {
			of string
			ix *ddb.Index
		}{{"KEYS_ONLY", ByKeys}, {"INCLUDE", ByHeadline}, {"ALL", ByAll}}
		for _, q := range []struct {
			what  string
			query func(*ddb.Index, string, int) ddb.Query[Story]
		}{{"20 headlines", Headlines}, {"20 whole stories", WholeStories}} {
			for _, in := range indexes {
				if err := r.Step(ctx, q.what+" by "+in.of, func(ctx context.Context) (string, error) {
					_, err := ddb.Collect(repo.Query(ctx, q.query(in.ix, "city", 20)))
					return "", err
				}); err != nil {
					return err
				}
			}
		}
		f := Stories.Fields()
		at := recipe.Begin.Add(50 * time.Minute)
		for _, w := range []struct {
			what string
			op   ddb.Op
		}{
			{"publish", Stories.Create(Story{ID: "50", Section: "city", Published: at, Headline: "New", Body: strings.Repeat("b", 3000)})},
			{"correct the body", Stories.Update(Story{ID: "50"}, ddb.Set(&f.Body, strings.Repeat("c", 3000)))},
			{"correct the headline", Stories.Update(Story{ID: "50"}, ddb.Set(&f.Headline, "News"))},
		} {
			if err := r.Step(ctx, w.what, func(ctx context.Context) (string, error) {
				ctx, meter := ddb.WithMeter(ctx)
				err := db.Do(ctx, w.op)
				units := []string{fmt.Sprintf("table %v W", meter.Capacity(StoryTable.Primary()).Write)}
				for _, in := range indexes {
					units = append(units, fmt.Sprintf("%s %v W", in.of, meter.Capacity(in.ix).Write))
				}
				return strings.Join(units, ", "), err
			}); err != nil {
				return err
			}
		}
		return nil
	},
}

// stories writes 50 stories of 3 KB.
func stories(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 50 {
		ops = append(ops, Stories.Put(Story{
			ID: fmt.Sprintf("%02d", i), Section: "city", Published: recipe.Begin.Add(time.Duration(i) * time.Minute),
			Headline: fmt.Sprintf("Headline %02d", i), Body: strings.Repeat("b", 3000),
		}))
	}
	return db.Batch(ctx, ops...)
}
