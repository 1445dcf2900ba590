package ddbdesign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Read reads a design that [Write] wrote, to the end of r, and checks it with [Table.Check]. Unknown fields are kept, at every
// level, and null counts as absent. The error joins what is wrong, each with its path, such as
//
//	ddbdesign: read: entities[2].entries[0].partition: …
//
// A design of a newer Format is an error.
func Read(r io.Reader) (Table, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Table{}, fmt.Errorf("ddbdesign: read: %w", err)
	}
	t, err := read(text)
	if err != nil {
		return Table{}, fmt.Errorf("ddbdesign: read: %w", err)
	}
	return t, nil
}

func read(text []byte) (t Table, err error) {
	if err := tooDeep(text); err != nil {
		return t, fmt.Errorf("%w: was it written by Write?", err)
	}
	if err := readable(text); err != nil {
		return t, err
	}
	d := &decoder{}
	d.value("", text, reflect.ValueOf(&t).Elem())
	if err = errors.Join(d.faults...); err == nil {
		err = t.Check()
	}
	return t, err
}

// readable reports a text that is none of a Format that this package reads. It decodes into no struct: encoding/json would take
// "FORMAT" for "format".
func readable(text []byte) error {
	var members map[string]json.RawMessage
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, &members); {
	case errors.As(err, &wrong):
		return errors.New("the text: want an object with a number \"format\": was it written by Write?")
	case err != nil:
		return err
	}
	var format *int
	switch err := json.Unmarshal(members["format"], &format); {
	case members["format"] != nil && err != nil:
		return errors.New("format: want a whole number: was it written by Write?")
	case format == nil || *format < 1:
		return errors.New("format: there is none: was it written by Write?")
	case *format > Format:
		return fmt.Errorf("format: it is %d, this program knows up to %d: build the program with a newer release of github.com/singletable-go/ddb", *format, Format)
	}
	return nil
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// decoder reads valid JSON into structs, and keeps the fields that they do not have.
type decoder struct{ faults []error }

func (d *decoder) fault(path, format string, args ...any) {
	d.faults = append(d.faults, fmt.Errorf("%s: %w", either(path, "the text"), fmt.Errorf(format, args...)))
}

func (d *decoder) value(path string, text json.RawMessage, v reflect.Value) {
	switch {
	case string(text) == "null":
	case v.Type() == reflect.TypeFor[Value]():
		v.SetBytes(compact(text))
	case v.Kind() == reflect.Struct:
		d.object(path, text, v)
	case v.Kind() == reflect.Slice:
		d.list(path, text, v)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(path, text, v.Elem())
	case json.Unmarshal(text, v.Addr().Interface()) != nil:
		d.fault(path, "it is %s, want a %s", kindOf(text), map[reflect.Kind]string{reflect.String: "string", reflect.Int: "whole number", reflect.Bool: "boolean"}[v.Kind()])
	}
}

func (d *decoder) object(path string, text json.RawMessage, v reflect.Value) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		d.fault(path, "it is %s, want an object", kindOf(text))
		return
	}
	for i := range v.NumField() {
		name := nameOf(v.Type().Field(i))
		if member, ok := members[name]; ok && name != "" {
			d.value(strings.TrimPrefix(path+"."+name, "."), member, v.Field(i))
			delete(members, name)
		}
	}
	if len(members) > 0 {
		for name, member := range members {
			members[name] = compact(member)
		}
		v.FieldByName("Unknown").Set(reflect.ValueOf(Unknown(members)))
	}
}

func (d *decoder) list(path string, text json.RawMessage, v reflect.Value) {
	var elems []json.RawMessage
	if json.Unmarshal(text, &elems) != nil {
		d.fault(path, "it is %s, want an array", kindOf(text))
		return
	}
	if len(elems) == 0 {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elems), len(elems)))
	for i, elem := range elems {
		d.value(fmt.Sprintf("%s[%d]", path, i), elem, v.Index(i))
	}
}

// nameOf returns the JSON name of a field, "" if it has none.
func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.Trim(name, "-")
}

// kindOf names the kind of a JSON value.
func kindOf(text json.RawMessage) string {
	switch bytes.TrimSpace(text)[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "the number " + string(text)
}

func compact(text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return bytes.Clone(text)
	}
	return b.Bytes()
}
