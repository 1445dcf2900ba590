package ddb

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
)

// compile writes conds, joined by AND, as an expression on e's attributes.
func (e *mEntity) compile(x *plan.Expression, conds []clause) (string, error) {
	out := make([]string, 0, len(conds))
	for _, c := range conds {
		cc, err := e.compileCond(c)
		if err != nil {
			return "", err
		}
		out = append(out, cc.text(x))
	}
	return plan.And(out...), nil
}

// compiled is a condition whose fields are resolved and whose constants are encoded. It can be written as an expression,
// and evaluated here.
type compiled struct {
	op    operator
	f     *field.Field // of a comparison
	vals  []types.AttributeValue
	kids  []compiled
	built expression.Expression // of an Expr
}

// compileCond resolves a condition, or says what is wrong with it.
func (e *mEntity) compileCond(cl clause) (compiled, error) {
	if cl.op == opNil {
		return compiled{}, fault.Model("a nil condition")
	}
	out := compiled{op: cl.op}
	var err error
	switch cl.op {
	case opAnd, opOr, opNot:
		if len(cl.kids) == 0 {
			return out, fault.Model("%s of no conditions", cl.op)
		}
		out.kids = make([]compiled, len(cl.kids))
		for i, k := range cl.kids {
			if out.kids[i], err = e.compileCond(k); err != nil {
				return out, err
			}
		}
		return out, nil
	case opExpr:
		if out.built, err = expression.NewBuilder().WithCondition(cl.expr).Build(); err != nil {
			return out, fault.Model("Expr: %w", err)
		}
		return out, nil
	default: // a comparison
	}
	if out.f, out.vals, err = e.operands(cl); err != nil {
		return out, err
	}
	for _, v := range out.vals {
		if err := incomparable(cl.op, v); err != nil {
			return out, fmt.Errorf("field %s: %w", out.f.Name, err)
		}
	}
	return out, nil
}

// crosses returns the field of a Between whose bounds cross, nil where there is none: it holds for no item.
func (c *compiled) crosses() *field.Field {
	if c.op == opBetween && crossed(c.vals) {
		return c.f
	}
	for i := range c.kids {
		if f := c.kids[i].crosses(); f != nil {
			return f
		}
	}
	return nil
}

// never reports a condition that holds for no item, as the bounds of a Between cross.
func (c *compiled) never() bool {
	return c.op == opBetween && crossed(c.vals) || c.op == opAnd && slices.ContainsFunc(c.kids, func(k compiled) bool { return k.never() })
}

// text writes the condition with the placeholders of x.
func (c *compiled) text(x *plan.Expression) string {
	switch c.op {
	case opAnd, opOr, opNot:
		kids := make([]string, len(c.kids))
		for i := range c.kids {
			kids[i] = c.kids[i].text(x)
		}
		switch c.op {
		case opOr:
			return plan.Or(kids...)
		case opNot:
			return "NOT (" + kids[0] + ")"
		default:
			return plan.And(kids...)
		}
	case opExpr:
		return x.Adopt(*c.built.Condition(), c.built.Names(), c.built.Values())
	case opBetween:
		if c.never() { // which DynamoDB refuses to compare with
			path := x.Path(c.f.Path)
			return "attribute_exists(" + path + ") AND attribute_not_exists(" + path + ")"
		}
		return comparison(x, c.op, c.f, c.vals)
	default: // a comparison
		return comparison(x, c.op, c.f, c.vals)
	}
}

// local reports that the condition can be evaluated here: it holds no Expr.
func (c *compiled) local() bool {
	return c.op != opExpr && !slices.ContainsFunc(c.kids, func(k compiled) bool { return !k.local() })
}

// holds evaluates a local condition on an item's attributes, as DynamoDB would.
func (c *compiled) holds(attrs attr.Item) bool {
	switch c.op {
	case opNot:
		return !c.kids[0].holds(attrs)
	case opOr:
		return slices.ContainsFunc(c.kids, func(k compiled) bool { return k.holds(attrs) })
	case opAnd:
		return !slices.ContainsFunc(c.kids, func(k compiled) bool { return !k.holds(attrs) })
	default: // a comparison
		return holds(c.op, c.f, attr.At(attrs, c.f.Path), c.vals)
	}
}

// operands resolves the field of a comparison and encodes its constants as the field's attribute would be.
func (e *mEntity) operands(cl clause) (*field.Field, []types.AttributeValue, error) {
	f, err := e.resolve(cl.ptr)
	if err != nil {
		return nil, nil, err
	}
	if !f.Stored() {
		return nil, nil, fault.Model("field %s lives only in the key and has no attribute to compare", f.Name)
	}
	if why := cmp.Or(unordered(cl.op, f), partless(cl.op, f)); why != "" {
		return nil, nil, fault.Model("field %s: %s", f.Name, why)
	}
	if cl.op == opIn && (len(cl.vals) == 0 || len(cl.vals) > 100) {
		return nil, nil, fault.Model("field %s: In takes 1 to 100 values, not %d", f.Name, len(cl.vals))
	}
	vals := make([]types.AttributeValue, len(cl.vals))
	for i, v := range cl.vals {
		if vals[i], err = encodeOperand(cl.op, f, v); err != nil {
			err = e.told(err)
			if _, named := errors.AsType[*codec.Error](err); !named {
				err = fmt.Errorf("field %s: %w", f.Name, err)
			}
			return nil, nil, err
		}
	}
	return f, vals, nil
}

