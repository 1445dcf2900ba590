package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// sortKey compiles the bounds, and returns the field of the sort key that the next one would be on, if there is one.
func (b *planner) sortKey() (next *field.Field) {
	if len(b.p.ix.sort) == 0 {
		if len(b.q.bounds) > 0 {
			b.fault("SortKey: the index has no sort key: use Filter")
		}
		return nil
	}
	k := b.p.row.keys()[1]
	taken := b.order(k.template)
	if len(b.faults) > 0 {
		return nil
	}
	b.fixed = len(taken)
	if n := len(taken); n > 0 && taken[n-1][0].op != opEq {
		b.fixed--
	}
	if fields := k.template.Fields(); len(taken) < len(fields) && !b.bounded(fields[len(taken)]) {
		next = fields[len(taken)]
	}
	if k.template.Native() {
		b.nativeSort(k, taken)
		return next
	}
	b.textSort(k, taken)
	return next
}

// order returns the bounds by the parts of the sort key that they are on: the leading parts have equalities, and the last
// that has bounds may have a range. Of a field that stands in several parts the later ones need not be reached.
func (b *planner) order(t template.Template) (taken [][]clause) {
	if len(b.q.bounds) == 0 {
		return nil
	}
	byField := map[*field.Field][]clause{}
	for _, cl := range b.q.bounds {
		if cl.op == opNil {
			b.fault("SortKey: a nil bound")
			continue
		}
		f, err := b.q.e.resolve(cl.ptr)
		switch {
		case err != nil:
			b.fault("SortKey: %w", err)
		case !t.Holds(f):
			b.fault("SortKey: %s is not part of sort key %q: %s", f.Name, t, b.instead(f))
		default:
			byField[f] = append(byField[f], cl)
		}
	}
	open := "" // the first part that is not fixed
	fields := t.Fields()
	for i, f := range fields {
		cls := byField[f]
		switch {
		case len(cls) == 0 || open != "" && slices.Contains(fields[:i], f):
		case open != "":
			b.fault("SortKey: %s comes after %s, which is not fixed by Eq, in sort key %q", f.Name, open, t)
		case len(cls) > 2 || len(cls) == 2 && !window(cls):
			b.fault("SortKey: %d bounds on %s: use one, such as Between", len(cls), f.Name)
		default:
			taken = append(taken, cls)
		}
		if (len(cls) == 0 || cls[0].op != opEq) && open == "" {
			open = f.Name
		}
	}
	return taken
}

// bounded reports whether a bound is on f.
func (b *planner) bounded(f *field.Field) bool {
	return slices.ContainsFunc(b.q.bounds, func(bd clause) bool {
		g, err := b.q.e.resolve(bd.ptr)
		return err == nil && g == f
	})
}

// window reports a lower and an upper bound, such as from <= f < until.
func window(cls []clause) bool {
	lower := func(c clause) bool { return c.op == opGe || c.op == opGt }
	upper := func(c clause) bool { return c.op == opLe || c.op == opLt }
	return lower(cls[0]) && upper(cls[1]) || upper(cls[0]) && lower(cls[1])
}

var rangeOps = map[operator]template.Op{
	opLt: template.Lt, opLe: template.Le, opGt: template.Gt, opGe: template.Ge, opBetween: template.Between, opStartsWith: template.StartsWith,
}

func (b *planner) textSort(k key, taken [][]clause) {
	if b.q.collection && len(taken) == 0 {
		b.p.sort = b.hull()
		return
	}
	var eqs []reflect.Value
	var ranges []clause
	for _, cls := range taken {
		if cls[0].op == opEq {
			eqs = append(eqs, reflect.ValueOf(cls[0].vals[0]))
		} else {
			ranges = cls
		}
	}
	var r template.Range
	var err error
	if len(ranges) == 0 {
		r, err = k.template.Range(eqs, template.None, nil)
	}
	for n, cl := range ranges {
		vals := make([]reflect.Value, len(cl.vals))
		for i, v := range cl.vals {
			vals[i] = reflect.ValueOf(v)
		}
		side, e := k.template.Range(eqs, rangeOps[cl.op], vals)
		if n > 0 {
			side = r.And(side)
		}
		if e != nil && !isValueError(e) {
			b.fault("SortKey: %w", e)
			return
		}
		r, err = side, errors.Join(err, e)
	}
	if err == nil && r.Form == template.Exact && len(r.Lo) > k.maxBytes {
		err = k.tooLong(len(r.Lo))
	}
	if err != nil {
		b.key(k, fmt.Errorf("SortKey: %w", err))
		return
	}
	if b.q.collection && r.Form == template.Exact && k.template.Tail() != "" {
		r = template.BeginsWith(r.Lo) // one item and what stands under it
	}
	b.p.sort = r.Fit(k.maxBytes)
}

// isValueError reports an error about a value, where others are about a range that the sort key does not take.
func isValueError(err error) bool {
	_, ok := errors.AsType[*template.ValueError](err)
	return ok
}

// hull is the range of a collection that has no bounds: everything, or what the rows asked for begin with.
func (b *planner) hull() template.Range {
	if b.q.wanted == nil {
		return template.BeginsWith("")
	}
	sum := template.Range{Form: template.Nothing}
	for _, r := range b.q.wanted {
		if !template.MayEqual(r.partition, b.p.row.partition) {
			b.fault("%s is never in a partition like this: its key there is %q, not %q", r.entity.name, r.partition, b.p.row.partition)
		}
		one := template.BeginsWith(r.sort.Head())
		if r.sort.LiteralOnly() {
			one = template.Range{Form: template.Exact, Prefix: r.sort.Head(), Lo: r.sort.Head(), Hi: r.sort.Head()}
		}
		sum = sum.Hull(one)
	}
	return sum
}

// nativeBound is a condition on a sort attribute of its own.
type nativeBound struct {
	attr string
	f    *field.Field
	op   operator
	vals []types.AttributeValue
}

func (b *planner) nativeSort(k key, taken [][]clause) {
	for i, cls := range taken {
		bound := nativeBound{attr: k.attrs[i]}
		var sides []nativeBound
		for _, cl := range cls {
			f, vals, err := b.q.e.operands(cl)
			switch bad, ok := errors.AsType[*codec.Error](err); {
			case ok:
				b.key(k, fmt.Errorf("SortKey: %w", &template.ValueError{Field: bad.Path, Err: bad.Err}))
				return
			case err != nil:
				b.fault("SortKey: %w", err)
				return
			}
			if err := b.nativeOperands(k, i, cl, vals); err != nil {
				b.key(k, fmt.Errorf("SortKey: %w", err))
				return
			}
			if cl.op == opStartsWith && isNumber(f.Type) {
				b.fault("SortKey: StartsWith(%s): a number has no beginning", f.Name)
			}
			bound.f, bound.op, bound.vals = f, cl.op, vals
			sides = append(sides, bound)
		}
		var ok bool
		if bound, ok = joined(sides, k.maxBytes); !ok {
			b.p.crossed = true
			return
		}
		b.p.native = append(b.p.native, bound)
	}
}

// nativeOperands refuses values that are no key, or for a range no end of one.
func (b *planner) nativeOperands(k key, i int, cl clause, vals []types.AttributeValue) error {
	for _, av := range vals {
		if cl.op == opEq {
			if err := k.template.CheckNative(i, av, k.limits(b.p.row)); err != nil {
				return err
			}
		} else if err := template.CheckBound(av); err != nil {
			return &template.ValueError{Field: k.template.Fields()[i].Name, Err: err}
		}
	}
	return nil
}
