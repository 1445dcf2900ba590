package read

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
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

// Stub reports whether a version item holds no version: it is a tombstone, or the marker of the first version.
func Stub(e *model.Entity, item attr.Item) bool {
	return item[model.DeletedAttr] != nil || item[e.Version.Attr()] == nil
}

// DecodeVersion fills dst, an addressable zero struct, from a version item.
func DecodeVersion(e *model.Entity, item attr.Item, dst reflect.Value) error {
	attrs := maps.Clone(item)
	if aside, ok := item[model.AsideAttr].(*types.AttributeValueMemberM); ok {
		maps.Copy(attrs, aside.Value)
	}
	attrs, err := e.Upgraded(attrs)
	if err != nil {
		return err
	}
	if err := e.Codec.Decode(attrs, dst); err != nil {
		return err
	}
	for _, k := range e.History.Keys() {
		s, ok := item[k.Attrs[0]].(*types.AttributeValueMemberS)
		if !ok {
			return fmt.Errorf("%w: the version item has no %s key of the history's shape", fault.ErrUnknown, k.Side)
		}
		if err := k.Template.Decode(s.Value, dst); err != nil {
			return err
		}
	}
	return nil
}

// CheckVersion reports a version item that cannot be read, or is none.
func CheckVersion(e *model.Entity, item attr.Item) error {
	number, err := versionNumber(e, item)
	switch {
	case err != nil:
		return err
	case !Stub(e, item):
		return DecodeVersion(e, item, e.NewItem())
	case item[model.DeletedAttr] == nil && number != 1:
		return fmt.Errorf("%w: version item %d has neither a version nor a deletion", fault.ErrUnknown, number)
	}
	return nil
}

// versionNumber returns the number in the key of a version item.
func versionNumber(e *model.Entity, item attr.Item) (int64, error) {
	it := e.NewItem()
	for _, k := range e.History.Keys() {
		s, ok := item[k.Attrs[0]].(*types.AttributeValueMemberS)
		if !ok {
			return 0, fmt.Errorf("%w: the version item has no %s key of the history's shape", fault.ErrUnknown, k.Side)
		}
		if err := k.Template.Decode(s.Value, it); err != nil {
			return 0, err
		}
	}
	return e.Version.Get(it).Int(), nil
}

// NewWriteStamp returns a random stamp.
func NewWriteStamp() types.AttributeValue {
	return &types.AttributeValueMemberB{Value: binary.BigEndian.AppendUint64(nil, rand.Uint64())}
}

// VersionItems yields the version items of one item, newest first; one is any of them.
func (db *DB) VersionItems(ctx context.Context, e *model.Entity, one attr.Item, keysOnly bool) iter.Seq2[attr.Item, error] {
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
			out, err := db.QueryOwn(ctx, in)
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

func (db *DB) versionQuery(e *model.Entity, one attr.Item) (*dynamodb.QueryInput, error) {
	it := e.NewItem()
	p, s := db.Table.Primary.Partition[0], db.Table.Primary.Sort[0]
	text, ok := one[s].(*types.AttributeValueMemberS)
	if !ok {
		return nil, fault.Model("ddb: history %s: the table has no version item of it", e.Name)
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

// NewestVersion returns the greatest number among the version items of an item, 0 if there is none; one is any of them.
func (db *DB) NewestVersion(ctx context.Context, e *model.Entity, one attr.Item) (int64, error) {
	for attrs, err := range db.VersionItems(ctx, e, one, true) {
		if err != nil {
			return 0, err
		}
		return versionNumber(e, attrs)
	}
	return 0, nil
}

// Versions are those of one item with a History.
type Versions struct {
	Db  *DB
	E   *model.Entity
	Key reflect.Value
}

// At decodes version n into dst.
func (v Versions) At(ctx context.Context, n int64, dst reflect.Value) error {
	e, db := v.E, v.Db
	item := attr.Item{}
	if err := v.Keyed(n, item); err != nil {
		return err
	}
	attrs, err := db.GetItem(ctx, item, db.Strong)
	if err == nil && attrs == nil && !db.Strong {
		attrs, err = db.GetItem(ctx, item, true) // versions never change, so only a missing one needs a consistent read
	}
	switch {
	case err != nil:
		return db.Fail("history", e, item, err)
	case attrs != nil && attrs[model.DeletedAttr] != nil:
		return db.Fail("history", e, item, fmt.Errorf("%w: version %d is a deletion of the item", fault.ErrNotFound, n))
	case attrs == nil:
		newest, err := db.NewestVersion(ctx, e, item)
		if err != nil {
			return err
		}
		if n < 1 || n > newest {
			return db.Fail("history", e, item, fmt.Errorf("%w: version %d; the newest is %d", fault.ErrNotFound, n, newest))
		}
		return db.Fail("history", e, item, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	case Stub(e, attrs):
		return db.Fail("history", e, item, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	}
	if err := DecodeVersion(e, attrs, dst); err != nil {
		return db.Fail("history", e, item, err)
	}
	db.Bind(e, dst)
	return nil
}

// All yields the versions, newest first, each decoded into what begin returns. One that cannot be read is an ItemError.
func (v Versions) All(ctx context.Context, begin func() reflect.Value) iter.Seq2[reflect.Value, error] {
	return func(yield func(reflect.Value, error) bool) {
		item := attr.Item{}
		if err := v.Keyed(1, item); err != nil {
			yield(reflect.Value{}, err)
			return
		}
		for attrs, err := range v.Db.VersionItems(ctx, v.E, item, false) {
			switch {
			case err != nil:
				yield(reflect.Value{}, err)
				return
			case Stub(v.E, attrs):
				continue
			}
			dst := begin()
			if err = DecodeVersion(v.E, attrs, dst); err != nil {
				err = v.Db.Table.ItemError("history", v.E, model.Loaded(attrs), err)
			} else {
				v.Db.Bind(v.E, dst)
			}
			if !yield(dst, err) {
				return
			}
		}
	}
}

// Keyed adds the key of version n to item.
func (v Versions) Keyed(n int64, item attr.Item) error {
	if v.E.History == nil {
		return fault.Model("ddb: history %s: the entity declares no History", v.E.Name)
	}
	return v.E.HistoryKey("history", v.Key, n, item)
}
