package ddb

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// newWriteStamp returns a random stamp.
func newWriteStamp() types.AttributeValue {
	return &types.AttributeValueMemberB{Value: binary.BigEndian.AppendUint64(nil, rand.Uint64())}
}

// versionRows yields the version rows of one item, newest first; any of them says which item.
func (db *rDB) versionRows(ctx context.Context, e *model.Entity, one attr.Item, keysOnly bool) iter.Seq2[attr.Item, error] {
	return func(yield func(attr.Item, error) bool) {
		in, err := db.versionQuery(e, one)
		if err != nil {
			yield(nil, err)
			return
		}
		if keysOnly {
			names, attrs := []string{"#p", "#s"}, e.Numbering()
			for i, attr := range attrs {
				names = append(names, "#"+strconv.Itoa(i))
				in.ExpressionAttributeNames[names[i+2]] = attr
			}
			in.ProjectionExpression = new(strings.Join(names, ", "))
		}
		for {
			out, err := db.Query(ctx, in)
			if err != nil {
				yield(nil, db.Fail("history", e, one, err))
				return
			}
			for _, attrs := range out.Items {
				if !yield(attrs, nil) {
					return
				}
			}
			if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, db.Fail("history", e, one, err))
		}
	}
}

func (db *rDB) versionQuery(e *model.Entity, one attr.Item) (*dynamodb.QueryInput, error) {
	it := e.NewItem()
	p, s := db.Table.Primary.Partition[0], db.Table.Primary.Sort[0]
	text, ok := one[s].(*types.AttributeValueMemberS)
	if !ok {
		return nil, fault.Model("ddb: history %s: no version row", e.Name)
	}
	if err := e.History.Sort.Decode(text.Value, it); err != nil {
		return nil, fmt.Errorf("ddb: history %s: %w", e.Name, err)
	}
	var eqs []reflect.Value
	for _, f := range e.History.Sort.Fields() {
		if f != e.Version {
			eqs = append(eqs, f.Get(it))
		}
	}
	r, err := e.History.Sort.Range(eqs, template.None, nil)
	if err != nil {
		return nil, fmt.Errorf("ddb: history %s: %w", e.Name, err)
	}
	return &dynamodb.QueryInput{
		TableName: &db.Name, ConsistentRead: new(true), ScanIndexForward: new(false),
		KeyConditionExpression:    new("#p = :p AND begins_with(#s, :s)"),
		ExpressionAttributeNames:  map[string]string{"#p": p, "#s": s},
		ExpressionAttributeValues: attr.Item{":p": one[p], ":s": &types.AttributeValueMemberS{Value: r.Prefix}},
	}, nil
}

// newestVersion returns the greatest number among the version rows of an item, 0 if there is none; any of them says which
// item.
func (db *rDB) newestVersion(ctx context.Context, e *model.Entity, one attr.Item) (int64, error) {
	for attrs, err := range db.versionRows(ctx, e, one, true) {
		if err != nil {
			return 0, err
		}
		return versionNumber(e, attrs)
	}
	return 0, nil
}

// Versions are those of one item with a History.
type versions struct {
	db  *rDB
	e   *model.Entity
	key reflect.Value
}

// at decodes version n into dst.
func (v versions) at(ctx context.Context, n int64, dst reflect.Value) error {
	e, db := v.e, v.db
	row := attr.Item{}
	if err := v.keyed(n, row); err != nil {
		return err
	}
	attrs, err := db.GetItem(ctx, row, db.consistent)
	if err == nil && attrs == nil && !db.consistent {
		attrs, err = db.GetItem(ctx, row, true) // a version never changes: only one that is missing may be too new
	}
	switch {
	case err != nil:
		return db.Fail("history", e, row, err)
	case attrs != nil && attrs[model.DeletedAttr] != nil:
		return db.Fail("history", e, row, fmt.Errorf("%w: version %d is the deletion of the item", fault.ErrNotFound, n))
	case attrs == nil:
		newest, err := db.newestVersion(ctx, e, row)
		if err != nil {
			return err
		}
		if n < 1 || n > newest {
			return db.Fail("history", e, row, fmt.Errorf("%w: version %d; the newest is %d", fault.ErrNotFound, n, newest))
		}
		return db.Fail("history", e, row, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	case stub(e, attrs):
		return db.Fail("history", e, row, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	}
	if err := decodeVersion(e, attrs, dst); err != nil {
		return db.Fail("history", e, row, err)
	}
	return nil
}

// all yields the versions, newest first, each in a place that begin returns; one that cannot be read is an ItemError.
func (v versions) all(ctx context.Context, begin func() reflect.Value) iter.Seq2[reflect.Value, error] {
	return func(yield func(reflect.Value, error) bool) {
		row := attr.Item{}
		if err := v.keyed(1, row); err != nil {
			yield(reflect.Value{}, err)
			return
		}
		for attrs, err := range v.db.versionRows(ctx, v.e, row, false) {
			switch {
			case err != nil:
				yield(reflect.Value{}, err)
				return
			case stub(v.e, attrs):
				continue
			}
			dst := begin()
			if err = decodeVersion(v.e, attrs, dst); err != nil {
				err = v.db.Table.ItemError("history", v.e, model.Loaded(attrs), err)
			}
			if !yield(dst, err) {
				return
			}
		}
	}
}

// keyed adds the key of version n to row.
func (v versions) keyed(n int64, row attr.Item) error {
	if v.e.History == nil {
		return fault.Model("ddb: history %s: the entity declares no History", v.e.Name)
	}
	return v.e.HistoryKey("history", v.key, n, row)
}
