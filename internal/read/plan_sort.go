package read

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// sortKey compiles the bounds. It returns the field of the next part of the sort key, nil if there is none.
func (b *planner) sortKey() (next *field.Field) {
	if len(b.p.ix.Sort) == 0 {
		if len(b.q.Bounds) > 0 {
			b.fault("SortKey: the index has no sort key: use Filter")
		}
		return nil
	}
	k := b.p.keys.Keys()[1]
	taken := b.order(k.Template)
	if len(b.faults) > 0 {
		return nil
	}
	b.fixed = len(taken)
	if n := len(taken); n > 0 && taken[n-1][0].Op != model.OpEq {
		b.fixed--
	}
	if fields := k.Template.Fields(); len(taken) < len(fields) && !b.bounded(fields[len(taken)]) {
		next = fields[len(taken)]
	}
	if k.Template.Native() {
		b.nativeSort(k, taken)
		return next
	}
	b.textSort(k, taken)
	return next
}

// order returns the bounds in the order of the sort key's parts: the leading parts have equalities, and the last part with
// bounds may have a range. If a field is in several parts, the later ones need no bound.
func (b *planner) order(t template.Template) (taken [][]model.Clause) {
	if len(b.q.Bounds) == 0 {
		return nil
	}
	byField := map[*field.Field][]model.Clause{}
	for _, cl := range b.q.Bounds {
		if cl.Op == model.OpNil {
			b.fault("SortKey: a bound is nil: remove it")
			continue
		}
		f, err := b.q.E.Resolve(cl.Ptr)
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
			b.fault("SortKey: %s comes after %s in sort key %q: fix %[2]s with Eq first", f.Name, open, t)
		case len(cls) > 2 || len(cls) == 2 && !window(cls):
			b.fault("SortKey: %d bounds on %s, DynamoDB allows one: use one, such as Between", len(cls), f.Name)
		default:
			taken = append(taken, cls)
		}
		if (len(cls) == 0 || cls[0].Op != model.OpEq) && open == "" {
			open = f.Name
		}
	}
	return taken
}

// bounded reports whether there is a bound on f.
func (b *planner) bounded(f *field.Field) bool {
	return slices.ContainsFunc(b.q.Bounds, func(bd model.Clause) bool {
		g, err := b.q.E.Resolve(bd.Ptr)
		return err == nil && g == f
	})
}

// window reports whether the bounds are a lower and an upper one, such as from <= f < until.
func window(cls []model.Clause) bool {
	lower := func(c model.Clause) bool { return c.Op == model.OpGe || c.Op == model.OpGt }
	upper := func(c model.Clause) bool { return c.Op == model.OpLe || c.Op == model.OpLt }
	return lower(cls[0]) && upper(cls[1]) || upper(cls[0]) && lower(cls[1])
}

var rangeOps = map[model.Operator]template.Op{
	model.OpLt: template.Lt, model.OpLe: template.Le, model.OpGt: template.Gt, model.OpGe: template.Ge, model.OpBetween: template.Between, model.OpStartsWith: template.StartsWith,
}

func (b *planner) textSort(k model.Key, taken [][]model.Clause) {
	if b.q.Collection && len(taken) == 0 {
		b.p.sort = b.hull()
		return
	}
	var eqs []reflect.Value
	var ranges []model.Clause
	for _, cls := range taken {
		if cls[0].Op == model.OpEq {
			eqs = append(eqs, reflect.ValueOf(cls[0].Vals[0]))
		} else {
			ranges = cls
		}
	}
	var r template.Range
	var err error
	if len(ranges) == 0 {
		r, err = k.Template.Range(eqs, template.None, nil)
	}
	for n, cl := range ranges {
		vals := make([]reflect.Value, len(cl.Vals))
		for i, v := range cl.Vals {
			vals[i] = reflect.ValueOf(v)
		}
		side, e := k.Template.Range(eqs, rangeOps[cl.Op], vals)
		if n > 0 {
			side = r.And(side)
		}
		if e != nil && !isValueError(e) {
			b.fault("SortKey: %w", e)
			return
		}
		r, err = side, errors.Join(err, e)
	}
	if err == nil && r.Form == template.Exact && len(r.Lo) > k.MaxBytes {
		err = k.TooLong(len(r.Lo))
	}
	if err != nil {
		b.key(k, fmt.Errorf("SortKey: %w", err))
		return
	}
	if b.q.Collection && r.Form == template.Exact && k.Template.Tail() != "" {
		r = template.BeginsWith(r.Lo) // one item and its children
	}
	b.p.sort = r.Fit(k.MaxBytes)
}

// isValueError reports whether the error is about a value, not about a range that the sort key does not support.
func isValueError(err error) bool {
	_, ok := errors.AsType[*template.ValueError](err)
	return ok
}

// hull is the range of a collection without bounds: everything, or the common prefix of the wanted entities' sort keys.
func (b *planner) hull() template.Range {
	if b.q.wanted == nil {
		return template.BeginsWith("")
	}
	sum := template.Range{Form: template.Nothing}
	for _, r := range b.q.wanted {
		if !template.MayEqual(r.Partition, b.p.keys.Partition) {
			b.fault("%s has another partition key: %q, not %q: remove its sink", r.Entity.Name, r.Partition, b.p.keys.Partition)
		}
		one := template.BeginsWith(r.Sort.Head())
		if r.Sort.LiteralOnly() {
			one = template.Range{Form: template.Exact, Prefix: r.Sort.Head(), Lo: r.Sort.Head(), Hi: r.Sort.Head()}
		}
		sum = sum.Hull(one)
	}
	return sum
}

// nativeBound is a condition on a Native sort key attribute.
type nativeBound struct {
	attr string
	f    *field.Field
	op   model.Operator
	vals []types.AttributeValue
}

func (b *planner) nativeSort(k model.Key, taken [][]model.Clause) {
	for i, cls := range taken {
		bound := nativeBound{attr: k.Attrs[i]}
		var sides []nativeBound
		for _, cl := range cls {
			f, vals, err := b.q.E.Operands(cl)
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
			if cl.Op == model.OpStartsWith && model.IsNumber(f.Type) {
				b.fault("SortKey: StartsWith(%s): the field is a number: use Eq or Between", f.Name)
			}
			bound.f, bound.op, bound.vals = f, cl.Op, vals
			sides = append(sides, bound)
		}
		var ok bool
		if bound, ok = joined(sides, k.MaxBytes); !ok {
			b.p.Crossed = true
			return
		}
		b.p.native = append(b.p.native, bound)
	}
}

// nativeOperands encodes the values of a bound. It reports values that are invalid in a key or as the end of a range.
func (b *planner) nativeOperands(k model.Key, i int, cl model.Clause, vals []types.AttributeValue) error {
	for _, av := range vals {
		if cl.Op == model.OpEq {
			if err := k.Template.CheckNative(i, av, k.Limits(b.p.keys)); err != nil {
				return err
			}
		} else if err := template.CheckBound(av); err != nil {
			return &template.ValueError{Field: k.Template.Fields()[i].Name, Err: err}
		}
	}
	return nil
}
