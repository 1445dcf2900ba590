package codec

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// slice encodes and decodes binaries, sets and lists.
func (c compiler) slice(n *node, t reflect.Type, g tag) bool {
	if t.Elem().Kind() == reflect.Uint8 {
		if t.Elem() != byteType {
			return false
		}
		n.bare = encodeBinary
		elem := c.node(t.Elem(), 0)
		n.dec, n.wire = decodeSlice(t, elem), wireSlice(t, elem)
		return true
	}
	elem := c.node(t.Elem(), g.elem())
	if elem.whole {
		return false
	}
	n.bare = encodeElems(elem, setKind(t, g))
	n.bareJSON = jsonElems(elem, setKind(t, g))
	plain := c.node(t.Elem(), 0) // decoding has no options for elements
	if elem == plain {
		n.stored = storedElems(n, t, elem, setKind(t, g))
	}
	n.dec, n.wire = decodeSlice(t, plain), wireSlice(t, plain)
	return true
}

// array encodes like a slice. attributevalue decodes arrays other than [n]byte.
func (c compiler) array(n *node, t reflect.Type, g tag) bool {
	if t.Elem().Kind() == reflect.Uint8 {
		if t.Elem() != byteType {
			return false
		}
		n.bare = encodeBinary
		n.dec = decodeByteArray(t, g)
		return true
	}
	elem := c.node(t.Elem(), g.elem())
	if elem.whole {
		return false
	}
	n.bare = encodeElems(elem, setKind(t, g))
	n.bareJSON = jsonElems(elem, setKind(t, g))
	n.dec = func(av types.AttributeValue, v reflect.Value) error { return delegateDecode(av, v, g) }
	return true
}

func encodeBinary(_ *arena, v reflect.Value) (types.AttributeValue, error) {
	b := make([]byte, v.Len())
	reflect.Copy(reflect.ValueOf(b), v)
	return &types.AttributeValueMemberB{Value: b}, nil
}

// setKind returns the option that decides how the elements of t are stored, 0 for a list.
func setKind(t reflect.Type, g tag) tag {
	switch {
	case g&binarySet != 0 || t == binarySetType:
		return binarySet
	case g&numberSet != 0:
		return numberSet
	case g&stringSet != 0:
		return stringSet
	}
	return 0
}

func encodeElems(elem *node, kind tag) encodeFunc {
	switch kind {
	case binarySet:
		return encodeSet(elem, func(elems []types.AttributeValue) (types.AttributeValue, error) {
			set := &types.AttributeValueMemberBS{Value: make([][]byte, 0, len(elems))}
			for _, av := range elems {
				b, ok := av.(*types.AttributeValueMemberB)
				if !ok || b == nil || b.Value == nil {
					return nil, errNoElement("binary")
				}
				set.Value = append(set.Value, b.Value)
			}
			return set, nil
		})
	case numberSet:
		if elem.text != nil && elem.number {
			return func(_ *arena, v reflect.Value) (types.AttributeValue, error) {
				if v.Len() == 0 {
					return encodeNull(), nil
				}
				set, err := texts(elem, v)
				return &types.AttributeValueMemberNS{Value: set}, err
			}
		}
		return encodeSet(elem, func(elems []types.AttributeValue) (types.AttributeValue, error) {
			set := &types.AttributeValueMemberNS{Value: make([]string, 0, len(elems))}
			for _, av := range elems {
				n, ok := av.(*types.AttributeValueMemberN)
				if !ok || n == nil {
					return nil, errNoElement("number")
				}
				set.Value = append(set.Value, n.Value)
			}
			return set, nil
		})
	case stringSet:
		if elem.text != nil && !elem.number {
			return func(_ *arena, v reflect.Value) (types.AttributeValue, error) {
				if v.Len() == 0 {
					return encodeNull(), nil
				}
				set, err := texts(elem, v)
				return &types.AttributeValueMemberSS{Value: set}, err
			}
		}
		return encodeSet(elem, func(elems []types.AttributeValue) (types.AttributeValue, error) {
			set := &types.AttributeValueMemberSS{Value: make([]string, 0, len(elems))}
			for _, av := range elems {
				s, ok := av.(*types.AttributeValueMemberS)
				if !ok || s == nil {
					return nil, errNoElement("string")
				}
				set.Value = append(set.Value, s.Value)
			}
			return set, nil
		})
	}
	return func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		elems, err := encodeList(a, elem, v)
		if err != nil {
			return nil, err
		}
		return &types.AttributeValueMemberL{Value: elems}, nil
	}
}

