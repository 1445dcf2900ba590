package expr

import (
	"maps"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// change is what an update does at the end of a path. A change without a value
// removes.
type change struct {
	value value.Value
}

// Apply returns the item that the update makes of an item. Right-hand sides
// see the item as it was, whatever other clauses change. List positions are
// those of before; elements set beyond the end are appended in order of
// position. The error is a [value.Error].
func (u *Update) Apply(item value.Item) (value.Item, error) { return u.apply(item, u.clauses) }

// Create returns the item that the update makes of a key that no item has. There
// is nothing to remove or to delete from, at whatever path.
func (u *Update) Create(key value.Item) (value.Item, error) {
	return u.apply(key, slices.DeleteFunc(slices.Clone(u.clauses), func(c *clause) bool { return !c.creates() }))
}

func (u *Update) apply(item value.Item, clauses []*clause) (value.Item, error) {
	changes := make([]value.Value, len(clauses))
	var beyond error // the first sum beyond the range of numbers
	for i, c := range clauses {
		if c.section != "SET" {
			continue
		}
		v, outside, err := c.assigned(item)
		if err != nil {
			return nil, err
		}
		if beyond == nil {
			beyond = outside
		}
		changes[i] = v
	}
	tree := &branch{}
	for i, c := range clauses {
		v, err := c.apply(item, changes[i])
		if err != nil {
			return nil, u.worded(err)
		}
		tree.add(c.target).change = &change{v}
	}
	if beyond != nil {
		return nil, beyond
	}
	return tree.changeFields(item), nil
}

// apply returns what a clause makes of its target; assigned is the value of SET.
func (c *clause) apply(item value.Item, assigned value.Value) (v value.Value, err error) {
	if err := c.checkParent(item); err != nil {
		return v, err
	}
	switch c.section {
	case "SET":
		v = assigned
	case "ADD":
		v, err = added(c.target.in(item), c.left.value)
	case "DELETE":
		v, err = subtracted(c.target.in(item), c.left.value)
	}
	if err == nil && !v.IsZero() && len(c.target)-1+v.Depth() > maxNesting {
		err = value.Invalid(msgValueNesting)
	}
	return v, err
}

// checkParent reports a path whose parent does not exist.
func (c *clause) checkParent(item value.Item) error {
	if len(c.target) == 1 {
		return nil
	}
	last := len(c.target) - 1
	want := value.M
	if c.target[last].index {
		want = value.L
	}
	if c.target[:last].in(item).Kind() != want {
		return value.Invalid(msgBadPath)
	}
	return nil
}

// assigned returns the value of SET. A sum beyond the range of numbers is kept apart from the other errors: it counts
// only when the value is stored.
func (c *clause) assigned(item value.Item) (v value.Value, beyond, err error) {
	left, err := c.left.evalUpdate(item)
	if err != nil || c.sign == "" {
		return left, nil, err
	}
	right, err := c.right.evalUpdate(item)
	if err != nil {
		return v, nil, err
	}
	if left.Kind() != value.N || right.Kind() != value.N {
		return v, nil, value.Invalid(msgBadOperand)
	}
	operate := value.Decimal.Add
	if c.sign == "-" {
		operate = value.Decimal.Sub
	}
	result, beyond := operate(left.Decimal(), right.Decimal())
	return result.Value(), beyond, nil
}

// evalUpdate returns the value of an operand of SET, which must have one.
func (o *operand) evalUpdate(item value.Item) (value.Value, error) {
	switch {
	case o.isValue():
		return o.value, nil
	case o.isPath():
		v := o.path.in(item)
		if v.IsZero() {
			return v, value.Invalid(msgNoAttribute)
		}
		return v, nil
	case o.function == "if_not_exists":
		if v := o.args[0].path.in(item); !v.IsZero() {
			return v, nil
		}
		return o.args[1].evalUpdate(item)
	}
	var joined []value.Value
	for _, arg := range o.args {
		v, err := arg.evalUpdate(item)
		if err != nil {
			return v, err
		}
		if v.Kind() != value.L {
			return v, value.Invalid(msgBadOperand)
		}
		if joined = append(joined, v.Elements()...); len(joined) > maxElements {
			return value.Value{}, value.Invalid(msgTooLarge)
		}
	}
	return value.List(joined), nil
}

// added returns the result of ADD: a sum of numbers or a union of sets.
func added(old, v value.Value) (value.Value, error) {
	switch {
	case old.IsZero():
		return v, nil
	case old.Kind() != v.Kind():
		return old, value.Invalid(msgBadOperand)
	case v.Kind() == value.L: // of AttributeUpdates alone
		return value.List(slices.Concat(old.Elements(), v.Elements())), nil
	case v.Kind() == value.N:
		sum, err := old.Decimal().Add(v.Decimal())
		if err != nil {
			return old, err
		}
		return sum.Value(), nil
	default:
		return value.Set(v.Kind(), slices.Concat(old.Members(), v.Members())), nil
	}
}

// subtracted returns the result of DELETE, none when no member is left.
func subtracted(old, v value.Value) (value.Value, error) {
	switch {
	case old.IsZero():
		return old, nil
	case old.Kind() != v.Kind():
		return old, value.Invalid(msgBadOperand)
	}
	removed := make(map[string]bool, len(v.Members()))
	for _, m := range v.Members() {
		removed[m] = true
	}
	left := slices.DeleteFunc(slices.Clone(old.Members()), func(m string) bool { return removed[m] })
	if len(left) == 0 {
		return value.Value{}, nil
	}
	return value.Set(v.Kind(), left), nil
}

// changed returns v with the changes of the branch, none when it is removed.
func (b *branch) changed(v value.Value) value.Value {
	switch {
	case b.change != nil:
		return b.change.value
	case b.fields != nil:
		return value.Map(b.changeFields(v.Fields()))
	default:
		return value.List(b.changeElements(v.Elements()))
	}
}

func (b *branch) changeFields(item value.Item) value.Item {
	fields := make([]value.Field, 0, len(item)+len(b.fields))
	for _, f := range item {
		if b.fields[f.Name] == nil {
			fields = append(fields, f)
		}
	}
	for name, next := range b.fields {
		if v := next.changed(item.Get(name)); !v.IsZero() {
			fields = append(fields, value.Field{Name: name, Value: v})
		}
	}
	return value.NewItem(fields...)
}

func (b *branch) changeElements(old []value.Value) []value.Value {
	list := make([]value.Value, 0, len(old)+len(b.elements))
	for i, e := range old {
		if next := b.elements[i]; next != nil {
			if e = next.changed(e); e.IsZero() {
				continue
			}
		}
		list = append(list, e)
	}
	for _, position := range slices.Sorted(maps.Keys(b.elements)) {
		if position < len(old) {
			continue
		}
		if v := b.elements[position].changed(value.Value{}); !v.IsZero() {
			list = append(list, v)
		}
	}
	return list
}
