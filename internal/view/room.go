package view

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
)

// room is the range of the field that a Sum, Count or Distinct fills. A number beyond it is not written: no program
// could read the target. The zero room has no bounds.
type room struct {
	field    *field.Field
	low, top decimal.Number
}

// roomOf returns the room of a field.
func roomOf(f *field.Field) room {
	t := field.Pointee(f.Type)
	low, top := "", ""
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		low, top = strconv.FormatInt(-1<<(t.Bits()-1), 10), strconv.FormatInt(1<<(t.Bits()-1)-1, 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		low, top = "0", strconv.FormatUint(1<<t.Bits()-1, 10)
	case reflect.Float32:
		low, top = strconv.FormatFloat(-math.MaxFloat32, 'e', -1, 32), strconv.FormatFloat(math.MaxFloat32, 'e', -1, 32)
	default:
		return room{}
	}
	r := room{field: f}
	var err error
	if r.low, err = decimal.Parse(low); err == nil {
		r.top, err = decimal.Parse(top)
	}
	if err != nil {
		return room{}
	}
	return r
}

// condition is that n can be added to the attribute; "" where it always can. Towards zero it always can, so that a
// number that is too large already comes back.
func (r room) condition(x *plan.Expression, attr string, n decimal.Number) string {
	if r.field == nil {
		return ""
	}
	op, limit := " <= ", r.top.Sub(n)
	if n.Sign() < 0 {
		op, limit = " >= ", r.low.Sub(n)
	}
	cond := x.Name(attr) + op + x.Value(decimalValue(limit))
	if r.check(n) != nil {
		return cond
	}
	return plan.Or("attribute_not_exists("+x.Name(attr)+")", cond)
}

// check returns what is wrong with a number that is to be stored.
func (r room) check(n decimal.Number) error {
	if r.field == nil || n.Sub(r.low).Sign() >= 0 && r.top.Sub(n).Sign() >= 0 {
		return nil
	}
	return fmt.Errorf("field %s would be %s, which its type %s cannot hold: give it a wider one, then Rebuild the view", r.field.Name, n, r.field.Type)
}

// overflows returns what is wrong with the differences of a transaction, if the target has no room for one.
func (c *commitment) overflows(l *look, target attr.Item) error {
	for _, attr := range c.a.attrs() {
		n, ok := c.adds[attr]
		if !ok || n.IsZero() {
			continue
		}
		have, err := sumOf(target, attr)
		if err != nil {
			return err
		}
		r := c.a.rooms[attr]
		is := have.Add(n)
		towards := n.Sign() > 0 && is.Sub(r.low).Sign() < 0 || n.Sign() < 0 && r.top.Sub(is).Sign() < 0
		if err := r.check(is); err != nil && !towards {
			return fmt.Errorf("target %s: %w", c.db.Table.KeyText(l.Target), err)
		}
	}
	return nil
}

// fits returns what is wrong with what a target is to say: a number beyond its field, or more than an item holds.
func (a *aggregate) fits(was, differing attr.Item) error {
	size := attr.Size(was)
	for attrName, av := range differing {
		if n, ok := av.(*types.AttributeValueMemberN); ok && a.rooms[attrName].field != nil {
			v, err := decimal.Parse(n.Value)
			if err == nil {
				err = a.rooms[attrName].check(v)
			}
			if err != nil {
				return err
			}
		}
		if have, ok := was[attrName]; ok {
			size -= len(attrName) + attr.ValueSize(have)
		}
		if av != nil {
			size += len(attrName) + attr.ValueSize(av)
		}
	}
	if size <= attr.MaxItemBytes {
		return nil
	}
	for _, r := range a.ranks {
		if list, ok := differing[r.into.Attr()].(*types.AttributeValueMemberL); ok && r.op == RuleTop {
			return fmt.Errorf("%w: the target would have %d bytes, DynamoDB allows %d: %d entries of Top in field %s take %d of them: keep fewer or smaller ones", fault.ErrTooLarge, size, attr.MaxItemBytes, len(list.Value), r.into.Name, attr.ValueSize(list))
		}
	}
	return fmt.Errorf("%w: the target would have %d bytes, DynamoDB allows %d", fault.ErrTooLarge, size, attr.MaxItemBytes)
}
