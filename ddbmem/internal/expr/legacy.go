package expr

import (
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// The types below are the legacy parameters, from before expressions: Expected, QueryFilter, ScanFilter, KeyConditions,
// AttributeUpdates and AttributesToGet. Each becomes what the equal expression would be parsed to, so that the same
// code evaluates both.

// Comparison is a condition on one attribute, such as an entry of QueryFilter.
type Comparison struct {
	Name     string
	Operator string // as the API calls it: EQ, NOT_CONTAINS and so on
	Values   []value.Value
}

// comparators are the expression operators of the comparisons that have one of their own.
var comparators = map[string]string{"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "IN": "IN", "BETWEEN": "BETWEEN"}

// comparisonCalls are the functions of the others.
var comparisonCalls = map[string]string{
	"NULL": "attribute_not_exists", "NOT_NULL": "attribute_exists",
	"CONTAINS": "contains", "NOT_CONTAINS": "contains", "BEGINS_WITH": "begins_with",
}

// comparable are the types of values that a comparison takes. Those that are not listed take all.
var comparable = map[string][]value.Kind{
	"LT": ordered, "LE": ordered, "GT": ordered, "GE": ordered, "BETWEEN": ordered, "IN": ordered,
	"CONTAINS": scalars, "NOT_CONTAINS": scalars, "BEGINS_WITH": {value.S, value.B},
}

var (
	ordered = []value.Kind{value.S, value.N, value.B}
	scalars = []value.Kind{value.S, value.N, value.B, value.BOOL, value.NULL}
)

// Check reports a comparison with a wrong number of values, a type that the operator does not accept, several types, or
// bounds in the wrong order.
func (c Comparison) Check() error {
	if !c.counts() {
		return value.Invalid(msgComparisonCount, c.Operator)
	}
	if takes, limited := comparable[c.Operator]; limited {
		for _, v := range c.Values {
			if !slices.Contains(takes, v.Kind()) {
				return value.Invalid(msgComparisonType, c.Operator, v.Kind())
			}
		}
	}
	for _, v := range c.Values {
		if v.Kind() != c.Values[0].Kind() {
			return value.Invalid(msgValueTypes)
		}
	}
	if c.Operator == "BETWEEN" && compare(">", c.Values[0], c.Values[1]) {
		return value.Invalid(msgComparisonOrder)
	}
	return nil
}

// counts reports whether the comparison has as many values as its operator takes.
func (c Comparison) counts() bool {
	n := len(c.Values)
	switch c.Operator {
	case "NULL", "NOT_NULL":
		return n == 0
	case "BETWEEN":
		return n == 2
	case "IN":
		return n > 0
	default:
		return n == 1
	}
}

// node returns the comparison as a leaf of a condition, or as the negation of one.
func (c Comparison) node() *node {
	operands := []*operand{{path: attributePath(c.Name)}}
	for _, v := range c.Values {
		operands = append(operands, &operand{placeholder: legacyValue, value: v})
	}
	if operator, ok := comparators[c.Operator]; ok {
		return &node{operator: operator, operands: operands}
	}
	leaf := &node{operands: []*operand{{calls: true, function: comparisonCalls[c.Operator], args: operands}}}
	if c.Operator == "NOT_CONTAINS" { // false, as CONTAINS is, of an attribute that is not there
		there := &node{operands: []*operand{{calls: true, function: "attribute_exists", args: operands[:1]}}}
		return &node{operator: "AND", children: []*node{there, {operator: "NOT", children: []*node{leaf}}}}
	}
	return leaf
}

// legacyValue is used where an expression would have a value's placeholder.
const legacyValue = ":"

func attributePath(name string) path { return path{{name: name}} }

// Compare returns the condition that all comparisons are true, or with either that at least one is.
func Compare(all []Comparison, either bool) *Condition {
	c := &Condition{root: &node{operator: "AND"}}
	if either {
		c.root.operator = "OR"
	}
	for _, one := range all {
		c.root.children = append(c.root.children, one.node())
		c.paths = append(c.paths, attributePath(one.Name))
	}
	return c
}

// CompareKeys returns the key condition that comparisons make.
func CompareKeys(all []Comparison) *KeyCondition {
	k := &KeyCondition{}
	for _, c := range all {
		operator, ok := comparators[c.Operator]
		switch {
		case c.Operator == "BEGINS_WITH":
			operator = "begins_with"
		case !ok, operator == "<>", operator == "IN":
			operator = "" // rejected by Resolve, which knows the schema
		}
		k.tests = append(k.tests, Test{Name: c.Name, Operator: operator, Values: c.Values})
	}
	return k
}

// Attributes returns the projection of whole attributes.
func Attributes(names []string) *Projection {
	p := &Projection{}
	for _, name := range names {
		p.paths = append(p.paths, attributePath(name))
	}
	p.tree = newBranch(p.paths)
	return p
}