// texts returns the elements of a set as stored, and an error for an invalid or duplicate one.
func texts(elem *node, v reflect.Value) ([]string, error) {
	set := make([]string, v.Len())
	for i := range set {
		e := v.Index(i)
		if elem.valid != nil {
			if err := elem.valid(e); err != nil {
				return nil, withinIndex(i, err)
			}
		}
		set[i] = elem.text(e)
	}
	if elem.number {
		return set, distinct(set, sameNumber)
	}
	return set, distinct(set, itself)
}

// encodeSet makes a set of the encoded elements. A set without elements is NULL; a set whose elements are all left out
// is an error.
func encodeSet(elem *node, collect func([]types.AttributeValue) (types.AttributeValue, error)) encodeFunc {
	return func(_ *arena, v reflect.Value) (types.AttributeValue, error) {
		if v.Len() == 0 {
			return encodeNull(), nil
		}
		elems, err := encodeList(nil, elem, v)
		if err != nil {
			return nil, err
		}
		if len(elems) == 0 {
			return nil, errLeftOut
		}
		set, err := collect(elems)
		if err != nil {
			return nil, err
		}
		return set, check(set)
	}
}

func encodeList(a *arena, elem *node, v reflect.Value) ([]types.AttributeValue, error) {
	n := v.Len()
	a.expect(elem.size.times(n))
	elems := make([]types.AttributeValue, 0, n)
	for i := range n {
		av, err := elem.enc(a, v.Index(i))
		if err != nil {
			return nil, withinIndex(i, err)
		}
		if av != nil {
			elems = append(elems, av)
		}
	}
	return elems, nil
}

// mapping encodes and decodes a map with plain string keys. attributevalue handles all others.
func (c compiler) mapping(n *node, t reflect.Type, g tag) bool {
	if key := t.Key(); key.Kind() != reflect.String || reflect.PointerTo(key).NumMethod() > 0 {
		return false
	}
	elem, plain := c.node(t.Elem(), g.elem()), c.node(t.Elem(), 0)
	if elem.whole {
		return false
	}
	switch {
	case t == stringMapType && g.elem() == 0:
		n.bare, n.dec, n.wire = encodeStringMap, decodeStringMap, wireStringMap
		n.bareJSON, n.stored = jsonStringMap, storedStringMap
	default:
		n.bare, n.dec, n.wire = encodeMap(elem), decodeMap(t, plain), wireMap(t, plain)
	}
	return true
}

func encodeStringMap(a *arena, v reflect.Value) (types.AttributeValue, error) {
	from, _ := reflect.TypeAssert[map[string]string](v)
	a.expect(size{strings: len(from)})
	m := make(map[string]types.AttributeValue, len(from))
	for key, s := range from {
		if err := CheckKey(key); err != nil {
			return nil, err
		}
		if err := validText(s); err != nil {
			return nil, withinKey(key, err)
		}
		m[key] = a.string(s)
	}
	return &types.AttributeValueMemberM{Value: m}, nil
}

func encodeMap(elem *node) encodeFunc {
	return func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		a.expect(elem.size.times(v.Len()))
		m := make(map[string]types.AttributeValue, v.Len())
		for iter := v.MapRange(); iter.Next(); {
			key := iter.Key().String()
			av, err := elem.enc(a, iter.Value()) // as in attributevalue, a value that is not addressable
			if err != nil {
				return nil, withinKey(key, err)
			}
			if err := CheckKey(key); err != nil && (av != nil || key == "") { // a left out entry may have any other key, as in attributevalue
				return nil, err
			}
			if av != nil {
				m[key] = av
			}
		}
		return &types.AttributeValueMemberM{Value: m}, nil
	}
}
