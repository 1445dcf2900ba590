package timed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SoftDelete shows the photos of an album.
var SoftDelete = recipe.Recipe{
	Name:    "soft-delete",
	Problem: "What a user deletes can be taken back for a month, and lists show and pay for the rest alone",
	Pattern: "A state in the partition key of the index, which one write changes, and a TTL for what stays deleted.",
	Not:     "Deleted items must be kept for ever: then move them to a table of the class that stores for less.",
	Costs:   []string{"the photos of an album", "put one into the trash"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		far := r.Now().AddDate(50, 0, 0) // a month in a service; the engine that deletes expired items has a clock of its own
		album := func(ctx context.Context, db *ddb.DB) error { return photos(ctx, db, r.Now(), far) }
		one := photo(7, r.Now())
		err := r.Patterns(ctx, &ddbaccess.Catalog{
			Table: PhotoTable, Seed: album,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("the photos of an album", func(album string) ddb.Query[Photo] { return PhotosOf(album, PhotoLive) }, "a1"),
				ddbaccess.Many("its trash", func(album string) ddb.Query[Photo] { return PhotosOf(album, PhotoTrash).Limit(10) }, "a1"),
				ddbaccess.Write("put one into the trash", func(p Photo) ddb.Op { return Trash(p, far) }, one),
			},
		})
		if err != nil {
			return err
		}
		e := newClocked(r)
		db, err := e.open(ctx, "photos", PhotoTable)
		if err != nil {
			return err
		}
		if err := db.Do(ctx, AddPhoto(one)); err != nil {
			return err
		}
		do := func(op ddb.Op) func(context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				switch err := db.Do(ctx, op); {
				case errors.Is(err, ddb.ErrCondition):
					return "refused", nil
				case errors.Is(err, ddb.ErrNotFound):
					return "not found", nil
				default:
					return "", err
				}
			}
		}
		trash := Trash(one, r.Now().AddDate(0, 1, 0))
		if err := runSteps(ctx, r,
			step{"delete it", do(trash)},
			step{"delete it again", do(trash)},
			step{"rename it", do(Rename(one.ID, "Sea"))},
			step{"take it back", do(Restore(one))},
			step{"delete it after all", do(trash)},
		); err != nil {
			return err
		}
		r.Pass(32 * 24 * time.Hour)
		return runSteps(ctx, r, step{"take it back after a month", do(Restore(one))})
	},
}

func photo(n int, now time.Time) Photo {
	return Photo{ID: fmt.Sprintf("%03d", n), Album: "a1", Taken: now.Add(time.Duration(n) * time.Minute), Title: "Holiday"}
}

// photos writes the 50 photos of an album, and 400 in its trash.
func photos(ctx context.Context, db *ddb.DB, now, until time.Time) error {
	var ops []ddb.Op
	for n := range 450 {
		p := photo(n, now)
		if p.State = PhotoLive; n >= 50 {
			p.State, p.Purge = PhotoTrash, until
		}
		ops = append(ops, Photos.Put(p))
	}
	return db.Batch(ctx, ops...)
}
