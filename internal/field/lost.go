package field

import (
	"encoding"
	"fmt"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// Lost says what attributevalue would not store of the field, or not read back, and how to keep it; nil if nothing is lost, or the field says
// itself how it is stored. Fields of a struct that lies in the item are asked by themselves.
func (f *Field) Lost() error {
	st := structUnder(f.Type)
	switch {
	case f.Embedded && f.exported:
		return lostStruct(st, true)
	case !f.Stored():
		return nil
	case st == nil || f.apart:
		return Lost(f.Type)
	case marshals(f.Type) || marshals(st):
		return writeOnly(st)
	default:
		return lostStruct(st, false)
	}
}

// BadTag says what is wrong with the options of the field's tag, which attributevalue would ignore; nil if nothing is.
func (f *Field) BadTag() error {
	if f.Embedded || !f.Stored() {
		return nil
	}
	return badTag(f.Type, f.options, f.unknown)
}

func badTag(t reflect.Type, o Options, unknown string) error {
	known := "omitempty, omitemptyelem, nullempty, nullemptyelem, string, stringset, numberset, binaryset and unixtime"
	if unknown != "" {
		return fmt.Errorf("attributevalue does not know the tag option %q and would ignore it: it knows %s", unknown, known)
	}
	if marshals(t) {
		return nil
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch list := t.Kind() == reflect.Slice || t.Kind() == reflect.Array; {
	case o.UnixTime && !t.ConvertibleTo(timeType) && t.Kind() != reflect.Interface:
		return fmt.Errorf("attributevalue ignores the tag option \"unixtime\" on a %s: it is for a time.Time", t)
	case (o.StringSet || o.NumberSet || o.BinarySet) && !list && t.Kind() != reflect.Interface:
		return fmt.Errorf("attributevalue ignores a set's tag option on a %s: it is for slices", t)
	}
	return nil
}

var lost sync.Map // of reflect.Type to error

// Lost is [Field.Lost] for a type by itself, all that lies within it included.
func Lost(t reflect.Type) error {
	if err, ok := lost.Load(t); ok {
		err, _ := err.(error)
		return err
	}
	err := lostWithin(t, map[reflect.Type]bool{})
	lost.Store(t, err)
	return err
}

func lostWithin(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	if marshals(t) {
		return writeOnly(structUnder(t))
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128, reflect.Uintptr:
		return fmt.Errorf("attributevalue cannot store a %s: keep it in an unexported field or out of the entity", t)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return fmt.Errorf("attributevalue cannot read a %s back, as it does not know the type behind it: use any, or the type itself", t)
		}
	case reflect.Map:
		if err := lostKey(t.Key()); err != nil {
			return err
		}
		return lostWithin(t.Elem(), seen)
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Interface {
			return fmt.Errorf("attributevalue stores nothing of a %s, whatever it points at: use any", t)
		}
		return lostWithin(t.Elem(), seen)
	case reflect.Slice, reflect.Array:
		return lostWithin(t.Elem(), seen)
	case reflect.Struct:
		if err := lostStruct(t, false); err != nil || t.ConvertibleTo(timeType) {
			return err
		}
		for _, a := range Attributes(t) {
			err := badTag(a.Type, a.Options, a.Unknown)
			if err == nil {
				err = lostWithin(a.Type, seen)
			}
			if err != nil {
				return fmt.Errorf("%s of %s: %w", a.Name, t, err)
			}
		}
	default:
	}
	return nil
}

// lostStruct looks at a struct that is stored as a map of its fields.
func lostStruct(t reflect.Type, embedded bool) error {
	if t.ConvertibleTo(timeType) {
		if embedded {
			return fmt.Errorf("an embedded %s is not stored: give the field a name, or its tag", t)
		}
		return nil
	}
	attrs := Attributes(t)
	if len(attrs) == 0 && t.NumField() > 0 {
		return opaque(t)
	}
	if embedded {
		return nil // the attributes are promoted, and asked by themselves
	}
	return Unreadable(t)
}

// Unreadable says which attribute of a struct can be written and not read: that of an embedded value of an unexported type.
func Unreadable(t reflect.Type) error {
	for _, a := range Attributes(t) {
		if sf := t.FieldByIndex(a.Index); !sf.IsExported() {
			return fmt.Errorf("attributevalue stores the embedded %s as %q and cannot read it back: export its type, or tag it dynamodbav:\"-\"", sf.Type, a.Name)
		}
	}
	return nil
}

func opaque(t reflect.Type) error {
	instead := "give it MarshalDynamoDBAttributeValue and UnmarshalDynamoDBAttributeValue, or store what it is made from"
	if readsText(t) && writesText(t) {
		instead = fmt.Sprintf("make it an AsText[%s], which is stored by its text methods", t)
	}
	return fmt.Errorf("attributevalue stores nothing of a %s, which has no exported field, and it would come back as zero: %s", t, instead)
}

// writeOnly says that a struct without exported fields writes itself, and does not read itself. t may be nil.
func writeOnly(t reflect.Type) error {
	if t == nil || t.ConvertibleTo(timeType) {
		return nil
	}
	if len(Attributes(t)) > 0 || t.NumField() == 0 || reflect.PointerTo(t).Implements(unmarshalerType) {
		return lostText(t)
	}
	return fmt.Errorf("a %s writes itself and does not read itself, and would come back as zero: give it an UnmarshalDynamoDBAttributeValue", t)
}

// lostKey looks at the type of a map's keys.
func lostKey(t reflect.Type) error {
	if t.Implements(textMarshalerType) { // attributevalue asks the value, not its address
		if !readsText(t) {
			return fmt.Errorf("map keys of type %s write themselves as text and do not read themselves: give the type an UnmarshalText", t)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.String:
		return nil
	case reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if t.Implements(stringerType) || t.Implements(errorType) {
			return fmt.Errorf("map keys of type %s are stored as what String returns, which is not read back: give the type MarshalText and UnmarshalText", t)
		}
		return nil
	}
	return fmt.Errorf("attributevalue cannot write map keys of type %s: they are strings, numbers, bools, or have MarshalText and UnmarshalText", t)
}

func writesText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textMarshalerType) }

