package timed

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// TTLArchive shows replays that expire.
var TTLArchive = recipe.Recipe{
	Name:    "ttl-archive",
	Problem: "Items are needed for a month, and then only kept for those who ask",
	Pattern: "A TTL deletes them at no cost, and a reader of the stream puts what expired into an archive.",
	Not:     "All items of a period go together: then a table for each period is archived and dropped as a whole.",
	Costs:   []string{"watch it", "the stream archives what expired"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		e := newClocked(r)
		db, err := e.open(ctx, "replays", ReplayTable)
		if err != nil {
			return err
		}
		archive, err := e.open(ctx, "old-replays", ArchiveTable)
		if err != nil {
			return err
		}
		mux := ddb.NewMux(ReplayTable, nil)
		ArchiveExpired(mux, archive)
		replays, old := ddb.NewRepository(db, Replays), ddb.NewRepository(archive, OldReplays)
		until := r.Now().AddDate(0, 1, 0).Add(-time.Hour)
		for _, match := range []string{"m1", "m2"} {
			if _, err := replays.Create(ctx, Replay{Match: match, Moves: "e4 e5 Nf3", Until: until}); err != nil {
				return err
			}
		}
		watch := func(ctx context.Context) (string, error) {
			it, err := replays.Get(ctx, Replay{Match: "m1"})
			if errors.Is(err, ddb.ErrNotFound) {
				return "not found", nil
			}
			return it.Moves, err
		}
		archived := func(ctx context.Context) (string, error) { return "", e.drain(ctx, db, mux) }
		err = runSteps(ctx, r,
			step{"watch it", watch},
			step{"a player deletes another one", func(ctx context.Context) (string, error) { return "", replays.Delete(ctx, Replay{Match: "m2"}) }},
			step{"the stream has nothing to archive", archived})
		if err != nil {
			return err
		}
		r.Pass(31 * 24 * time.Hour)
		if err := say(ctx, r, e, db, "An hour after its time"); err != nil {
			return err
		}
		if err := runSteps(ctx, r, step{"watch it", watch}); err != nil {
			return err
		}
		r.Pass(24 * time.Hour)
		if err := say(ctx, r, e, db, "A day later"); err != nil {
			return err
		}
		return runSteps(ctx, r,
			step{"the stream archives what expired", archived},
			step{"watch it in the archive", func(ctx context.Context) (string, error) {
				it, err := old.Get(ctx, OldReplay{Match: "m1"})
				return it.Moves, err
			}})
	},
}

// say says how many items the table stores, also those that have expired. The request is the SDK's, which no meter counts.
func say(ctx context.Context, r *recipe.Run, e *clocked, db *ddb.DB, when string) error {
	out, err := e.Client().Scan(ctx, &dynamodb.ScanInput{TableName: new(db.Name())})
	if err == nil {
		r.Say("%s, items that are stored: %d", when, out.Count)
	}
	return err
}
