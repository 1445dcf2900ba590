package field

import (
	"fmt"
	"reflect"
	"strings"
)

// Prototype maps the address of each field of one allocated struct to its description.
// It is immutable once made, and safe for concurrent use as long as nobody writes to the struct.
type Prototype struct {
	ptr    reflect.Value // *T
	byAddr map[address]*Field
	fields []*Field
}

// address tells a struct from its first field, which share a place, by their types.
type address struct {
	at  uintptr
	typ reflect.Type
}

// New allocates a struct of type t, nested struct pointers included, and indexes its fields.
func New(t reflect.Type) (*Prototype, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	p := &Prototype{ptr: reflect.New(t), byAddr: map[address]*Field{}}
	p.walk(p.ptr.Elem(), nil, nil, "", true, map[reflect.Type]bool{t: true})
	return p, nil
}

// Pointer returns the prototype struct, a *T.
func (p *Prototype) Pointer() reflect.Value { return p.ptr }

// Type returns the struct's type.
func (p *Prototype) Type() reflect.Type { return p.ptr.Type().Elem() }

// Fields returns every field that can be named, nested ones after the struct that holds them.
func (p *Prototype) Fields() []*Field { return p.fields }

func (p *Prototype) walk(v reflect.Value, index []int, path []string, goPath string, stored bool, seen map[reflect.Type]bool) {
	t := v.Type()
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() && !(sf.Anonymous && sf.Type.Kind() == reflect.Struct) {
			continue
		}
		name, opts, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
		f := &Field{
			Name:  goPath + sf.Name,
			Index: append(append([]int(nil), index...), i),
			Type:  sf.Type,
		}
		for opt := range strings.SplitSeq(opts, ",") {
			f.option(opt)
		}
		f.Embedded = sf.Anonymous && name == "" && structUnder(sf.Type) != nil
		kept := stored && name != "-"
		if kept && !f.Embedded {
			if name == "" {
				name = sf.Name
			}
			f.Path = append(append([]string(nil), path...), name)
		}
		fv := v.Field(i)
		if sf.IsExported() {
			p.add(fv, f)
		}
		st := structUnder(sf.Type)
		if st == nil || st == timeType || seen[st] {
			continue
		}
		if fv.Kind() == reflect.Pointer {
			if !fv.CanSet() {
				continue
			}
			fv.Set(reflect.New(st)) // so that the address of what lies behind can be taken
			fv = fv.Elem()
		}
		seen[st] = true
		down, goDown := f.Path, f.Name+"."
		if f.Embedded {
			down, goDown = path, goPath
		}
		p.walk(fv, f.Index, down, goDown, kept, seen)
		delete(seen, st)
	}
}

func (p *Prototype) add(v reflect.Value, f *Field) {
	if f.Type.Size() == 0 {
		return // shares its address with whatever follows
	}
	p.byAddr[address{v.Addr().Pointer(), f.Type}] = f
	p.fields = append(p.fields, f)
}

func (f *Field) option(opt string) {
	switch opt {
	case "omitempty":
		f.OmitEmpty = true
	case "omitzero":
		f.OmitZero = true
	case "unixtime":
		f.UnixTime = true
	case "string":
		f.AsString = true
	case "stringset":
		f.StringSet = true
	case "numberset":
		f.NumberSet = true
	case "binaryset":
		f.BinarySet = true
	case "nullempty":
		f.NullEmpty = true
	case "nullemptyelem":
		f.NullEmptyElem = true
	case "omitemptyelem":
		f.OmitEmptyElem = true
	}
}

func structUnder(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// Resolve returns the field whose address ptr is.
func (p *Prototype) Resolve(ptr any) (*Field, error) {
	v := reflect.ValueOf(ptr)
	if ptr == nil || v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, fmt.Errorf("%T is not the address of a field", ptr)
	}
	if f := p.byAddr[address{v.Pointer(), v.Type().Elem()}]; f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("a %s that is not a field of %s (name fields through Fields(), not through an item)", v.Type().Elem(), p.Type().Name())
}

// Changed returns an error that names a field of the prototype that somebody wrote to.
func (p *Prototype) Changed() error {
	for _, f := range p.fields {
		if structUnder(f.Type) != nil && f.Type != timeType {
			continue
		}
		if !f.Get(p.ptr.Elem()).IsZero() {
			return fmt.Errorf("field %s of the prototype of %s was written to: Fields() is for addresses only, put values into an item of your own", f.Name, p.Type().Name())
		}
	}
	return nil
}
