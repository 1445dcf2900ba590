package field

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"sync"
)

// Lost returns what attributevalue would not store of the field, or not decode again, and how to keep it; nil if
// nothing is lost, or the type marshals itself. The fields of a nested struct are checked separately.
func (f *Field) Lost() error {
	st := structUnder(f.Type)
	switch {
	case f.Embedded && f.exported:
		if f.apart && embeds(st, st) {
			return circular(st)
		}
		return lostStruct(st, true)
	case !f.Stored():
		return nil
	case st == nil || f.apart || reflect.PointerTo(st).Implements(marshalerType):
		return lostAt(f.Type, spot{addressed: true, field: true})
	default:
		return lostStruct(st, false)
	}
}

// Lost is [Field.Lost] for the contents of an interface, with everything within. They are decoded as attributevalue
// decodes any value, so they need not unmarshal themselves.
func Lost(t reflect.Type) error { return lostAt(t, spot{loose: true}) }

// spot is the place of a value, which decides which methods attributevalue uses.
type spot struct {
	addressed bool // the value has an address: it is not a map value, and not behind an interface
	pointed   bool // it is behind a pointer
	field     bool // it is a field's own value, which has a tag
	loose     bool // it is behind an interface
}

// elem is the spot of an element of a value at s.
func (s spot) elem(addressed bool) spot { return spot{addressed: addressed, loose: s.loose} }

// visit is a type at a spot.
type visit struct {
	typ reflect.Type
	at  spot
}

var lost sync.Map // of visit to error

func lostAt(t reflect.Type, at spot) error {
	if err, ok := lost.Load(visit{t, at}); ok {
		err, _ := err.(error)
		return err
	}
	err := lostWithin(t, at, map[visit]bool{})
	lost.Store(visit{t, at}, err)
	return err
}

func lostWithin(t reflect.Type, at spot, seen map[visit]bool) error {
	if seen[visit{t, at}] {
		return nil
	}
	seen[visit{t, at}] = true
	if itself, err := lostItself(t, at); itself || err != nil {
		return err
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128, reflect.Uintptr:
		return fmt.Errorf("attributevalue cannot store a %s: keep it in an unexported field or out of the entity", t)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return fmt.Errorf("attributevalue cannot read a %s back, because it does not know the concrete type: use any, or the type itself", t)
		}
	case reflect.Map:
		if err := lostKey(t.Key()); err != nil {
			return err
		}
		return lostWithin(t.Elem(), at.elem(false), seen)
	case reflect.Pointer:
		switch to := t.Elem().Kind(); {
		case to == reflect.Interface:
			return fmt.Errorf("attributevalue stores nothing of a %s, whatever it points at: use any", t)
		case to == reflect.Pointer && !at.loose:
			return fmt.Errorf("attributevalue stores a %s to a nil pointer as NULL, as it does a nil %s: use one pointer", t, t)
		}
		return lostWithin(t.Elem(), spot{addressed: true, pointed: true, field: at.field, loose: at.loose}, seen)
	case reflect.Slice, reflect.Array:
		switch {
		case t.Elem().Kind() == reflect.Uint8 && t.Elem() != byteType:
			return fmt.Errorf("attributevalue cannot store a %s, whose elements are bytes of another name: use bytes themselves", t)
		case t == binarySetType && !at.field && !at.loose:
			return fmt.Errorf("attributevalue stores a %s as a set, which has no order, and here no tag can say so: give the type of its elements a name", t)
		}
		return lostWithin(t.Elem(), at.elem(at.addressed || t.Kind() == reflect.Slice), seen)
	case reflect.Struct:
		return lostFields(t, at, seen)
	default:
	}
	return nil
}

// lostFields checks a struct that is stored as a map of its fields, and all its fields.
func lostFields(t reflect.Type, at spot, seen map[visit]bool) error {
	if err := lostStruct(t, false); err != nil || t.ConvertibleTo(timeType) {
		return err
	}
	attrs := Attributes(t)
	if err := unstored(t, attrs); err != nil {
		return err
	}
	for _, a := range attrs {
		err := badTag(a.Type, a.Options, a.Unknown)
		if err == nil {
			within := at.elem(at.addressed || throughPointer(t, a.Index))
			within.field = true
			err = lostWithin(a.Type, within, seen)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", a.Name, t, err)
		}
	}
	return nil
}

