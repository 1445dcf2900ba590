package model

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

// Compile writes conds, joined by AND, as an expression on e's attributes.
func (e *Entity) Compile(x *plan.Expression, conds []Clause) (string, error) {
	out := make([]string, 0, len(conds))
	for _, c := range conds {
		cc, err := e.CompileCond(c)
		if err != nil {
			return "", err
		}
		out = append(out, cc.Text(x))
	}
	return plan.And(out...), nil
}

// Compiled is a condition with resolved fields and encoded constants. It can be written as an expression, and evaluated in
// the program.
type Compiled struct {
	op    Operator
	f     *field.Field // of a comparison
	vals  []types.AttributeValue
	kids  []Compiled
	built expression.Expression // of an Expr
}

// CompileCond compiles a condition.
func (e *Entity) CompileCond(cl Clause) (Compiled, error) {
	if cl.Op == OpNil {
		return Compiled{}, fault.Model("a condition is nil: remove it")
	}
	out := Compiled{op: cl.Op}
	var err error
	switch cl.Op {
	case OpAnd, OpOr, OpNot:
		if len(cl.Kids) == 0 {
			return out, fault.Model("%s without conditions: pass at least one", cl.Op)
		}
		out.kids = make([]Compiled, len(cl.Kids))
		for i, k := range cl.Kids {
			if out.kids[i], err = e.CompileCond(k); err != nil {
				return out, err
			}
		}
		return out, nil
	case OpExpr:
		if out.built, err = expression.NewBuilder().WithCondition(cl.Expr).Build(); err != nil {
			return out, fault.Model("Expr: %w", err)
		}
		return out, nil
	default: // a comparison
	}
	if out.f, out.vals, err = e.Operands(cl); err != nil {
		return out, err
	}
	for _, v := range out.vals {
		if err := incomparable(cl.Op, v); err != nil {
			return out, fmt.Errorf("field %s: %w", out.f.Name, err)
		}
	}
	return out, nil
}

// crosses returns the field of a Between whose lower bound is above the upper one, nil if there is none.
func (c *Compiled) crosses() *field.Field {
	if c.op == OpBetween && Crossed(c.vals) {
		return c.f
	}
	for i := range c.kids {
		if f := c.kids[i].crosses(); f != nil {
			return f
		}
	}
	return nil
}

// Never reports a condition that holds for no item: the lower bound of a Between is above the upper one.
func (c *Compiled) Never() bool {
	return c.op == OpBetween && Crossed(c.vals) || c.op == OpAnd && slices.ContainsFunc(c.kids, func(k Compiled) bool { return k.Never() })
}

// Text writes the condition with the placeholders of x.
func (c *Compiled) Text(x *plan.Expression) string {
	switch c.op {
	case OpAnd, OpOr, OpNot:
		kids := make([]string, len(c.kids))
		for i := range c.kids {
			kids[i] = c.kids[i].Text(x)
		}
		switch c.op {
		case OpOr:
			return plan.Or(kids...)
		case OpNot:
			return "NOT (" + kids[0] + ")"
		default:
			return plan.And(kids...)
		}
	case OpExpr:
		return x.Adopt(*c.built.Condition(), c.built.Names(), c.built.Values())
	case OpBetween:
		if c.Never() { // DynamoDB refuses such bounds
			path := x.Path(c.f.Path)
			return "attribute_exists(" + path + ") AND attribute_not_exists(" + path + ")"
		}
		return Comparison(x, c.op, c.f, c.vals)
	default: // a comparison
		return Comparison(x, c.op, c.f, c.vals)
	}
}

// Local reports whether the program can evaluate the condition: it contains no Expr.
func (c *Compiled) Local() bool {
	return c.op != OpExpr && !slices.ContainsFunc(c.kids, func(k Compiled) bool { return !k.Local() })
}