// unordered says why DynamoDB does not order a field's attribute as its values are, "" if it does, or the condition is not
// about order.
func unordered(op operator, f *field.Field) string {
	switch op {
	case opLt, opLe, opGt, opGe, opBetween:
	default:
		return ""
	}
	t := field.Pointee(f.Type)
	switch {
	case f.AsString && (isNumber(t) || isNumberText(t)):
		return "it is a number stored as text (tag \",string\"), where 10 comes before 9: drop the option, or use Eq, Ne and In"
	case t.ConvertibleTo(reflect.TypeFor[time.Time]()) && !f.UnixTime:
		return "it is a time stored as text, where 00.5Z comes before 00Z, and zones differ: tag it \",unixtime\", let a sort key hold it with Time and ask there, or use Eq, Ne and In"
	case !f.Marshals() && disordered(t):
		return fmt.Sprintf("DynamoDB orders strings, numbers and bytes alone, and no %s", t)
	}
	return ""
}

// partless says why no part of a field's text is a part of its attribute, "" if it is, or the condition is not about that.
func partless(op operator, f *field.Field) string {
	switch {
	case op != opStartsWith && op != opContains:
	case f.Marshals():
		return fmt.Sprintf("a %s says itself how it is stored, and what it makes of a part is no part of what it makes of the whole: compare wholes, or store a string", f.Type)
	case isNumberText(f.Type) && !f.AsString:
		return fmt.Sprintf("a %s is stored as a number, which has no text: use Eq, Lt, Gt and Between", f.Type)
	}
	return ""
}

// incomparable says that a value has no order and no parts: it is stored as NULL, or is in an interface and no text,
// number or bytes.
func incomparable(op operator, av types.AttributeValue) error {
	switch op {
	case opLt, opLe, opGt, opGe, opBetween, opStartsWith, opContains:
	default:
		return nil
	}
	switch av.(type) {
	case *types.AttributeValueMemberS, *types.AttributeValueMemberN, *types.AttributeValueMemberB:
		return nil
	case *types.AttributeValueMemberNULL:
		return codec.Refusal("cannot be compared by %s with what is stored as NULL: use Eq, Ne, Present or Absent", op)
	}
	return codec.Refusal("cannot be compared by %s with what is no string, number or bytes: use Eq, Ne or In", op)
}

// disordered reports a type whose attribute DynamoDB does not order at all.
func disordered(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Map:
		return true
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() != reflect.Uint8
	case reflect.Struct:
		return !t.ConvertibleTo(reflect.TypeFor[time.Time]())
	default:
		return false
	}
}

func encodeOperand(op operator, f *field.Field, v any) (types.AttributeValue, error) {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() { // a nil interface
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	encode := codec.EncodeField
	if op == opHas {
		encode = codec.EncodeElem
	}
	av, err := encode(keepEmpty(f), rv)
	if err == nil && av == nil {
		err = fault.Model("a %s has no value to compare with", f.Type)
	}
	return av, err
}

// keepEmpty returns f without the options that leave an empty value out.
func keepEmpty(f *field.Field) *field.Field {
	if !f.OmitEmpty && !f.OmitEmptyElem {
		return f
	}
	g := *f
	g.OmitEmpty, g.OmitEmptyElem = false, false
	return &g
}

// placeholders is what an expression is written with: a [plan.Expression], or plain text for people.
type placeholders interface {
	Name(attr string) string
	Path(path []string) string
	Value(v types.AttributeValue) string
}

// plain writes names and values themselves.
type plain struct{}

func (plain) Name(attr string) string             { return attr }
func (plain) Path(path []string) string           { return strings.Join(path, ".") }
func (plain) Value(v types.AttributeValue) string { return attr.Text(v) }

func comparison(x placeholders, op operator, f *field.Field, vals []types.AttributeValue) string {
	path := x.Path(f.Path)
	ps := make([]string, len(vals))
	for i, v := range vals {
		ps[i] = x.Value(v)
	}
	switch op {
	case opEq:
		if omitted(f, vals[0]) {
			return "attribute_not_exists(" + path + ") OR " + path + " = " + ps[0]
		}
	case opNe:
		if omitted(f, vals[0]) {
			return "attribute_exists(" + path + ") AND " + path + " <> " + ps[0]
		}
	case opBetween:
		return path + " BETWEEN " + ps[0] + " AND " + ps[1]
	case opIn:
		in := path + " IN (" + strings.Join(ps, ", ") + ")"
		if slices.ContainsFunc(vals, func(v types.AttributeValue) bool { return omitted(f, v) }) {
			return "attribute_not_exists(" + path + ") OR " + in
		}
		return in
	case opStartsWith:
		return "begins_with(" + path + ", " + ps[0] + ")"
	case opContains, opHas:
		return "contains(" + path + ", " + ps[0] + ")"
	case opPresent, opAbsent:
		return string(op) + "(" + path + ")"
	default:
	}
	return path + " " + string(op) + " " + ps[0]
}

// omitted reports whether av is of a value that the field leaves out.
func omitted(f *field.Field, av types.AttributeValue) bool {
	if !f.OmitEmpty {
		return false
	}
	if n, ok := av.(*types.AttributeValueMemberN); ok && f.UnixTime {
		return n.Value == attr.ZeroUnix
	}
	return attr.IsEmpty(av)
}

// crossed reports bounds of which the lower is above the upper, which DynamoDB refuses.
func crossed(vals []types.AttributeValue) bool {
	c, ok := attr.Compare(vals[0], vals[1])
	return ok && c > 0
}
