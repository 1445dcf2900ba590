package read

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Load is a read of one item as data, for [DB.LoadTogether] and [DB.LoadAll].
type Load struct {
	E     *model.Entity
	Dst   reflect.Value // addressable
	Found *bool
}

// LoadTogether reads the items as a snapshot, with TransactGetItems. It retries while another transaction writes one of them.
// After an error all destinations are unchanged.
func (db *DB) LoadTogether(ctx context.Context, reads []Load) error {
	keys, at, err := db.loads("transact get", reads)
	if err != nil {
		return err
	}
	if len(reads) == 0 {
		return call.Ended(ctx, "transact get")
	}
	if len(keys) > call.MaxTransactGet {
		return fmt.Errorf("ddb: transact get: %w: %d items, DynamoDB allows %d in one transaction: use several, or LoadAll", fault.ErrTooLarge, len(keys), call.MaxTransactGet)
	}
	in := &dynamodb.TransactGetItemsInput{TransactItems: make([]types.TransactGetItem, len(keys))}
	for i, key := range keys {
		in.TransactItems[i] = types.TransactGetItem{Get: &types.Get{TableName: &db.Name, Key: key}}
	}
	var last error
	for attempt := range db.Attempts {
		if err := call.PauseFrom(ctx, attempt); err != nil {
			return fmt.Errorf("ddb: transact get: %w", errors.Join(err, last))
		}
		got, page, err := db.TransactGet(ctx, in)
		if err == nil {
			defer page.Release()
			found := make([]attr.Stored, len(reads))
			for i, n := range at {
				found[i] = got[n]
			}
			return db.fill("transact get", reads, found)
		}
		last = db.Explain(err)
		if class := apierror.Of(err); class != apierror.Contention && class != apierror.Throttling {
			break
		}
	}
	return fmt.Errorf("ddb: transact get of %d items: %w", len(keys), last)
}

// LoadAll reads the items with BatchGetItem, which is no snapshot. After an error all destinations are unchanged.
func (db *DB) LoadAll(ctx context.Context, reads []Load) error {
	keys, at, err := db.loads("batch get", reads)
	if err != nil {
		return err
	}
	if len(reads) == 0 {
		return call.Ended(ctx, "batch get")
	}
	b, err := db.BatchGet(ctx, keys, db.Strong)
	if err != nil {
		return db.Fail("batch get", nil, nil, err)
	}
	defer b.Release()
	found := make([]attr.Stored, len(reads))
	for i, n := range at {
		if b.Throttled[n] {
			return db.Fail("batch get", reads[i].E, keys[n], fmt.Errorf("%w: unprocessed after %d attempts", fault.ErrThrottled, db.Attempts))
		}
		found[i] = b.Found[n]
	}
	return db.fill("batch get", reads, found)
}

// loads returns the distinct keys of reads, and for each read the position of its key.
func (db *DB) loads(op string, reads []Load) (keys []attr.Item, at []int, err error) {
	index := map[string]int{}
	at = make([]int, len(reads))
	for i, r := range reads {
		switch {
		case r.E == nil || !r.Dst.IsValid():
			return nil, nil, fault.Model("ddb: %s: read %d has no entity or no destination: make it with the Load method of an Entity", op, i)
		case r.E.Table != db.Table:
			return nil, nil, fault.Model("ddb: %s: read %d: %s belongs to another table: use the DB of that table", op, i, r.E.Name)
		}
		key, err := r.E.Key(op, r.Dst)
		if err != nil {
			return nil, nil, err
		}
		id := string(db.Table.AppendKey(nil, model.Loaded(key)))
		n, ok := index[id]
		if !ok {
			n = len(keys)
			index[id] = n
			keys = append(keys, key)
		}
		at[i] = n
	}
	return keys, at, nil
}

// fill decodes the items into the destinations, all or none.
func (db *DB) fill(op string, reads []Load, found []attr.Stored) error {
	values := make([]reflect.Value, len(reads))
	var errs []error
	for i, r := range reads {
		s := found[i]
		if db.Absent(s) {
			if r.Found == nil {
				key, _ := r.E.Key(op, r.Dst)
				errs = append(errs, db.Fail(op, r.E, key, fault.ErrNotFound))
			}
			continue
		}
		values[i] = r.E.NewItem()
		if err := r.E.As(op, s, values[i]); err != nil {
			errs = append(errs, err)
		}
		db.Bind(r.E, values[i])
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for i, r := range reads {
		if r.Found != nil {
			*r.Found = values[i].IsValid()
		}
		if values[i].IsValid() {
			r.Dst.Set(values[i])
		}
	}
	return nil
}
