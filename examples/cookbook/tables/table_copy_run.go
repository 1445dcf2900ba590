package tables

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// TableCopy copies bookings into a table of other keys.
var TableCopy = recipe.Recipe{
	Name:    "table-copy",
	Problem: "A table needs other keys than those it was made with, and DynamoDB changes no key",
	Pattern: "Copy each item into a new table, transformed, at a rate, from the last checkpoint on; then compare both tables.",
	Not:     "Keys and items stay as they are: then AWS copies a table, by a backup and a restore, which read no units of it.",
	Costs:   []string{"copy 300 bookings, and compare", "copy them by hand"},
	Varies:  "a scan is rounded up for each partition, and engines differ in how many a table has",
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, GuestTable, nil)
		if err != nil {
			return err
		}
		byHand, err := r.DB(ctx, HostelTable, nil)
		if err != nil {
			return err
		}
		now, err := r.DB(ctx, HostelTable, nil)
		if err != nil {
			return err
		}
		writes := 0
		die := func() {}
		// The process that is killed.
		dying, err := r.DB(ctx, HostelTable, &ddb.Options{Observe: func(_ context.Context, q *ddbobserve.Request) {
			if q.Operation == "BatchWriteItem" {
				if writes++; writes == 5 {
					die()
				}
			}
		}})
		if err != nil {
			return err
		}
		if err := db.Batch(ctx, bookings()...); err != nil {
			return err
		}
		var saved ddb.Cursor // in production, in a file or an item
		job := ddb.JobOptions{Workers: 1, Rate: 20_000, Checkpoint: func(c ddb.Cursor) { saved = c }}
		var units float64
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"copy them by hand", func(ctx context.Context) (string, error) {
				n := 0
				for item, err := range ddb.NewRepository(db, GuestBookings).Scan(ctx, nil) {
					if err != nil {
						return "", err
					}
					if err := byHand.Do(ctx, Bookings.Put(item)); err != nil {
						return "", err
					}
					n++
				}
				return fmt.Sprintf("%d written, one by one, and not compared", n), nil
			}},
			{"copy 300 bookings, and compare", func(ctx context.Context) (string, error) {
				ctx, meter := ddb.WithMeter(ctx)
				done, err := MoveBookings(ctx, db, now, job)
				units = meter.Total().Read + meter.Total().Write
				return compared(done), err
			}},
			{"copy again", func(ctx context.Context) (string, error) {
				_, err := MoveBookings(ctx, db, now, job)
				if !errors.Is(err, ddb.ErrExists) {
					return "", fmt.Errorf("it is not refused: %w", err)
				}
				return "refused, the table has items", nil
			}},
			{"the process dies after 5 batches", func(ctx context.Context) (string, error) {
				ctx, die = context.WithCancel(ctx)
				done, err := MoveBookings(ctx, db, dying, job)
				if !errors.Is(err, context.Canceled) {
					return "", fmt.Errorf("it is not killed: %w", err)
				}
				return fmt.Sprintf("%d written", done.Written), nil
			}},
			{"another goes on from the checkpoint", func(ctx context.Context) (string, error) {
				job.Resume = saved
				done, err := MoveBookings(ctx, db, dying, job)
				return compared(done), err
			}},
			{"the arrivals of a day", func(ctx context.Context) (string, error) {
				f := Bookings.Fields()
				day := recipe.Begin.Truncate(24 * time.Hour)
				found, err := ddb.Collect(ddb.NewRepository(now, Bookings).Query(ctx,
					Bookings.Query(Booking{Hostel: "h1"}).SortKey(ddb.Between(&f.Arrival, day, day.Add(24*time.Hour-1)))))
				return fmt.Sprintf("%d bookings", len(found)), err
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		r.Say("at 100 units a second the copy takes %.1f s", units/100)
		return nil
	},
}

func compared(done ddbjob.Copied) string {
	if !done.Verified {
		return "not compared"
	}
	return fmt.Sprintf("%d written, %d in each table, equal", done.Written, done.Items)
}

// bookings are 300 bookings of 60 guests in 3 hostels, 10 in each of 10 days.
func bookings() (ops []ddb.Op) {
	day := recipe.Begin.Truncate(24 * time.Hour)
	for i := range 300 {
		ops = append(ops, GuestBookings.Put(Booking{
			ID: fmt.Sprintf("%04d", i), Guest: fmt.Sprint("g", i%60), Hostel: fmt.Sprint("h", i%3), Arrival: day.AddDate(0, 0, i/30),
		}))
	}
	return ops
}
