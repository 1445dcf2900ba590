package ddbaccess

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// params are the parameters of a call; those of the example are a copy.
func (p *Pattern) params(params any) (any, error) {
	if params == nil {
		return p.exampleCopy(), nil
	}
	v := reflect.ValueOf(params)
	if v.Kind() == reflect.Pointer && !v.Type().AssignableTo(p.parameter) && !v.IsNil() {
		v = v.Elem()
	}
	if !v.Type().AssignableTo(p.parameter) {
		return nil, fmt.Errorf("ddbaccess: pattern %q takes a %v, and got a %T", p.name, p.parameter, params)
	}
	return v.Interface(), nil
}

func (p *Pattern) decode(params []byte) (any, error) {
	v := reflect.New(p.parameter)
	if example := p.exampleCopy(); example != nil {
		v.Elem().Set(reflect.ValueOf(example))
	}
	if err := decodeStrictly(params, v.Interface()); err != nil {
		return nil, fmt.Errorf("ddbaccess: pattern %q takes a %v in JSON, such as %s: %w", p.name, p.parameter, p.exampleJSON(), err)
	}
	return v.Elem().Interface(), nil
}

// exampleJSON is the example as JSON, or null if it has none.
func (p *Pattern) exampleJSON() json.RawMessage {
	b, err := json.Marshal(p.example)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}

// exampleCopy is a copy of the example: a pattern may change what it gets.
func (p *Pattern) exampleCopy() any {
	if p.example == nil {
		return nil
	}
	return copied(reflect.ValueOf(p.example), map[any]reflect.Value{}).Interface()
}

// copied copies a value with the slices, maps and pointers that it has in exported fields. Seen are the copies of pointers, so that
// a value which leads back to itself ends.
func copied(v reflect.Value, seen map[any]reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return out
		}
		if have, ok := seen[v.Interface()]; ok {
			return have
		}
		to := reflect.New(v.Type().Elem())
		seen[v.Interface()] = to
		to.Elem().Set(copied(v.Elem(), seen))
		return to.Convert(v.Type())
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copied(v.Elem(), seen))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(copied(v.Index(i), seen))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(key, copied(value, seen))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := out.Field(i); f.CanSet() {
				f.Set(copied(v.Field(i), seen))
			}
		}
	}
	return out
}
