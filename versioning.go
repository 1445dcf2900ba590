package ddb

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// newWriteStamp returns a random stamp.
func newWriteStamp() types.AttributeValue {
	return &types.AttributeValueMemberB{Value: binary.BigEndian.AppendUint64(nil, rand.Uint64())}
}

// History reads and prunes the versions that an entity keeps; the repository's own verbs write them. Safe for
// concurrent use.
type History[T any] struct{ r *Repository[T] }

// History returns the versions of the entity, which must declare [Definition.History]; else each call on it matches
// [ErrModel].
func (r *Repository[T]) History() *History[T] { return &History[T]{r} }

// At reads version n of the item whose primary key fields key holds, with one eventually consistent GetItem: a version
// never changes. One that is not found is asked for again, consistently. If there is none, or it is the one in which the
// item was deleted, the error matches [ErrNotFound]; if it was pruned, [ErrPruned], which takes one more request to
// tell. A version that was pruned a moment ago may still be found.
func (h *History[T]) At(ctx context.Context, key T, n int64) (T, error) {
	var out T
	e, db := h.r.e.e, h.r.db
	row := attr.Item{}
	if err := h.keyed(&key, n, row); err != nil {
		return out, err
	}
	attrs, err := db.GetItem(ctx, row, db.consistent)
	if err == nil && attrs == nil && !db.consistent {
		attrs, err = db.GetItem(ctx, row, true) // a version never changes: only one that is missing may be too new
	}
	switch {
	case err != nil:
		return out, db.Fail("history", e, row, err)
	case attrs != nil && attrs[model.DeletedAttr] != nil:
		return out, db.Fail("history", e, row, fmt.Errorf("%w: version %d is the deletion of the item", fault.ErrNotFound, n))
	case attrs == nil:
		newest, err := db.newestVersion(ctx, e, row)
		if err != nil {
			return out, err
		}
		if n < 1 || n > newest {
			return out, db.Fail("history", e, row, fmt.Errorf("%w: version %d; the newest is %d", fault.ErrNotFound, n, newest))
		}
		return out, db.Fail("history", e, row, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	case stub(e, attrs):
		return out, db.Fail("history", e, row, fmt.Errorf("%w: version %d", fault.ErrPruned, n))
	}
	if err := decodeVersion(e, attrs, reflect.ValueOf(&out).Elem()); err != nil {
		return out, db.Fail("history", e, row, err)
	}
	return out, nil
}

// All reads the versions of an item, newest first; deletions are left out. It yields as [Repository.Query] does, and
// costs what a query of as many items costs. break stops it, so that the newest few are one request.
func (h *History[T]) All(ctx context.Context, key T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		e, db := h.r.e.e, h.r.db
		row := attr.Item{}
		if err := h.keyed(&key, 1, row); err != nil {
			yield(zero, err)
			return
		}
		for attrs, err := range db.versionRows(ctx, e, row, false) {
			var out T
			switch {
			case err != nil:
				yield(zero, err)
				return
			case stub(e, attrs):
				continue
			}
			if err = decodeVersion(e, attrs, reflect.ValueOf(&out).Elem()); err != nil {
				out = zero
				err = db.Table.ItemError("history", e, model.Loaded(attrs), err)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

// Prune deletes all but the newest keep versions of an item, of which there must be at least one. A deletion is no
// version and does not count; those among the versions that stay do stay, and so does the newest, as the number that the
// next one follows. Of version 1 a mark is left. It costs a query of the keys, and a write for each version deleted and for
// the mark.
func (h *History[T]) Prune(ctx context.Context, key T, keep int) error {
	e, db := h.r.e.e, h.r.db
	first := attr.Item{}
	if err := h.keyed(&key, 1, first); err != nil {
		return err
	}
	if keep < 1 {
		return db.Fail("prune", e, first, fault.Model("keep is %d: the newest version stays", keep))
	}
	var old []types.WriteRequest
	kept := 0
	for attrs, err := range db.versionRows(ctx, e, first, true) {
		if err != nil {
			return err
		}
		switch stays := kept < keep; { // so the newest does, which says what number is next, even if it is a deletion
		case !stays && attr.EqualItems(db.Table.KeyOf(model.Loaded(attrs)), first):
			if !stub(e, attrs) && len(old) == 0 { // the only one: the mark replaces it
				return h.mark(ctx, first)
			}
		case !stays:
			old = append(old, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: db.Table.KeyOf(model.Loaded(attrs))}})
		case !stub(e, attrs):
			kept++
		}
	}
	if len(old) == 0 {
		return nil
	}
	if err := h.mark(ctx, first); err != nil {
		return err
	}
	for batch := range slices.Chunk(old, call.BatchWriteLimit) {
		if _, err := db.batchWrite(ctx, batch); err != nil {
			return db.Fail("prune", e, first, err)
		}
	}
	return nil
}

// mark replaces the first version by a mark of its own before any other version is deleted. A write that found a number
// before asserts the first version as it was then: so it learns that later numbers may have been used and deleted.
func (h *History[T]) mark(ctx context.Context, first attr.Item) error {
	e, db := h.r.e.e, h.r.db
	mark := maps.Clone(first)
	mark[model.PrunedAttr] = newWriteStamp()
	if t := db.Table.TypeAttr; t != "" {
		mark[t] = &types.AttributeValueMemberS{Value: e.Name + model.VersionType}
	}
	if _, err := db.batchWrite(ctx, []types.WriteRequest{{PutRequest: &types.PutRequest{Item: mark}}}); err != nil {
		return db.Fail("prune", e, first, err)
	}
	return nil
}

// keyed adds the key of version n to row.
func (h *History[T]) keyed(key *T, n int64, row attr.Item) error {
	e := h.r.e.e
	if e.History == nil {
		return fault.Model("ddb: history %s: the entity declares no History", e.Name)
	}
	return historyKey(e, Op{e: e, verb: "history"}, reflect.ValueOf(key).Elem(), n, row)
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
