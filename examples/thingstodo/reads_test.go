package main

import (
	"context"
	"testing"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// The store reads as the catalog says.
func TestTheStoreReadsAsTheCatalogSays(t *testing.T) {
	t.Parallel()
	type ctx = context.Context
	listed := func(status things.Status) apptest.Read {
		return read(func(ctx ctx, s *things.Store) ([]things.Thing, error) {
			return ddb.Collect(s.ThingsOf(ctx, "scouts", status))
		})
	}
	apptest.Reads(t, things.Patterns, map[string]apptest.Read{
		"user by id":                       read(func(ctx ctx, s *things.Store) (things.User, error) { return s.User(ctx, "ann") }),
		"thing by id":                      read(func(ctx ctx, s *things.Store) (things.Thing, error) { return s.Thing(ctx, "kites") }),
		"drafts of an organiser":           listed(things.Draft),
		"published things of an organiser": listed(things.Published),
		"rejected things of an organiser":  listed(things.Rejected),
		"pending things of all organisers": read(func(ctx ctx, s *things.Store) (ddb.Page[things.Thing], error) { return s.Review(ctx, "") }),
		"child by id":                      read(func(ctx ctx, s *things.Store) (things.Child, error) { return s.Child(ctx, "ann", "tom") }),
		"children of a user":               read(func(ctx ctx, s *things.Store) ([]things.Child, error) { return ddb.Collect(s.ChildrenOf(ctx, "ann")) }),
		"favourite by thing":               read(func(ctx ctx, s *things.Store) (things.Favourite, error) { return s.Favourite(ctx, "ann", "owls") }),
		"favourites of a user": read(func(ctx ctx, s *things.Store) ([]things.Favourite, error) {
			return ddb.Collect(s.FavouritesOf(ctx, "ann"))
		}),
		"booking by id":      read(func(ctx ctx, s *things.Store) (things.Booking, error) { return s.Booking(ctx, "b1") }),
		"bookings of a user": read(func(ctx ctx, s *things.Store) ([]things.Booking, error) { return ddb.Collect(s.BookingsOf(ctx, "ann")) }),
		"bookings of a user from a day": read(func(ctx ctx, s *things.Store) ([]things.Booking, error) {
			return ddb.Collect(s.BookingsFrom(ctx, "ann", 20261206))
		}),
		"bookings of an organiser from a day": read(func(ctx ctx, s *things.Store) ([]things.Booking, error) {
			return ddb.Collect(s.BookingsAt(ctx, "scouts", 20261201))
		}),
	})
}

func read[T any](get func(context.Context, *things.Store) (T, error)) apptest.Read {
	return func(ctx context.Context, db *ddb.DB) error {
		_, err := get(ctx, things.NewStore(db))
		return err
	}
}
