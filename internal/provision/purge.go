package provision

import (
	"context"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Purge deletes every item of the table, the library's own included, and leaves the table itself. It refuses what
// [Drop] refuses, and ends at an item that no entity claims. It returns the number of items deleted, also with an error.
func Purge(ctx context.Context, db *write.DB, opts read.JobOptions) (deleted int, err error) {
	return purge(ctx, db, opts, false)
}

// ForcePurge is [Purge] for any table of the name: it deletes without looking at what is in it, by the keys of the live
// table.
func ForcePurge(ctx context.Context, db *write.DB, opts read.JobOptions) (deleted int, err error) {
	return purge(ctx, db, opts, true)
}

func purge(ctx context.Context, db *write.DB, opts read.JobOptions, force bool) (deleted int, err error) {
	ctx, job, err := db.NewJob(ctx, opts, "purge")
	if err != nil {
		return 0, fmt.Errorf("ddb: purge %q: %w", db.Name, err)
	}
	key, err := purgeable(ctx, db, force)
	if err != nil {
		return 0, err
	}
	if !slices.Equal(key, db.Table.Primary.Attrs()) {
		job.KeyedBy(key)
	}
	err = db.Erase(ctx, job, func(s attr.Stored) (attr.Item, bool, error) {
		if !force {
			if _, err := db.Table.Claim(s); err != nil {
				return nil, false, fmt.Errorf("%w; it is not deleted, and Purge ends here; ForcePurge deletes it all the same", err)
			}
		}
		return s.Only(key), true, nil
	})
	if err != nil {
		return job.Changed, fmt.Errorf("ddb: purge %q: after %d items: %w", db.Name, job.Changed, err)
	}
	return job.Changed, nil
}

// purgeable returns the key attributes of the live table, and refuses one that is not the model's unless that is forced. A
// client without calls for tables cannot tell; then the key is the model's.
func purgeable(ctx context.Context, db *write.DB, force bool) (key []string, err error) {
	c, err := db.Tables("purge")
	if err != nil {
		if force {
			return db.Table.Primary.Attrs(), nil
		}
		return nil, fmt.Errorf("%w; or call ForcePurge", err)
	}
	live, err := db.Describe(ctx, c)
	if err == nil && !force {
		err = belongsToModel(ctx, db, c, live, "ForcePurge")
	}
	if err != nil {
		return nil, fmt.Errorf("ddb: purge %q: %w", db.Name, err)
	}
	return keyAttributes(live), nil
}
