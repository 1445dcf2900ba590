package main

import (
	"context"
	"testing"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// The store reads as the catalog says. The other patterns call the store themselves.
func TestTheStoreReadsAsTheCatalogSays(t *testing.T) {
	t.Parallel()
	morning := groups.Window{
		From:  time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
		Until: time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC),
	}
	list := func(w groups.Window) apptest.Read {
		return func(ctx context.Context, db *ddb.DB) error {
			_, err := groups.NewStore(db, nil).Groups(ctx, "ada", w, groups.PageSize, "")
			return err
		}
	}
	apptest.Reads(t, groups.Patterns, map[string]apptest.Read{
		"B: groups of a user":          list(groups.Window{}),
		"groups of a user in a window": list(morning),
		"what a user has read": func(ctx context.Context, db *ddb.DB) error {
			_, err := groups.NewStore(db, nil).Marks(ctx, "bayo", groups.PageSize, "")
			return err
		},
	})
}