// Holds evaluates a local condition on an item's attributes, as DynamoDB would.
func (c *Compiled) Holds(attrs attr.Item) bool {
	switch c.op {
	case OpNot:
		return !c.kids[0].Holds(attrs)
	case OpOr:
		return slices.ContainsFunc(c.kids, func(k Compiled) bool { return k.Holds(attrs) })
	case OpAnd:
		return !slices.ContainsFunc(c.kids, func(k Compiled) bool { return !k.Holds(attrs) })
	default: // a comparison
		return Holds(c.op, c.f, attr.At(attrs, c.f.Path), c.vals)
	}
}

// Operands resolves the field of a comparison and encodes its constants as the field's attribute would be.
func (e *Entity) Operands(cl Clause) (*field.Field, []types.AttributeValue, error) {
	f, err := e.Resolve(cl.Ptr)
	if err != nil {
		return nil, nil, err
	}
	if !f.Stored() {
		return nil, nil, fault.Model("field %s is stored in the key only, so there is no attribute to compare", f.Name)
	}
	if why := cmp.Or(packed(cl.Op, f), unordered(cl.Op, f), partless(cl.Op, f)); why != "" {
		return nil, nil, fault.Model("field %s: %s", f.Name, why)
	}
	if IsBlob(f.Type) && cl.Op != OpPresent && cl.Op != OpAbsent {
		return nil, nil, fault.Model("field %s: its content is not in the item: ask for Present or Absent only", f.Name)
	}
	if cl.Op == OpIn && (len(cl.Vals) == 0 || len(cl.Vals) > 100) {
		return nil, nil, fault.Model("field %s: In takes 1 to 100 values, not %d", f.Name, len(cl.Vals))
	}
	vals := make([]types.AttributeValue, len(cl.Vals))
	for i, v := range cl.Vals {
		if vals[i], err = encodeOperand(cl.Op, f, v); err != nil {
			err = e.WithAdvice(err)
			if _, named := errors.AsType[*codec.Error](err); !named {
				err = fmt.Errorf("field %s: %w", f.Name, err)
			}
			return nil, nil, err
		}
	}
	return f, vals, nil
}

// unordered says why the order of a field's attribute in DynamoDB is not that of its values. It returns "" if it is, or if the
// operator does not compare order.
func unordered(op Operator, f *field.Field) string {
	switch op {
	case OpLt, OpLe, OpGt, OpGe, OpBetween:
	default:
		return ""
	}
	t := field.Pointee(f.Type)
	switch {
	case f.AsString && (IsNumber(t) || isNumberText(t)):
		return "it is a number stored as text (tag \",string\"), where 10 comes before 9: remove the option, or use Eq, Ne and In"
	case t.ConvertibleTo(reflect.TypeFor[time.Time]()) && !f.UnixTime:
		return "it is a time stored as text, where 00.5Z comes before 00Z, and zones differ: tag it \",unixtime\", use it in a sort key with Time, or use Eq, Ne and In"
	case !f.Marshals() && disordered(t):
		return fmt.Sprintf("DynamoDB orders only strings, numbers and bytes, not a %s", t)
	}
	return ""
}

// partless says why a part of a field's value is not a part of its attribute. It returns "" if it is, or if the operator does
// not compare parts.
func partless(op Operator, f *field.Field) string {
	switch {
	case op != OpStartsWith && op != OpContains:
	case f.Marshals():
		return fmt.Sprintf("a %s has a marshaler, which may store a part differently than the whole: compare the whole value, or store a string", f.Type)
	case isNumberText(f.Type) && !f.AsString:
		return fmt.Sprintf("a %s is stored as a number, which has no text: use Eq, Lt, Gt and Between", f.Type)
	}
	return ""
}

