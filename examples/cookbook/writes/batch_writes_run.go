package writes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// BatchWrites shows batches that fail in part.
var BatchWrites = recipe.Recipe{
	Name:    "batch-writes",
	Problem: "Many items are written at once, and some of them fail",
	Pattern: "A batch has an outcome for each item: what is not known to be written is sent again, what cannot be stored is told.",
	Not:     "All or none are to be written: that is a transaction, at twice the units.",
	Costs:   []string{"60 photos"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		f, err := newFaulty(ctx, r, PhotoTable, ddb.Options{MaxAttempts: 2})
		if err != nil {
			return err
		}
		album := make([]Photo, 60)
		for i := range album {
			album[i] = Photo{Album: "north", ID: fmt.Sprintf("%02d", i), Title: "A lighthouse"}
		}
		save := func(what string, photos []Photo) (again []Photo, err error) {
			return again, r.Step(ctx, what, func(ctx context.Context) (string, error) {
				again, err = SavePhotos(ctx, f.db, photos)
				said := fmt.Sprintf("%d to save again", len(again))
				if errors.Is(err, ddb.ErrTooLarge) {
					said, err = said+", 1 is too large", nil
				}
				return said, err
			})
		}
		if _, err := save("60 photos", album); err != nil {
			return err
		}
		f.processOnly(12)
		again, err := save("20 photos, 12 are processed", album[:20])
		if err != nil {
			return err
		}
		f.engine.SetFaults(ddbmem.Faults{})
		if _, err := save("those again, later", again); err != nil {
			return err
		}
		album[7].Title = strings.Repeat("x", 400<<10)
		again, err = save("60 photos, one of 400 KB", album)
		if err != nil {
			return err
		}
		_, err = save("the others", again)
		return err
	},
}

// processOnly leaves items of batches unprocessed, after the first n.
func (f *faulty) processOnly(n int64) {
	var items atomic.Int64
	f.engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Item && items.Add(1) > n {
			return ddbmem.Unprocessed
		}
		return ddbmem.NoFault
	}})
}
