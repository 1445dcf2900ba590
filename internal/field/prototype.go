package field

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Prototype maps the address of each field of an allocated struct to its description. It is immutable after New, and
// safe for concurrent use while the struct is not written to.
type Prototype struct {
	ptr    reflect.Value // *T
	byAddr map[address]*Field
	fields []*Field
	checks []check
}

// address distinguishes a struct from its first field, at the same address, by their types.
type address struct {
	at  uintptr
	typ reflect.Type
}

// New allocates a struct of type t, nested struct pointers included, and indexes its fields. It allocates nothing
// behind a pointer to an enclosing struct type: a recursive type ends there.
func New(t reflect.Type) (*Prototype, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	p := &Prototype{ptr: reflect.New(t), byAddr: map[address]*Field{}}
	w := walker{p: p, seen: map[reflect.Type]bool{}}
	w.structure(p.ptr.Elem(), nil, nil, "", !marshals(t))
	p.checks = appendChecks(nil, p.ptr.Elem(), "")
	return p, nil
}

// Pointer returns the prototype struct, a *T.
func (p *Prototype) Pointer() reflect.Value { return p.ptr }

// Type returns the struct's type.
func (p *Prototype) Type() reflect.Type { return p.ptr.Type().Elem() }

// Marshals reports whether the struct marshals itself, so that its fields do not determine its attributes.
func (p *Prototype) Marshals() bool { return marshals(p.Type()) }

// WriteOnly reports that the struct marshals itself and does not unmarshal itself.
func (p *Prototype) WriteOnly() error {
	if t := p.Type(); p.Marshals() && !unmarshals(t) {
		return fmt.Errorf("a %s marshals itself and does not unmarshal itself: give it an UnmarshalDynamoDBAttributeValue", t)
	}
	return nil
}

// Inherited reports that the struct marshals or unmarshals itself by a method of an embedded field, which does not know
// the fields that are not kept elsewhere.
func (p *Prototype) Inherited(kept func(*Field) bool) error {
	if !marshals(p.Type()) && !unmarshals(p.Type()) {
		return nil
	}
	return lostBeside(p.Type(), byAttribute, func(index []int) bool {
		return !slices.ContainsFunc(p.fields, func(f *Field) bool {
			return len(f.Index) >= len(index) && prefixed(f.Index, index) && !f.Embedded && !kept(f)
		})
	})
}

// Fields returns all fields that can be named, nested ones after their struct.
func (p *Prototype) Fields() []*Field { return p.fields }

// Resolve returns the field whose address ptr is.
func (p *Prototype) Resolve(ptr any) (*Field, error) {
	v := reflect.ValueOf(ptr)
	switch {
	case v.Kind() != reflect.Pointer:
		return nil, fmt.Errorf("%T is not the address of a field", ptr)
	case v.IsNil():
		return nil, fmt.Errorf("a nil %T is not the address of a field", ptr)
	}
	if f := p.byAddr[address{v.Pointer(), v.Type().Elem()}]; f != nil {
		return f, nil
	}
	if array := p.arrayAt(v.Pointer()); array != nil {
		return nil, fmt.Errorf("a %s that is an element of the array %s: elements of arrays cannot be named: make it a field of its own", v.Type().Elem(), array.Name)
	}
	return nil, fmt.Errorf("a %s that is not a field of %s (name fields through Fields(), not through an item)", v.Type().Elem(), p.Type().Name())
}

// arrayAt returns the array that contains an address, nil if there is none.
func (p *Prototype) arrayAt(at uintptr) *Field {
	for have, f := range p.byAddr {
		if f.Type.Kind() == reflect.Array && have.at <= at && at < have.at+f.Type.Size() {
			return f
		}
	}
	return nil
}

// walker indexes the fields of a prototype.
type walker struct {
	p    *Prototype
	seen map[reflect.Type]bool // the struct types that the walk is inside of
}

// base is a struct that is stored as a map of its fields, or the item itself, with the fields that it promotes from
// embedded structs.
type base struct {
	typ    reflect.Type
	index  []int       // of the base in the outer struct
	path   []string    // of the base in the item
	goPath string      // the prefix of its fields' names
	attrs  []Attribute // in the order of their indexes
}

// structure indexes v, the item or a named nested struct. stored is false if its fields have no attributes.
func (w *walker) structure(v reflect.Value, index []int, path []string, goPath string, stored bool) {
	b := &base{typ: v.Type(), index: index, path: path, goPath: goPath}
	if stored {
		b.attrs = Attributes(b.typ)
	}
	w.walk(b, v, nil, "")
}

// walk indexes the fields of v, the base itself or a struct embedded in it at rel. via names the embedded structs for
// fields that Go does not promote.
func (w *walker) walk(b *base, v reflect.Value, rel []int, via string) {
	t := v.Type()
	w.seen[t] = true
	defer delete(w.seen, t)
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() && !(sf.Anonymous && sf.Type.Kind() == reflect.Struct) {
			continue
		}
		at := append(slices.Clip(rel), i)
		f := w.describe(b, sf, at, via)
		fv := v.Field(i)
		if sf.IsExported() {
			w.add(fv, f)
		}
		st := structUnder(sf.Type)
		if f.apart = st == nil || st.ConvertibleTo(timeType) || w.seen[st]; f.apart {
			continue
		}
		if fv.Kind() == reflect.Pointer {
			fv.Set(reflect.New(st)) // so that the addresses behind it exist
			fv = fv.Elem()
		}
		if f.Embedded {
			w.walk(b, fv, at, via+sf.Name+".")
		} else {
			w.structure(fv, f.Index, f.Path, f.Name+".", f.Stored() && !marshals(st))
		}
	}
}

func (w *walker) describe(b *base, sf reflect.StructField, at []int, via string) *Field {
	name, o, unknown := parseTag(sf.Tag)
	f := &Field{
		Name:      b.goPath + via + sf.Name,
		Index:     append(slices.Clip(b.index), at...),
		Type:      sf.Type,
		OmitEmpty: o.OmitEmpty, UnixTime: o.UnixTime, AsString: o.AsString,
		StringSet: o.StringSet, NumberSet: o.NumberSet, BinarySet: o.BinarySet,
		NullEmpty: o.NullEmpty, NullEmptyElem: o.NullEmptyElem, OmitEmptyElem: o.OmitEmptyElem,
		Embedded: name == "" && embedsStruct(sf),
		of:       w.p.Type(),
		exported: sf.IsExported(),
		options:  o,
		unknown:  unknown,
		tag:      sf.Tag,
	}
	if via != "" {
		if promoted, ok := b.typ.FieldByName(sf.Name); ok && slices.Equal(promoted.Index, at) {
			f.Name = b.goPath + sf.Name
		}
	}
	if i, ok := slices.BinarySearchFunc(b.attrs, at, func(a Attribute, at []int) int { return slices.Compare(a.Index, at) }); ok {
		f.Path = append(slices.Clip(b.path), b.attrs[i].Name)
	}
	return f
}

func (w *walker) add(v reflect.Value, f *Field) {
	if f.Type.Size() == 0 {
		return // it shares its address with the next field
	}
	w.p.byAddr[address{v.Addr().Pointer(), f.Type}] = f
	w.p.fields = append(w.p.fields, f)
}

var timeType = reflect.TypeFor[time.Time]()