// incomparable returns an error for a value without order and parts: one stored as NULL, or a value in an interface that is
// not stored as string, number or bytes.
func incomparable(op Operator, av types.AttributeValue) error {
	switch op {
	case OpLt, OpLe, OpGt, OpGe, OpBetween, OpStartsWith, OpContains:
	default:
		return nil
	}
	switch av.(type) {
	case *types.AttributeValueMemberS, *types.AttributeValueMemberN, *types.AttributeValueMemberB:
		return nil
	case *types.AttributeValueMemberNULL:
		return codec.Refusal("cannot be compared by %s, since it is stored as NULL: use Eq, Ne, Present or Absent", op)
	}
	return codec.Refusal("cannot be compared by %s, since it is not stored as string, number or bytes: use Eq, Ne or In", op)
}

// disordered reports whether DynamoDB has no order for attributes of the type.
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

func encodeOperand(op Operator, f *field.Field, v any) (types.AttributeValue, error) {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() { // a nil interface
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	encode := codec.EncodeField
	if op == OpHas {
		encode = codec.EncodeElem
	}
	av, err := encode(KeepEmpty(f), rv)
	if err == nil && av == nil {
		err = fault.Model("this value of type %s is stored as no attribute: use Present or Absent", f.Type)
	}
	return av, err
}

// KeepEmpty returns f without the options that omit empty values.
func KeepEmpty(f *field.Field) *field.Field {
	if !f.OmitEmpty && !f.OmitEmptyElem {
		return f
	}
	g := *f
	g.OmitEmpty, g.OmitEmptyElem = false, false
	return &g
}

// Placeholders renders names and values: as a [plan.Expression], or as text for people.
type Placeholders interface {
	Name(attr string) string
	Path(path []string) string
	Value(v types.AttributeValue) string
}

// Plain renders names and values as text for people.
type Plain struct{}

// Name returns the name as it is.
func (Plain) Name(attr string) string { return attr }

// Path returns the names with dots between them.
func (Plain) Path(path []string) string { return strings.Join(path, ".") }

// Value returns the value as messages print it.
func (Plain) Value(v types.AttributeValue) string { return attr.Text(v) }

// Comparison renders the comparison of f with vals, with names and values written by x.
func Comparison(x Placeholders, op Operator, f *field.Field, vals []types.AttributeValue) string {
	path := x.Path(f.Path)
	ps := make([]string, len(vals))
	for i, v := range vals {
		ps[i] = x.Value(v)
	}
	switch op {
	case OpEq:
		if Omitted(f, vals[0]) {
			return "attribute_not_exists(" + path + ") OR " + path + " = " + ps[0]
		}
	case OpNe:
		if Omitted(f, vals[0]) {
			return "attribute_exists(" + path + ") AND " + path + " <> " + ps[0]
		}
	case OpBetween:
		return path + " BETWEEN " + ps[0] + " AND " + ps[1]
	case OpIn:
		in := path + " IN (" + strings.Join(ps, ", ") + ")"
		if slices.ContainsFunc(vals, func(v types.AttributeValue) bool { return Omitted(f, v) }) {
			return "attribute_not_exists(" + path + ") OR " + in
		}
		return in
	case OpStartsWith:
		return "begins_with(" + path + ", " + ps[0] + ")"
	case OpContains, OpHas:
		return "contains(" + path + ", " + ps[0] + ")"
	case OpPresent, OpAbsent:
		return string(op) + "(" + path + ")"
	default:
	}
	return path + " " + string(op) + " " + ps[0]
}

// Omitted reports whether the field omits the value that av encodes.
func Omitted(f *field.Field, av types.AttributeValue) bool {
	if !f.OmitEmpty {
		return false
	}
	if n, ok := av.(*types.AttributeValueMemberN); ok && f.UnixTime {
		return n.Value == attr.ZeroUnix
	}
	return attr.IsEmpty(av)
}

// Crossed reports whether the lower bound is above the upper one, which DynamoDB refuses.
func Crossed(vals []types.AttributeValue) bool {
	c, ok := attr.Compare(vals[0], vals[1])
	return ok && c > 0
}
