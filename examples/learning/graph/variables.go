package graph

import (
	"math"

	"github.com/graph-gophers/graphql-go/introspection"
)

// checkVariables refuses values that do not fit their types, before a field of the operation is resolved.
func checkVariables(variables map[string]any, types map[string]*introspection.Type) error {
	for name, t := range types {
		value, given := variables[name]
		if !given && t.Kind() != "NON_NULL" {
			continue
		}
		if !fits(value, t) {
			return badInput("variable $%s does not fit its type %s", name, typeText(t))
		}
	}
	return nil
}

func fits(value any, t *introspection.Type) bool {
	if t.Kind() == "NON_NULL" {
		return value != nil && fits(value, t.OfType())
	}
	if value == nil {
		return true
	}
	switch t.Kind() {
	case "LIST":
		list, ok := value.([]any)
		if !ok {
			return fits(value, t.OfType()) // one value stands for a list of it
		}
		for _, v := range list {
			if !fits(v, t.OfType()) {
				return false
			}
		}
		return true
	case "INPUT_OBJECT":
		object, ok := value.(map[string]any)
		if !ok {
			return false
		}
		for _, field := range *t.InputFields(&struct{ IncludeDeprecated bool }{true}) {
			if !fits(object[field.Name()], field.Type()) {
				return false
			}
		}
		return true
	}
	return fitsScalar(value, *t.Name())
}

func fitsScalar(value any, name string) bool {
	var ok bool
	switch name {
	case "Int":
		var n float64
		switch v := value.(type) {
		case float64:
			n, ok = v, true
		case int32: // the default of a variable
			return true
		}
		return ok && n == math.Trunc(n) && n >= math.MinInt32 && n <= math.MaxInt32
	case "Boolean":
		_, ok = value.(bool)
	default:
		_, ok = value.(string)
	}
	return ok
}

func typeText(t *introspection.Type) string {
	switch t.Kind() {
	case "NON_NULL":
		return typeText(t.OfType()) + "!"
	case "LIST":
		return "[" + typeText(t.OfType()) + "]"
	}
	return *t.Name()
}