func readsText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textUnmarshalerType) }

// TextOf marks a struct, in a field of its own, that is stored by the text methods of a T.
type TextOf[T any] struct{}

func (TextOf[T]) text() reflect.Type { return reflect.TypeFor[T]() }

// lostText says that what is to be stored by its text methods has none.
func lostText(t reflect.Type) error {
	for sf := range t.Fields() {
		mark, ok := reflect.TypeAssert[interface{ text() reflect.Type }](reflect.Zero(sf.Type))
		if !ok {
			continue
		}
		if of := mark.text(); !writesText(of) || !readsText(of) {
			return fmt.Errorf("a %s has no MarshalText and UnmarshalText", reflect.PointerTo(of))
		}
	}
	return nil
}

var dynamics sync.Map // of reflect.Type to bool

// Dynamic reports whether values of t have to be looked at one by one: what an interface holds, times, of which not all can be told, and map keys that
// write themselves, of which two may be written alike.
func Dynamic(t reflect.Type) bool {
	if d, ok := dynamics.Load(t); ok {
		return d.(bool)
	}
	d := dynamic(t, map[reflect.Type]bool{})
	dynamics.Store(t, d)
	return d
}

func dynamic(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || marshals(t) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Map:
		return t.Key().Implements(textMarshalerType) || dynamic(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return dynamic(t.Elem(), seen)
	case reflect.Struct:
		if t.ConvertibleTo(timeType) {
			return true
		}
		for _, a := range Attributes(t) {
			if dynamic(a.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}

var (
	errorType           = reflect.TypeFor[error]()
	stringerType        = reflect.TypeFor[fmt.Stringer]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	unmarshalerType     = reflect.TypeFor[attributevalue.Unmarshaler]()
)
