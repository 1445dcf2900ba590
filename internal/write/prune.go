package write

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// Prune deletes all but the newest keep versions.
func (db *DB) Prune(ctx context.Context, e *model.Entity, key reflect.Value, keep int) error {
	first := attr.Item{}
	if err := (read.Versions{Db: db.DB, E: e, Key: key}).Keyed(1, first); err != nil {
		return err
	}
	if keep < 1 {
		return db.Fail("prune", e, first, fault.Model("keep is %d: pass 1 or more, the newest version is always kept", keep))
	}
	var old []types.WriteRequest
	kept := 0
	for attrs, err := range db.VersionItems(ctx, e, first, true) {
		if err != nil {
			return err
		}
		switch stays := kept < keep; { // the newest stays, even a tombstone: the next number follows from it
		case !stays && attr.EqualItems(db.Table.KeyOf(model.Loaded(attrs)), first):
			if !read.Stub(e, attrs) && len(old) == 0 { // the only version: the marker replaces it
				return db.markPruned(ctx, e, first)
			}
		case !stays:
			old = append(old, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: db.Table.KeyOf(model.Loaded(attrs))}})
		case !read.Stub(e, attrs):
			kept++
		}
	}
	if len(old) == 0 {
		return nil
	}
	if err := db.markPruned(ctx, e, first); err != nil {
		return err
	}
	for batch := range slices.Chunk(old, call.BatchWriteLimit) {
		if _, err := db.WriteBatch(ctx, batch); err != nil {
			return db.Fail("prune", e, first, err)
		}
	}
	return nil
}

// markPruned replaces the first version by a marker before any other version is deleted. A concurrent write asserts the first
// version as it was when it chose its number. So it detects that later numbers may have been used and deleted.
func (db *DB) markPruned(ctx context.Context, e *model.Entity, first attr.Item) error {
	mark := maps.Clone(first)
	mark[model.PrunedAttr] = read.NewWriteStamp()
	if t := db.Table.TypeAttr; t != "" {
		mark[t] = &types.AttributeValueMemberS{Value: e.Name + model.VersionType}
	}
	if _, err := db.WriteBatch(ctx, []types.WriteRequest{{PutRequest: &types.PutRequest{Item: mark}}}); err != nil {
		return db.Fail("prune", e, first, err)
	}
	return nil
}
