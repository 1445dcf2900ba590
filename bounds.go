package ddb

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
)

// bound is what a field that is added to can hold. A number beyond it could not be read any more.
type numberBound struct {
	f         *field.Field
	low, high decimal.Number
}

// boundOf returns the bound of a field of numbers; false for a float64, which is wider than DynamoDB's numbers.
func boundOf(f *field.Field) (b numberBound, ok bool) {
	low, high := "0", ""
	switch f.Type.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		most := int64(math.MaxInt64) >> (64 - f.Type.Bits())
		low, high = strconv.FormatInt(-most-1, 10), strconv.FormatInt(most, 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		high = strconv.FormatUint(uint64(math.MaxUint64)>>(64-f.Type.Bits()), 10)
	case reflect.Float32:
		high = strconv.FormatFloat(math.MaxFloat32, 'f', -1, 64)
		low = "-" + high
	default:
		return b, false
	}
	b = numberBound{f: f}
	var err error
	if b.low, err = decimal.Parse(low); err == nil {
		b.high, err = decimal.Parse(high)
	}
	return b, err == nil
}

// bounded returns the bounds of the attributes that the aggregate adds to.
func (a *aggregate) bounded(attr string) (numberBound, bool) {
	for _, r := range a.sums {
		if r.attr == attr {
			return boundOf(r.into)
		}
	}
	for _, r := range a.distincts {
		if r.attr == attr {
			return boundOf(r.into)
		}
	}
	return numberBound{}, false
}

// room is the condition that n more fits, "" where it always does: a sum of what cannot be negative is not negative.
func (b numberBound) room(x *plan.Expression, n decimal.Number) string {
	op, limit := " <= ", b.high.Sub(n)
	if n.Sign() < 0 {
		if b.low.IsZero() {
			return ""
		}
		op, limit = " >= ", b.low.Sub(n)
	}
	name := x.Name(b.f.Attr())
	room := name + op + x.Value(&types.AttributeValueMemberN{Value: limit.String()})
	if b.holds(n) != nil { // what is not there is zero
		return room
	}
	return plan.Or("attribute_not_exists("+name+")", room)
}

// holds returns an error if the field cannot hold n.
func (b numberBound) holds(n decimal.Number) error {
	if n.Sub(b.high).Sign() <= 0 && b.low.Sub(n).Sign() <= 0 {
		return nil
	}
	return fmt.Errorf("field %s would be %s, which its type %s cannot hold: give it a wider one", b.f.Name, n, b.f.Type)
}

// overflow returns an error if what is stored and what is added to it would be more than a field can hold.
func (a *aggregate) overflow(stored item, adds map[string]decimal.Number) error {
	for attr, n := range adds {
		b, ok := a.bounded(attr)
		if !ok || n.IsZero() {
			continue
		}
		have, err := sumOf(stored, attr)
		if err != nil {
			return err
		}
		if b.low.IsZero() && n.Sign() < 0 {
			continue
		}
		if err := b.holds(have.Add(n)); err != nil {
			return err
		}
	}
	return nil
}

// fits returns an error if a target cannot be what it should say: a number that its field cannot hold, or more than an
// item holds.
func (a *aggregate) fits(was, differing item) error {
	size := itemSize(was)
	for attr, av := range differing {
		if old := was[attr]; old != nil {
			size -= len(attr) + valueSize(old)
		}
		if av == nil {
			continue
		}
		size += len(attr) + valueSize(av)
		b, ok := a.bounded(attr)
		if !ok {
			continue
		}
		n, err := sumOf(differing, attr)
		if err == nil {
			err = b.holds(n)
		}
		if err != nil {
			return err
		}
	}
	if size <= maxItemBytes {
		return nil
	}
	err := fmt.Errorf("%w: it would have %d bytes, and an item has at most %d", ErrTooLarge, size, maxItemBytes)
	for _, r := range a.ranks {
		if av := differing[r.into.Attr()]; r.op == ruleTop && av != nil {
			return fmt.Errorf("%w: field %s, the Top %d, has %d of them: ask for fewer entries, or for smaller ones", err, r.into.Name, r.n, valueSize(av))
		}
	}
	return err
}

// leastTop is the least size of a Top in its target: its entries have at least the size of the zero entry.
func (r rankRule) leastTop() int {
	size := 0
	_ = safely(func() error { // an encoding of the user's may not like the zero value: then nothing is known
		av, err := codec.EncodeElem(keepEmpty(r.into), reflect.Zero(r.into.Type.Elem()))
		if err == nil && av != nil {
			size = r.n * (1 + valueSize(av))
		}
		return err
	})
	return size
}
