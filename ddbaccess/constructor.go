package ddbaccess

import (
	"context"
	"reflect"
	"strings"

	"github.com/singletable-go/ddb"
)

// The kinds of a pattern.
const (
	kindGet      = "get"
	kindOne      = "one"
	kindMany     = "many"
	kindPage     = "page"
	kindWhole    = "whole"
	kindWrite    = "write"
	kindTransact = "transact"
	kindFunc     = "func"
	kindView     = "view" // of no pattern: what a view does
)

func newPattern[P any](name, kind string, example P, run func(context.Context, *ddb.DB, P) ([]any, error)) *Pattern {
	return &Pattern{
		name: name, kind: kind, parameter: reflect.TypeFor[P](), example: example,
		run: func(ctx context.Context, db *ddb.DB, params any) ([]any, error) {
			p, _ := params.(P) // a nil interface is no P, and stays nil
			return run(ctx, db, p)
		},
	}
}

// missing is the fault of a pattern without its function.
func missing(isNil bool) string {
	if isNil {
		return "its function is nil"
	}
	return ""
}

// Get is a read of one item by its primary key, [ddb.Repository.Get]. Its parameter is the key: an item with the fields of the
// primary key.
func Get[T any](name string, e *ddb.Entity[T], key T) *Pattern {
	p := newPattern(name, kindGet, key, func(ctx context.Context, db *ddb.DB, key T) ([]any, error) {
		item, err := ddb.NewRepository(db, e).Get(ctx, key)
		if err != nil {
			return nil, err
		}
		return []any{item}, nil
	})
	if e == nil {
		p.fault = "its entity is nil"
		return p
	}
	p.entity, p.of = e.Name(), e
	return p
}

// One is a query of one item, [ddb.Repository.One].
func One[P, T any](name string, query func(P) ddb.Query[T], example P) *Pattern {
	p := newPattern(name, kindOne, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		q := query(params)
		item, err := ddb.NewRepository(db, q.Entity()).One(ctx, q)
		if err != nil {
			return nil, err
		}
		return []any{item}, nil
	})
	return ofQuery(p, query, example)
}

// Many is a query of many items, [ddb.Repository.Query]: of all of them, or as many as the query's Limit. It reads on after a page
// of 1 MB; [Page] does not.
func Many[P, T any](name string, query func(P) ddb.Query[T], example P) *Pattern {
	p := newPattern(name, kindMany, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		q := query(params)
		items, err := ddb.Collect(ddb.NewRepository(db, q.Entity()).Query(ctx, q))
		return anys(items), err
	})
	return ofQuery(p, query, example)
}

// Page is the first page of a list, [ddb.Repository.Page]. It is as large as the query's Limit, or what one request reads, 1 MB. A
// following page costs as much.
func Page[P, T any](name string, query func(P) ddb.Query[T], example P) *Pattern {
	p := newPattern(name, kindPage, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		q := query(params)
		page, err := ddb.NewRepository(db, q.Entity()).Page(ctx, q, "")
		return anys(page.Items), err
	})
	return ofQuery(p, query, example)
}

// All is a [Many] whose query has no parameters.
func All[T any](name string, query func() ddb.Query[T]) *Pattern {
	if query == nil {
		return Many[struct{}, T](name, nil, struct{}{})
	}
	return Many(name, func(struct{}) ddb.Query[T] { return query() }, struct{}{})
}

// ofQuery adds what a query says about itself.
func ofQuery[P, T any](p *Pattern, query func(P) ddb.Query[T], example P) *Pattern {
	if p.fault = missing(query == nil); p.fault != "" {
		return p
	}
	e := query(example).Entity()
	if e == nil {
		p.fault = "its function returns the zero Query for the example"
		return p
	}
	p.entity, p.of = e.Name(), e
	p.text = func(params any) string { v, _ := params.(P); return query(v).String() }
	return p
}

// Whole is a read of an item collection of several types, [ddb.DB.Items]. It reads the whole collection: [ddb.DB.Gather] reads
// less where its sinks leave out the first or the last types.
func Whole[P any](name string, collection func(P) ddb.Collection, example P) *Pattern {
	p := newPattern(name, kindWhole, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		return ddb.Collect(db.Items(ctx, collection(params)))
	})
	p.fault = missing(collection == nil)
	p.text = func(params any) string { v, _ := params.(P); return collection(v).String() }
	return p
}

// Write is one write, [ddb.DB.Do].
func Write[P any](name string, op func(P) ddb.Op, example P) *Pattern {
	p := newPattern(name, kindWrite, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		return nil, db.Do(ctx, op(params))
	})
	p.fault = missing(op == nil)
	p.text = func(params any) string { v, _ := params.(P); return op(v).String() }
	return p
}

// Transact is a transaction, [ddb.DB.Transact].
func Transact[P any](name string, ops func(P) []ddb.Op, example P) *Pattern {
	p := newPattern(name, kindTransact, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		return nil, db.Transact(ctx, ops(params)...)
	})
	p.fault = missing(ops == nil)
	p.text = func(params any) string { v, _ := params.(P); return opsText(ops(v)) }
	return p
}

// Func is anything else: several requests, a write with its read, a transaction with what leads to it.
func Func[P any](name string, f func(context.Context, *ddb.DB, P) error, example P) *Pattern {
	p := newPattern(name, kindFunc, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		return nil, f(ctx, db, params)
	})
	p.fault = missing(f == nil)
	return p
}

// FuncItems is a [Func] that returns what it read.
func FuncItems[P, T any](name string, f func(context.Context, *ddb.DB, P) ([]T, error), example P) *Pattern {
	p := newPattern(name, kindFunc, example, func(ctx context.Context, db *ddb.DB, params P) ([]any, error) {
		items, err := f(ctx, db, params)
		return anys(items), err
	})
	p.fault = missing(f == nil)
	return p
}

func anys[T any](items []T) []any {
	out := make([]any, len(items))
	for i := range items {
		out[i] = items[i]
	}
	return out
}

func opsText(ops []ddb.Op) string {
	var text strings.Builder
	for i, op := range ops {
		if i > 0 {
			text.WriteString("\n")
		}
		text.WriteString(op.String())
	}
	return text.String()
}
