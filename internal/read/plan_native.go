package read

import (
	"bytes"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// joined combines the conditions on one attribute: DynamoDB allows one condition on a sort key, and no value that is longer
// than a key. It returns false if no key can match.
func joined(sides []nativeBound, maxBytes int) (nativeBound, bool) {
	out := sides[0]
	if len(sides) == 1 && !tooLong(out.vals, maxBytes) {
		return out, out.op != model.OpBetween || !model.Crossed(out.vals)
	}
	if out.op == model.OpStartsWith {
		return out, false
	}
	var lo, hi types.AttributeValue // inclusive
	ok := true
	for _, s := range sides {
		switch first, last := s.vals[0], s.vals[len(s.vals)-1]; s.op {
		case model.OpGe:
			lo, ok = atLeast(first, maxBytes)
		case model.OpGt:
			if lo, ok = s.above(first); ok {
				lo, ok = atLeast(lo, maxBytes)
			}
		case model.OpLe:
			hi = atMost(last, maxBytes)
		case model.OpLt:
			if hi, ok = s.below(last, maxBytes); ok {
				hi = atMost(hi, maxBytes)
			}
		default: // Between
			lo, ok = atLeast(first, maxBytes)
			hi = atMost(last, maxBytes)
		}
		if !ok {
			return out, false
		}
	}
	switch {
	case hi == nil:
		out.op, out.vals = model.OpGe, []types.AttributeValue{lo}
	case lo == nil:
		out.op, out.vals = model.OpLe, []types.AttributeValue{hi}
	default:
		out.op, out.vals = model.OpBetween, []types.AttributeValue{lo, hi}
	}
	return out, out.op != model.OpBetween || !model.Crossed(out.vals)
}

// above returns the least value of a key attribute that is greater than v.
func (s nativeBound) above(v types.AttributeValue) (types.AttributeValue, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value + "\x00"}, true
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: append(bytes.Clone(v.Value), 0)}, true
	case *types.AttributeValueMemberN:
		return s.beside(v.Value, 1)
	}
	return nil, false
}

// below returns the greatest value of up to maxBytes that is less than v.
func (s nativeBound) below(v types.AttributeValue, maxBytes int) (types.AttributeValue, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		text := template.Below(v.Value)
		return &types.AttributeValueMemberS{Value: text}, text != ""
	case *types.AttributeValueMemberB:
		n := len(v.Value) - 1
		b := bytes.Clone(v.Value[:n])
		if last := v.Value[n]; last > 0 {
			b = append(b, last-1)
			b = append(b, bytes.Repeat([]byte{0xff}, max(maxBytes-len(b), 0))...)
		}
		return &types.AttributeValueMemberB{Value: b}, len(b) > 0
	case *types.AttributeValueMemberN:
		return s.beside(v.Value, -1)
	}
	return nil, false
}

// beside returns the next number above or below another: the next integer for an integer field, else the next number that
// DynamoDB can store.
func (s nativeBound) beside(text string, step int64) (types.AttributeValue, bool) {
	n, err := decimal.Parse(text)
	if err != nil {
		return nil, false
	}
	ok := true
	switch {
	case model.IsInteger(s.f.Type):
		n = n.Add(decimal.Int(step))
	case step > 0:
		n, ok = n.Above()
	default:
		n, ok = n.Below()
	}
	return &types.AttributeValueMemberN{Value: n.String()}, ok
}

// atLeast returns the least value of up to maxBytes that is not less than v.
func atLeast(v types.AttributeValue, maxBytes int) (types.AttributeValue, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		text, ok := template.AtLeast(v.Value, maxBytes)
		return &types.AttributeValueMemberS{Value: text}, ok
	case *types.AttributeValueMemberB:
		if len(v.Value) <= maxBytes {
			return v, true
		}
		b := bytes.TrimRight(v.Value[:maxBytes:maxBytes], "\xff")
		if len(b) == 0 {
			return nil, false
		}
		b = bytes.Clone(b)
		b[len(b)-1]++
		return &types.AttributeValueMemberB{Value: b}, true
	}
	return v, true
}

// atMost returns the greatest value of up to maxBytes that is not greater than v.
func atMost(v types.AttributeValue, maxBytes int) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: template.AtMost(v.Value, maxBytes)}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: v.Value[:min(len(v.Value), maxBytes)]}
	}
	return v
}

// tooLong reports whether one of the values has more bytes than a key may have.
func tooLong(vals []types.AttributeValue, maxBytes int) bool {
	for _, v := range vals {
		if keySize(v) > maxBytes {
			return true
		}
	}
	return false
}

// keySize returns the length of a string or binary in bytes; a number is never too long.
func keySize(av types.AttributeValue) int {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return len(av.Value)
	case *types.AttributeValueMemberB:
		return len(av.Value)
	}
	return 0
}
