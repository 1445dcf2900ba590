package expr

import (
	"encoding/base64"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// conditionFunctions are the functions of conditions with their number of
// operands; only size is not a condition itself.
var conditionFunctions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2,
	"begins_with": 2, "contains": 2, "size": 1,
}

// updateFunctions are the functions of update expressions with their number of
// operands.
var updateFunctions = map[string]int{"if_not_exists": 2, "list_append": 2}

// check reports the first error of a condition, in DynamoDB's order: unknown
// functions, functions in the wrong place, reserved words; then, leaf by leaf,
// undefined placeholders, numbers of operands and types.
func (c *Condition) check(s *scope) error {
	for _, check := range []func(*node) error{
		func(n *node) error { return n.calls(checkConditionFunction) },
		func(n *node) error { return n.misused() },
		func(n *node) error { return n.reserved(s) },
		func(n *node) error { return n.check(s) },
	} {
		if err := c.root.eachLeaf(check); err != nil {
			return err
		}
	}
	return nil
}

// first returns the first error that check reports for an operand of the leaf.
func (n *node) first(check func(*operand) error) error {
	return firstOf(n.operands, check)
}

func firstOf(operands []*operand, check func(*operand) error) error {
	for _, o := range operands {
		if err := firstOf(o.args, check); err != nil {
			return err
		}
		if err := check(o); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) calls(check func(function string) error) error {
	return n.first(func(o *operand) error {
		if !o.calls {
			return nil
		}
		return check(o.function)
	})
}

func checkConditionFunction(function string) error {
	if _, ok := conditionFunctions[function]; ok {
		return nil
	}
	if _, ok := updateFunctions[function]; ok {
		return value.Invalid(msgNotInCondition, function)
	}
	return value.Invalid(msgFunction, function)
}

// misused reports size where a condition belongs, and a condition where an
// operand belongs.
func (n *node) misused() error {
	if n.operator == "" && n.operands[0].function == "size" {
		return value.Invalid(msgMisused, "size")
	}
	return n.first(func(o *operand) error {
		if o.calls && o.function != "size" && !(n.operator == "" && o == n.operands[0]) {
			return value.Invalid(msgMisused, o.function)
		}
		return nil
	})
}

func (n *node) reserved(s *scope) error {
	return n.first(func(o *operand) error { return s.reserved(o.path) })
}

// resolve replaces the placeholders of an operand.
func (s *scope) resolve(o *operand) error {
	if o.isValue() {
		return s.value(o)
	}
	return s.path(o.path)
}

// check resolves the placeholders of a leaf and checks its operands.
func (n *node) check(s *scope) error {
	if err := n.first(s.resolve); err != nil {
		return err
	}
	if n.operator == "IN" && len(n.operands)-1 > maxInOperands {
		return value.Invalid(msgTooManyInOperands, len(n.operands)-1)
	}
	for _, check := range []func(*operand) error{checkOperandCount, checkCallDistinct} {
		if err := n.first(check); err != nil {
			return err
		}
	}
	if n.operator != "" {
		if err := checkDistinct(n.operator, n.operands); err != nil {
			return err
		}
	}
	if err := n.first(checkCallTypes); err != nil {
		return err
	}
	return n.checkTypes()
}

func checkOperandCount(o *operand) error {
	want, ok := conditionFunctions[o.function]
	if !ok {
		want = updateFunctions[o.function]
	}
	if o.calls && len(o.args) != want {
		return value.Invalid(msgOperandCount, o.function, len(o.args))
	}
	return nil
}

func checkCallDistinct(o *operand) error { return checkDistinct(o.function, o.args) }

// checkDistinct reports a path that is compared with itself.
func checkDistinct(operator string, operands []*operand) error {
	if len(operands) < 2 || !operands[0].isPath() {
		return nil
	}
	for _, o := range operands[1:] {
		if o.isPath() && o.path.equal(operands[0].path) {
			return value.Invalid(msgNotDistinct, operator, o.path)
		}
	}
	return nil
}

// kind returns the type that an operand is known to have before any item.
func (o *operand) kind() value.Kind {
	switch {
	case o.isValue():
		return o.value.Kind()
	case o.function == "size":
		return value.N
	default:
		return value.None
	}
}

// allow reports an operand whose type is known and is none of the kinds.
func (o *operand) allow(operator string, kinds ...value.Kind) error {
	kind := o.kind()
	if kind == value.None {
		return nil
	}
	if slices.Contains(kinds, kind) {
		return nil
	}
	return value.Invalid(msgOperandType, operator, kind)
}

func checkCallTypes(o *operand) error {
	switch o.function {
	case "attribute_exists", "attribute_not_exists":
		if !o.args[0].isPath() {
			return value.Invalid(msgNeedsPath, o.function)
		}
	case "begins_with":
		for _, arg := range o.args {
			if err := arg.allow(o.function, value.S, value.B); err != nil {
				return err
			}
		}
	case "size":
		return o.args[0].allow(o.function, value.S, value.B, value.M, value.L, value.SS, value.NS, value.BS)
	case "attribute_type":
		wanted := o.args[1]
		if !wanted.isValue() {
			return value.Invalid(msgOperandType, o.function, msgAnyType)
		}
		if err := wanted.allow(o.function, value.S); err != nil {
			return err
		}
		if _, ok := value.KindOf(wanted.value.Text()); !ok {
			return value.Invalid(msgAttributeType, wanted.value.Text())
		}
	}
	return nil
}

// checkTypes reports operands that an ordering comparison cannot have.
func (n *node) checkTypes() error {
	switch n.operator {
	case "<", "<=", ">", ">=", "BETWEEN":
	default:
		return nil
	}
	for _, o := range n.operands {
		if err := o.allow(n.operator, value.S, value.N, value.B); err != nil {
			return err
		}
	}
	if n.operator != "BETWEEN" || !n.operands[1].isValue() || !n.operands[2].isValue() {
		return nil
	}
	low, high := n.operands[1].value, n.operands[2].value
	message := ""
	if order, ok := value.Compare(low, high); !ok {
		message = msgBetweenTypes
	} else if order > 0 {
		message = msgBetweenOrder
	}
	if message == "" {
		return nil
	}
	return value.Invalid(message, low.Kind(), shown(low), high.Kind(), shown(high))
}

// shown returns a scalar as messages show it.
func shown(v value.Value) string {
	if v.Kind() == value.B {
		return base64.StdEncoding.EncodeToString([]byte(v.Text()))
	}
	return v.Text()
}