// throughPointer reports whether an attribute is promoted from an embedded pointer.
func throughPointer(t reflect.Type, index []int) bool {
	for i := range len(index) - 1 {
		if t.FieldByIndex(index[:i+1]).Type.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// Unstored says that a field is not stored: by its tag, or because another field hides it.
type Unstored struct {
	In   reflect.Type // the struct
	Name string       // of the field
}

// Unstored returns the field as an Unstored.
func (f *Field) Unstored() Unstored {
	in, last := f.of, len(f.Index)-1
	if last > 0 {
		in = f.of.FieldByIndex(f.Index[:last]).Type
	}
	if in.Kind() == reflect.Pointer {
		in = in.Elem()
	}
	return Unstored{In: in, Name: in.Field(f.Index[last]).Name}
}

func (e *Unstored) Error() string {
	return fmt.Sprintf("%s of %s is dynamodbav:\"-\", or hidden by another of its name, and would be lost: give it an attribute, or make it unexported", e.Name, e.In)
}

// unstored finds an exported field of t that is not in attrs, the attributes of t.
func unstored(t reflect.Type, attrs []Attribute) error {
	stored := map[string]bool{}
	for _, a := range attrs {
		stored[fmt.Sprint(a.Index)] = true
	}
	return unstoredIn(t, nil, stored, nil)
}

func unstoredIn(t reflect.Type, index []int, stored map[string]bool, around []reflect.Type) error {
	if slices.Contains(around, t) {
		return circular(t)
	}
	around = append(slices.Clip(around), t)
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clip(index), i)
		if err := malformed(sf.Tag); err != nil && (sf.IsExported() || sf.Anonymous) {
			return fmt.Errorf("%s of %s: %w", sf.Name, t, err)
		}
		name, _ := ParseTag(sf.Tag)
		switch {
		case name == "" && embedsStruct(sf):
			if sf.IsExported() {
				if err := lostStruct(structUnder(sf.Type), true); err != nil {
					return err
				}
			}
			if err := unstoredIn(structUnder(sf.Type), at, stored, around); err != nil {
				return err
			}
		case sf.IsExported() && sf.Type.Size() > 0 && !stored[fmt.Sprint(at)]:
			return &Unstored{In: t, Name: sf.Name}
		}
	}
	return nil
}

// lostStruct checks a struct that is stored as a map of its fields.
func lostStruct(t reflect.Type, embedded bool) error {
	if unmarshals(t) && !embedded {
		if err := lostBeside(t, byAttribute, nowhere); err != nil {
			return err
		}
	}
	if t.ConvertibleTo(timeType) {
		if embedded {
			return fmt.Errorf("an embedded %s is not stored: give the field a name, or its tag", t)
		}
		return nil
	}
	attrs := Attributes(t)
	if len(attrs) == 0 && t.NumField() > 0 && (!embedded || !exports(t, nil)) {
		return opaque(t)
	}
	if embedded {
		return nil // promoted fields are checked separately
	}
	return Unreadable(t)
}

// exports reports whether a struct, or one that it embeds, has an exported field, stored or not.
func exports(t reflect.Type, around []reflect.Type) bool {
	for sf := range t.Fields() {
		st := structUnder(sf.Type)
		switch {
		case !sf.Anonymous || st == nil:
			if sf.IsExported() {
				return true
			}
		case !slices.Contains(around, st) && exports(st, append(slices.Clip(around), st)):
			return true
		}
	}
	return false
}

// embeds reports whether t embeds of, directly or indirectly.
func embeds(t, of reflect.Type, around ...reflect.Type) bool {
	for sf := range t.Fields() {
		name, _ := ParseTag(sf.Tag)
		if name != "" || !embedsStruct(sf) {
			continue
		}
		st := structUnder(sf.Type)
		if st == of || !slices.Contains(around, st) && embeds(st, of, append(slices.Clip(around), st)...) {
			return true
		}
	}
	return false
}

func circular(t reflect.Type) error {
	return fmt.Errorf("a %s embeds itself: the fields of the inner one are hidden by those of the outer one, and would be lost: give the embedded field a name", t)
}

// Unreadable returns which attribute of a struct can be encoded but not decoded: that of an embedded value of an
// unexported type, and those behind an embedded pointer to one.
func Unreadable(t reflect.Type) error {
	for _, a := range Attributes(t) {
		for i := range a.Index {
			sf := t.FieldByIndex(a.Index[:i+1])
			last := i == len(a.Index)-1
			switch {
			case sf.IsExported():
			case last:
				return fmt.Errorf("attributevalue stores the embedded %s as %q and cannot read it back: export its type, or tag it dynamodbav:\"-\"", sf.Type, a.Name)
			case sf.Type.Kind() == reflect.Pointer:
				return fmt.Errorf("attributevalue stores %q of the embedded %s and cannot read it back, as it cannot set the pointer: export its type, or embed it without a pointer", a.Name, sf.Type)
			}
		}
	}
	return nil
}

func opaque(t reflect.Type) error {
	instead := "give it MarshalDynamoDBAttributeValue and UnmarshalDynamoDBAttributeValue, or store what it is made from"
	switch {
	case t == reflect.TypeFor[big.Float]():
		instead = "its text loses digits: keep that text in a string field of your own, as Text('g', -1) gives it"
	case readsText(t) && writesText(t):
		instead = fmt.Sprintf("make it an AsText[%s], which is stored by its text methods", t)
	}
	return fmt.Errorf("attributevalue stores nothing of a %s, which has no exported field, and it would come back as zero: %s", t, instead)
}
