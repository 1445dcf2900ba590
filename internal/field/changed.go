package field

import (
	"fmt"
	"reflect"
)

// check is a part of the prototype that must stay as New made it: zero, or the pointer to the nested struct that New
// allocated. The pointer also keeps that struct, and the addresses of its fields, alive.
type check struct {
	at   reflect.Value
	want reflect.Value // the zero Value means that at must be zero
	name string        // of the field in Go
}

func (c check) holds() bool {
	if c.want.IsValid() {
		return c.at.Pointer() == c.want.Pointer()
	}
	return c.at.IsZero()
}

// Changed returns an error with the name of a prototype's field that was written to. It costs about as much as a
// comparison of the struct with its zero value.
func (p *Prototype) Changed() error {
	for _, c := range p.checks {
		if !c.holds() {
			return fmt.Errorf("field %s of the prototype of %s was written to: Fields() is for addresses only, put values into an item of your own",
				c.culprit(), p.Type().Name())
		}
	}
	return nil
}

// culprit returns the name of the innermost field that is not zero.
func (c check) culprit() string {
	v, name := c.at, c.name
	for !c.want.IsValid() && v.Kind() == reflect.Struct {
		inner := -1
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				inner = i
				break
			}
		}
		if inner < 0 || !v.Type().Field(inner).IsExported() {
			break
		}
		v, name = v.Field(inner), join(name, v.Type().Field(inner).Name)
	}
	return name
}

// appendChecks covers v, a struct of the prototype, and all that New allocated behind it, with as few checks as
// possible: one for each largest part without a pointer of New.
func appendChecks(checks []check, v reflect.Value, name string) []check {
	if v.IsZero() {
		return append(checks, check{at: v, name: name})
	}
	for i := range v.NumField() {
		fv, name := v.Field(i), join(name, v.Type().Field(i).Name)
		switch {
		case fv.Kind() == reflect.Pointer && !fv.IsNil():
			checks = append(checks, check{at: fv, want: reflect.ValueOf(fv.Interface()), name: name})
			checks = appendChecks(checks, fv.Elem(), name)
		case fv.Kind() == reflect.Struct:
			checks = appendChecks(checks, fv, name)
		default:
			checks = append(checks, check{at: fv, name: name})
		}
	}
	return checks
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
