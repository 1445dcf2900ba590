package tables

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// UpdateMany gives points to some of many riders.
var UpdateMany = recipe.Recipe{
	Name:    "update-many",
	Problem: "All customers born before 1961 get points, and there is no UPDATE … WHERE",
	Pattern: "A scan, at a rate, finds them, and each gets a write of its own, which asserts a condition and leaves a mark.",
	Not:     "Few items match, and often: then an index finds them. Or the change follows from a read: then compute it there.",
	Costs:   []string{"another goes on from the checkpoint", "those born in 1950, by the index"},
	Varies:  "a scan is rounded up for each partition, and engines differ in how many a table has",
	Run: func(ctx context.Context, r *recipe.Run) error {
		writes := 0
		die := func() {}
		open := func() (*ddb.DB, error) {
			db, err := r.DB(ctx, RiderTable, &ddb.Options{Observe: func(_ context.Context, q *ddbobserve.Request) {
				if q.Operation == "UpdateItem" {
					if writes++; writes == 30 {
						die()
					}
				}
			}})
			if err != nil {
				return nil, err
			}
			return db, db.Batch(ctx, riders()...)
		}
		db, err := open()
		if err != nil {
			return err
		}
		other, err := open()
		if err != nil {
			return err
		}
		var saved ddb.Cursor
		job := ddb.JobOptions{Workers: 1, Rate: 20_000, Checkpoint: func(c ddb.Cursor) { saved = c }}
		killed := func(db *ddb.DB, give func(context.Context, *ddb.DB, ddb.JobOptions) (ddbjob.Edited, error)) func(context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				ctx, die = context.WithCancel(ctx)
				writes, saved = 0, ""
				done, err := give(ctx, db, job)
				if !errors.Is(err, context.Canceled) {
					return "", fmt.Errorf("it is not killed: %w", err)
				}
				return fmt.Sprintf("%d edited", done.Edited), nil
			}
		}
		resumed := func(db *ddb.DB, give func(context.Context, *ddb.DB, ddb.JobOptions) (ddbjob.Edited, error)) func(context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				job := job
				job.Resume = saved
				done, err := give(ctx, db, job)
				return fmt.Sprintf("%d of %d edited", done.Edited, done.Items), err
			}
		}
		marked := func(ctx context.Context, db *ddb.DB, job ddb.JobOptions) (ddbjob.Edited, error) {
			return GiveToOlder(ctx, db, 1961, 10, "spring-2026", job)
		}
		unmarked := func(ctx context.Context, db *ddb.DB, job ddb.JobOptions) (ddbjob.Edited, error) {
			f := Riders.Fields()
			return ddbjob.Each(ctx, db, Riders, []ddb.Cond{ddb.Lt(&f.Born, 1961)}, func(r Rider) ddb.Op {
				return Riders.Update(r, ddb.Add(&f.Points, 10))
			}, &ddbjob.EachOptions{JobOptions: job})
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"the process dies after 30 writes", killed(db, marked)},
			{"another goes on from the checkpoint", resumed(db, marked)},
			{"points then", func(ctx context.Context) (string, error) { return points(ctx, db) }},
			{"without a mark, it dies after 30 writes", killed(other, unmarked)},
			{"without a mark, another goes on", resumed(other, unmarked)},
			{"points then, without a mark", func(ctx context.Context) (string, error) { return points(ctx, other) }},
			{"those born in 1950, by the index", func(ctx context.Context) (string, error) {
				n, err := GiveToYear(ctx, db, 1950, 10, "born-1950")
				return fmt.Sprintf("%d edited", n), err
			}},
			{"those born in 1950, again", func(ctx context.Context) (string, error) {
				n, err := GiveToYear(ctx, db, 1950, 10, "born-1950")
				return fmt.Sprintf("%d edited", n), err
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

// riders are 500 riders, born from 1950 to 1999.
func riders() (ops []ddb.Op) {
	for i := range 500 {
		ops = append(ops, Riders.Put(Rider{ID: fmt.Sprintf("%04d", i), Born: 1950 + i%50}))
	}
	return ops
}

// points says how many riders have how many points.
func points(ctx context.Context, db *ddb.DB) (string, error) {
	having := map[int]int{}
	for r, err := range ddb.NewRepository(db, Riders).Scan(ctx, nil) {
		if err != nil {
			return "", err
		}
		having[r.Points]++
	}
	return fmt.Sprintf("%d riders have 0, %d have 10, %d have 20", having[0], having[10], having[20]), nil
}
