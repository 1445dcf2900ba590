package field

import (
	"encoding"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

var (
	marshalerType       = reflect.TypeFor[attributevalue.Marshaler]()
	unmarshalerType     = reflect.TypeFor[attributevalue.Unmarshaler]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// marshals reports whether addressable values of a type marshal themselves: attributevalue uses the address of a named
// type, otherwise the value.
func marshals(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Name() != "" && reflect.PointerTo(t).Implements(marshalerType)
}

// Marshals reports whether a type has a marshaler of its own.
func Marshals(t reflect.Type) bool { return marshals(t) }

// unmarshals reports whether values of a type, without a pointer to them, unmarshal themselves.
func unmarshals(t reflect.Type) bool {
	return t.Name() != "" && reflect.PointerTo(t).Implements(unmarshalerType)
}

// lostItself checks a type that marshals itself. itself is false for a type that is stored by its kind.
func lostItself(t reflect.Type, at spot) (itself bool, err error) {
	if t.Kind() == reflect.Pointer {
		return false, nil // the pointer's type is checked
	}
	byAddress := reflect.PointerTo(t).Implements(marshalerType)
	writes := t.Implements(marshalerType) || at.addressed && marshals(t)
	reads := unmarshals(t) || at.pointed && reflect.PointerTo(t).Implements(unmarshalerType)
	if writes || reads {
		if err := lostBeside(t, byAttribute, nowhere); err != nil {
			return true, err
		}
	}
	switch {
	case writes && (reads || at.loose):
		return true, lostText(t)
	case writes:
		return true, fmt.Errorf("a %s marshals itself and does not unmarshal itself: give it an UnmarshalDynamoDBAttributeValue", t)
	case reads && byAddress && !at.loose:
		return true, fmt.Errorf("a %s unmarshals itself, and does not marshal itself without an address, as in a map: use a map of *%[1]s, or give its MarshalDynamoDBAttributeValue a value receiver", t)
	}
	return false, nil
}

func writesText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textMarshalerType) }

func readsText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textUnmarshalerType) }

// TextOf marks a struct, in a field of its own, that is stored by the text methods of a T.
type TextOf[T any] struct{}

func (TextOf[T]) text() reflect.Type { return reflect.TypeFor[T]() }

// marksText reports whether a struct is marked to be stored by text methods.
func marksText(t reflect.Type) bool {
	for sf := range t.Fields() {
		if _, ok := reflect.TypeAssert[interface{ text() reflect.Type }](reflect.Zero(sf.Type)); ok {
			return true
		}
	}
	return false
}

// lostText reports a type that should be stored by its text methods and has none.
func lostText(t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for sf := range t.Fields() {
		mark, ok := reflect.TypeAssert[interface{ text() reflect.Type }](reflect.Zero(sf.Type))
		if !ok {
			continue
		}
		of := mark.text()
		if !writesText(of) || !readsText(of) {
			return fmt.Errorf("a %s has no MarshalText and UnmarshalText", reflect.PointerTo(of))
		}
		if err := lostBeside(of, byText, nowhere); err != nil {
			return err
		}
	}
	return nil
}
