package ddbperiod

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
)

// merge reads all tables of a plan at once, and yields their items in the order of the sort key.
func (r *Repository[T]) merge(ctx context.Context, q ddb.Query[T], p *plan, yield func(T, error) bool) {
	var heads []*head[T]
	defer func() {
		for _, h := range heads {
			h.stop()
		}
	}()
	for start := range p.starts() {
		h := &head[T]{p: p}
		h.next, h.stop = iter.Pull2(r.inTable(ctx, q, start))
		heads = append(heads, h)
		if !h.advance(yield) {
			return
		}
	}
	for n := 0; p.q.Limit == 0 || n < p.q.Limit; {
		var first *head[T]
		for _, h := range heads {
			if h.some && (first == nil || p.order(h.key, first.key) < 0) {
				first = h
			}
		}
		if first == nil || !yield(first.item, first.err) {
			return
		}
		if first.err == nil {
			n++
		}
		if n == p.q.Limit && n > 0 { // no further page is needed
			return
		}
		if !first.advance(yield) {
			return
		}
	}
}

// head is the next item of one table, or the error of one that cannot be read.
type head[T any] struct {
	p    *plan
	next func() (T, error, bool)
	stop func()
	item T
	err  error
	key  []types.AttributeValue
	some bool
}

// advance goes to the next item. It reports whether to go on: an error of more than one item is yielded at once.
func (h *head[T]) advance(yield func(T, error) bool) bool {
	if h.item, h.err, h.some = h.next(); !h.some {
		return true
	}
	err := h.err
	if unread, ok := errors.AsType[*ddb.ItemError](err); ok {
		h.key = h.p.storedKey(unread.Item)
		return true
	}
	if err == nil {
		h.key, err = h.p.sortKey(reflect.ValueOf(&h.item).Elem())
	}
	if err == nil {
		return true
	}
	var zero T
	yield(zero, err)
	return false
}

// storedKey is the sort key of an item that cannot be read.
func (p *plan) storedKey(attrs map[string]types.AttributeValue) (out []types.AttributeValue) {
	for _, name := range p.q.Ix.Sort {
		if av := attrs[name]; av != nil {
			out = append(out, av)
		}
	}
	return out
}

// sortKey is the sort key of an item in the index of the query.
func (p *plan) sortKey(item reflect.Value) (out []types.AttributeValue, err error) {
	k := p.keys.Keys()[1]
	if !k.Template.Native() {
		s, err := p.keys.Render("query", k, item)
		return []types.AttributeValue{&types.AttributeValueMemberS{Value: s}}, err
	}
	for i, f := range k.Template.Fields() {
		av, err := p.keys.Native("query", k, i, f.Get(item))
		if err != nil {
			return nil, err
		}
		out = append(out, av)
	}
	return out, nil
}

// order compares sort keys in the direction of the query.
func (p *plan) order(a, b []types.AttributeValue) int {
	for i := range min(len(a), len(b)) {
		if c, _ := attr.Compare(a[i], b[i]); c != 0 {
			if p.q.Desc {
				return -c
			}
			return c
		}
	}
	return cmp.Compare(len(a), len(b)) // a part is absent from an item that cannot be read
}
