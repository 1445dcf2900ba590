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
	var of struct {
		Format *int `json:"format"`
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, &of); {
	case errors.As(err, &wrong):
		return Table{}, fmt.Errorf("ddbdesign: read: %s: want an object with a number \"format\": was it written by Write?", either(wrong.Field, "the text"))
	case err != nil:
		return Table{}, fmt.Errorf("ddbdesign: read: %w", err)
	case of.Format == nil || *of.Format < 1:
		return Table{}, errors.New("ddbdesign: read: format: there is none: was it written by Write?")
	case *of.Format > Format:
		return Table{}, fmt.Errorf("ddbdesign: read: format: it is %d, this program knows up to %d: build the program with a newer release of github.com/singletable-go/ddb", *of.Format, Format)
	}
	d := &decoder{}
	var t Table
	d.value("", text, reflect.ValueOf(&t).Elem(), 0)
	err = errors.Join(d.faults...)
	if err == nil {
		err = t.Check()
	}
	if err != nil {
		return Table{}, fmt.Errorf("ddbdesign: read: %w", err)
	}
	return t, nil
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// maxDepth bounds conditions within conditions.
const maxDepth = 100

// decoder reads valid JSON into structs, and keeps the fields that they do not have.
type decoder struct{ faults []error }

func (d *decoder) fault(path, format string, args ...any) {
	d.faults = append(d.faults, fmt.Errorf("%s: %w", either(path, "the text"), fmt.Errorf(format, args...)))
}

func (d *decoder) value(path string, text json.RawMessage, v reflect.Value, depth int) {
	switch {
	case string(text) == "null":
	case depth > maxDepth:
		d.fault(path, "it is nested more than %d levels deep", maxDepth)
	case v.Type() == reflect.TypeFor[Value]():
		v.SetBytes(compact(text))
	case v.Kind() == reflect.Struct:
		d.object(path, text, v, depth)
	case v.Kind() == reflect.Slice:
		d.list(path, text, v, depth)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(path, text, v.Elem(), depth)
	case json.Unmarshal(text, v.Addr().Interface()) != nil:
		d.fault(path, "it is %s, want a %s", kindOf(text), map[reflect.Kind]string{reflect.String: "string", reflect.Int: "whole number", reflect.Bool: "boolean"}[v.Kind()])
	}
}

func (d *decoder) object(path string, text json.RawMessage, v reflect.Value, depth int) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		d.fault(path, "it is %s, want an object", kindOf(text))
		return
	}
	for i := range v.NumField() {
		name := nameOf(v.Type().Field(i))
		if member, ok := members[name]; ok && name != "" {
			d.value(strings.TrimPrefix(path+"."+name, "."), member, v.Field(i), depth+1)
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

func (d *decoder) list(path string, text json.RawMessage, v reflect.Value, depth int) {
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
		d.value(fmt.Sprintf("%s[%d]", path, i), elem, v.Index(i), depth+1)
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
