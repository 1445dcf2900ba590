package ddbperiod

import (
	"context"
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
	for n := 0; p.q.Limit == 0 || n < p.q.Limit; n++ {
		var first *head[T]
		for _, h := range heads {
			if h.some && (first == nil || p.order(h.key, first.key) < 0) {
				first = h
			}
		}
		if first == nil || !yield(first.item, nil) {
			return
		}
		if n+1 == p.q.Limit { // no further page is needed
			return
		}
		if !first.advance(yield) {
			return
		}
	}
}

// head is the next item of one table.
type head[T any] struct {
	p    *plan
	next func() (T, error, bool)
	stop func()
	item T
	key  []types.AttributeValue
	some bool
}

// advance goes to the next item. Items that cannot be read are yielded where they are met. It reports whether to go on.
func (h *head[T]) advance(yield func(T, error) bool) bool {
	for {
		it, err, ok := h.next()
		if h.item, h.some = it, ok; !ok {
			return true
		}
		if err == nil {
			h.key, err = h.p.sortKey(reflect.ValueOf(&h.item).Elem())
		}
		if err == nil {
			return true
		}
		var zero T
		if !yield(zero, err) || !isItem(err) {
			return false
		}
	}
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
	for i := range a {
		if c, _ := attr.Compare(a[i], b[i]); c != 0 {
			if p.q.Desc {
				return -c
			}
			return c
		}
	}
	return 0
}
