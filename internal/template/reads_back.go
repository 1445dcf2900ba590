package template

import (
	"encoding"
	"reflect"
	"strconv"
	"sync"
)

// sameness is how two values of a Text field are compared.
type sameness uint8

const (
	unknown sameness = iota // not at all: == is not equality for types with pointers, and there is no method Equal
	byValue
	byMethod
)

func samenessOf(t reflect.Type) sameness {
	switch m, ok := t.MethodByName("Equal"); {
	case ok && m.Type.NumIn() == 2 && m.Type.In(1) == t && m.Type.NumOut() == 1 && m.Type.Out(0).Kind() == reflect.Bool:
		return byMethod
	case plain(t):
		return byValue
	}
	return unknown
}

// plain reports whether == is equality for a type.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if !plain(f.Type) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// reader parses texts, one at a time.
type reader struct {
	v    reflect.Value
	to   encoding.TextUnmarshaler
	text []byte
}

func readers(t reflect.Type) *sync.Pool {
	return &sync.Pool{New: func() any {
		v := reflect.New(t)
		to, _ := reflect.TypeAssert[encoding.TextUnmarshaler](v)
		return &reader{v: v.Elem(), to: to}
	}}
}

// readsBack rejects a value whose text parses as another value, which then has the same key, if values can be compared.
func (p *Part) readsBack(text []byte, v reflect.Value) error {
	if p.Kind != Text || p.same == unknown {
		return nil
	}
	r, _ := p.readers.Get().(*reader)
	if r.to == nil {
		return nil // a fault of the definition
	}
	defer p.readers.Put(r)
	r.v.SetZero()
	r.text = append(r.text[:0], text...)
	if err := r.to.UnmarshalText(r.text); err != nil {
		return p.valueError(&detail{"writes " + strconv.Quote(string(text)) + ", which it does not read: " + err.Error(), ErrText})
	}
	same := false
	if p.same == byMethod {
		same = v.MethodByName("Equal").Call([]reflect.Value{r.v})[0].Bool()
	} else {
		same = v.Equal(r.v)
	}
	if same {
		return nil
	}
	return p.valueError(&detail{"writes " + strconv.Quote(string(text)) + ", which reads back as another value with the same key: set that one, or use Fold for text without case", ErrText})
}
