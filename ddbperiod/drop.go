package ddbperiod

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/provision"
)

// drop archives the table of a period, and drops it.
func (r *roll) drop(ctx context.Context, start time.Time) error {
	table := r.db.table(start)
	archived, asked := false, false
	err := r.retry(ctx, func() error {
		c, err := face.DB(table).Settings("drop table")
		if err != nil {
			return err
		}
		status, err := statusOf(ctx, table, c)
		if err != nil {
			return err
		}
		if r.opts.Archive != nil && !archived && status != types.TableStatusDeleting {
			if err := r.archive(ctx, table, c); err != nil {
				return err
			}
			archived = true
		}
		asked = true
		return provision.Drop(ctx, face.DB(table))
	})
	if errors.Is(err, ddb.ErrNotFound) && !isCaller(err) { // another program dropped it, or an earlier request of this one
		err = nil
		if !asked {
			return nil
		}
	}
	if err == nil {
		r.done.Dropped = append(r.done.Dropped, table.Name())
	}
	return err
}

// archive calls the program's function. Its error is none if another program dropped the table, after an Archive of its own.
func (r *roll) archive(ctx context.Context, table *ddb.DB, c call.SettingsClient) error {
	err := r.opts.Archive(ctx, table)
	if err == nil {
		return nil
	}
	if missing(err) {
		status, gone := statusOf(ctx, table, c)
		if errors.Is(gone, ddb.ErrNotFound) || gone == nil && status == types.TableStatusDeleting {
			return gone
		}
	}
	return &callerError{fmt.Errorf("archive table %s: %w: this Roll does not drop it", table.Name(), err)}
}

func statusOf(ctx context.Context, table *ddb.DB, c call.TableClient) (types.TableStatus, error) {
	live, err := face.DB(table).Describe(ctx, c)
	if err != nil {
		return "", fmt.Errorf("ddb: drop table %q: %w", table.Name(), err)
	}
	return live.TableStatus, nil
}
