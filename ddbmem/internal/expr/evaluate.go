package expr

import (
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// holds evaluates a condition.
func (n *node) holds(item value.Item) bool {
	switch n.operator {
	case "AND":
		return !slices.ContainsFunc(n.children, func(c *node) bool { return !c.holds(item) })
	case "OR":
		return slices.ContainsFunc(n.children, func(c *node) bool { return c.holds(item) })
	case "NOT":
		return !n.children[0].holds(item)
	case "":
		return n.operands[0].eval(item).True()
	}
	tested := n.operands[0].eval(item)
	switch n.operator {
	case "BETWEEN":
		return compare(">=", tested, n.operands[1].eval(item)) && compare("<=", tested, n.operands[2].eval(item))
	case "IN":
		return slices.ContainsFunc(n.operands[1:], func(o *operand) bool { return compare("=", tested, o.eval(item)) })
	default:
		return compare(n.operator, tested, n.operands[1].eval(item))
	}
}

// compare applies a comparator. With a missing side only <> is true.
func compare(operator string, a, b value.Value) bool {
	if a.IsZero() || b.IsZero() {
		return operator == "<>"
	}
	switch operator {
	case "=":
		return value.Equal(a, b)
	case "<>":
		return !value.Equal(a, b)
	}
	order, ok := value.Compare(a, b)
	if !ok {
		return false
	}
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// eval returns the value of an operand of a condition, none when there is none.
func (o *operand) eval(item value.Item) value.Value {
	switch {
	case o.isPath():
		return o.path.in(item)
	case o.isValue():
		return o.value
	}
	first := o.args[0].eval(item)
	switch o.function {
	case "attribute_exists":
		return value.Bool(!first.IsZero())
	case "attribute_not_exists":
		return value.Bool(first.IsZero())
	case "attribute_type":
		return value.Bool(!first.IsZero() && first.Kind().String() == o.args[1].eval(item).Text())
	case "begins_with":
		return value.Bool(beginsWith(first, o.args[1].eval(item)))
	case "contains":
		return value.Bool(contains(first, o.args[1].eval(item)))
	default:
		return size(first)
	}
}

func beginsWith(v, prefix value.Value) bool {
	kind := v.Kind()
	return (kind == value.S || kind == value.B) && kind == prefix.Kind() && strings.HasPrefix(v.Text(), prefix.Text())
}

// contains reports whether v has part as a substring, a member or an element.
func contains(v, part value.Value) bool {
	if part.IsZero() {
		return false
	}
	switch kind := v.Kind(); kind {
	case value.S, value.B:
		return kind == part.Kind() && strings.Contains(v.Text(), part.Text())
	case value.SS, value.NS, value.BS:
		return kind.Element() == part.Kind() && slices.Contains(v.Members(), part.Text())
	case value.L:
		return slices.ContainsFunc(v.Elements(), func(e value.Value) bool { return value.Equal(e, part) })
	default:
		return false
	}
}

// size returns the size of v as size() counts it: strings by UTF-16 units,
// binary by bytes, everything else by its parts.
func size(v value.Value) value.Value {
	switch v.Kind() {
	case value.S:
		n := 0
		for _, r := range v.Text() {
			n += max(utf16.RuneLen(r), 1)
		}
		return value.Int(n)
	case value.B:
		return value.Int(len(v.Text()))
	case value.SS, value.NS, value.BS:
		return value.Int(len(v.Members()))
	case value.L:
		return value.Int(len(v.Elements()))
	case value.M:
		return value.Int(len(v.Fields()))
	default:
		return value.Value{}
	}
}
