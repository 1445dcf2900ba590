package provision

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/write"
)

// Drop deletes the table with all that is in it, and waits until it is gone. A table that differs from the model is
// left as it is; so is one with items that no entity claims, as far as a sample finds them. A sample may miss what is
// rare: it finds the wrong table, not the wrong item.
func Drop(ctx context.Context, db *write.DB) error { return dropLive(ctx, db, false) }

// ForceDrop is [Drop] for any table of the name: it deletes without looking at what is in it.
func ForceDrop(ctx context.Context, db *write.DB) error { return dropLive(ctx, db, true) }

func dropLive(ctx context.Context, db *write.DB, force bool) error {
	c, err := db.Tables("drop table")
	if err != nil {
		return err
	}
	fail := func(err error) error { return fmt.Errorf("ddb: drop table %q: %w", db.Name, err) }
	was, err := db.Describe(ctx, c)
	if err != nil {
		return fail(err)
	}
	if was.TableStatus != types.TableStatusDeleting {
		if err := deleteTable(ctx, db, c, was, force); err != nil {
			switch now, again := db.Describe(ctx, c); { // another program may be deleting it, or our own response was lost
			case errors.Is(again, fault.ErrNotFound):
				return nil
			case again != nil || now.TableStatus != types.TableStatusDeleting:
				return fail(err)
			}
		}
	}
	err = poll(ctx, "until it is gone", func() (bool, error) {
		now, err := db.Describe(ctx, c)
		if errors.Is(err, fault.ErrNotFound) {
			return true, nil
		}
		return err == nil && tableID(now) != tableID(was), err
	})
	if err != nil {
		return fail(err)
	}
	return nil
}

// deleteTable asks for the deletion of the table, after a look at it unless that is forced.
func deleteTable(ctx context.Context, db *write.DB, c call.TableClient, live *types.TableDescription, force bool) error {
	if !force {
		if err := belongsToModel(ctx, db, c, live, "ForceDropTable"); err != nil {
			return err
		}
	}
	_, err := c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &db.Name})
	return err
}

// tableID tells a table from one that was made under its name later.
func tableID(live *types.TableDescription) string {
	if live.TableId == nil {
		return ""
	}
	return *live.TableId
}
