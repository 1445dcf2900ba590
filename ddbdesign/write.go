package ddbdesign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Write writes a design as indented JSON that ends in a newline. Equal designs give equal text: fields in the order of the
// structs, then unknown ones by name. Characters that HTML escapes are written as they are. A design that [Table.Check] refuses
// is an error, and so is one with unknown fields that nest too deeply. Then nothing is written.
func Write(w io.Writer, t Table) error {
	err := t.Check()
	var b, indented bytes.Buffer
	if err == nil {
		err = encode(&b, reflect.ValueOf(t))
	}
	if err == nil {
		err = tooDeep(b.Bytes())
	}
	if err == nil {
		err = json.Indent(&indented, b.Bytes(), "", "  ")
	}
	if err == nil {
		indented.WriteByte('\n')
		_, err = w.Write(indented.Bytes())
	}
	if err != nil {
		return fmt.Errorf("ddbdesign: write: %w", err)
	}
	return nil
}

func encode(b *bytes.Buffer, v reflect.Value) error {
	switch {
	case v.Type() == reflect.TypeFor[Value]():
		return raw(b, v.Bytes())
	case v.Kind() == reflect.Pointer:
		return encode(b, v.Elem())
	case v.Kind() == reflect.Struct:
		return object(b, v)
	case v.Kind() == reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := encode(b, v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v.Interface())
}

func object(b *bytes.Buffer, v reflect.Value) error {
	sep := byte('{')
	member := func(name string) error {
		b.WriteByte(sep)
		sep = ','
		err := encode(b, reflect.ValueOf(name))
		b.WriteByte(':')
		return err
	}
	known := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := nameOf(f)
		known[name] = true
		if name == "" || strings.Contains(f.Tag.Get("json"), ",omit") && empty(v.Field(i)) {
			continue
		}
		if err := member(name); err != nil {
			return err
		}
		if err := encode(b, v.Field(i)); err != nil {
			return err
		}
	}
	unknown, _ := reflect.TypeAssert[Unknown](v.FieldByName("Unknown"))
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if known[name] && name != "" {
			continue
		}
		if err := member(name); err != nil {
			return err
		}
		if err := raw(b, unknown[name]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func empty(v reflect.Value) bool { return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 }

// raw writes JSON of another writer.
func raw(b *bytes.Buffer, text json.RawMessage) error {
	return json.Compact(b, text)
}
