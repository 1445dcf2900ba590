package differential

import (
	"encoding/base64"
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// writer draws expressions and collects their names and values.
type writer struct {
	t      *rapid.T
	table  *table
	names  object
	values object
}

func newWriter(t *rapid.T, tb *table) *writer {
	return &writer{t: t, table: tb, names: object{}, values: object{}}
}

// into adds the names and values to a request.
func (w *writer) into(request object) {
	if w.table.at("idle value") {
		w.values[":idle"] = scalar(w.t, "S")
	}
	if len(w.names) > 0 {
		request["ExpressionAttributeNames"] = w.names
	}
	if len(w.values) > 0 {
		request["ExpressionAttributeValues"] = w.values
	}
}

// value returns a placeholder for a value.
func (w *writer) value(v object) string {
	name := fmt.Sprintf(":v%d", len(w.values))
	w.values[name] = v
	return name
}

// name returns an attribute name or a placeholder for it.
func (w *writer) name(name string) string {
	if rapid.IntRange(0, 3).Draw(w.t, "placeholder") > 0 {
		return name
	}
	w.names["#"+name] = name
	return "#" + name
}

// path draws a document path, mostly into attributes that are not keys.
func (w *writer) path() string {
	heads := names
	if rapid.IntRange(0, 5).Draw(w.t, "key path") == 1 {
		heads = []string{"g", "h", "pk"}
	}
	return w.within(rapid.SampledFrom(heads).Draw(w.t, "head"))
}

// within draws a document path within an attribute.
func (w *writer) within(head string) string {
	var path strings.Builder
	path.WriteString(w.name(head))
	for rapid.IntRange(0, 2).Draw(w.t, "deeper") == 1 {
		if rapid.Bool().Draw(w.t, "position") {
			fmt.Fprintf(&path, "[%d]", rapid.IntRange(0, 3).Draw(w.t, "index"))
		} else {
			path.WriteString("." + w.name(rapid.SampledFrom(names).Draw(w.t, "field")))
		}
	}
	return path.String()
}

func (w *writer) one(label string, parts ...func() string) string {
	return rapid.SampledFrom(parts).Draw(w.t, label)()
}

func (w *writer) operand() string {
	return w.one("operand", w.path, w.path, func() string { return w.value(anyValue(w.t, 1)) },
		func() string { return w.value(scalar(w.t, "N")) }, func() string { return "size(" + w.path() + ")" })
}

// bounds returns placeholders for two values, the lower first.
func (w *writer) bounds(a, b object) (low, high string) {
	if above(a, b) != w.table.at("bounds reversed") {
		a, b = b, a
	}
	return w.value(a), w.value(b)
}

// above reports whether a is above b, two values of one key type.
func above(a, b object) bool {
	for kind, v := range a {
		x, ok := v.(string)
		y, ok2 := b[kind].(string)
		switch {
		case !ok || !ok2:
			return false
		case kind == "N":
			return compareNumbers(x, y) > 0
		case kind == "B":
			s, _ := base64.StdEncoding.DecodeString(x)
			u, _ := base64.StdEncoding.DecodeString(y)
			return string(s) > string(u)
		default:
			return x > y
		}
	}
	return false
}

// condition draws a condition.
func (w *writer) condition(depth int) string {
	logical := func(operator string) func() string {
		return func() string { return w.condition(depth-1) + operator + w.condition(depth-1) }
	}
	parts := []func() string{w.comparison, w.comparison, w.function}
	if depth > 0 {
		parts = append(parts, logical(" AND "), logical(" OR "),
			func() string { return "NOT " + w.condition(depth-1) }, func() string { return "(" + w.condition(depth-1) + ")" })
	}
	return w.one("condition", parts...)
}

func (w *writer) comparison() string {
	comparator := func(of ...string) string { return " " + rapid.SampledFrom(of).Draw(w.t, "comparator") + " " }
	scalars := func() string { return w.value(scalar(w.t, rapid.SampledFrom(kinds).Draw(w.t, "kind"))) }
	return w.one("comparison",
		func() string { return w.operand() + comparator("=", "<>") + w.operand() },
		func() string {
			if w.table.at("bad type") {
				return w.path() + comparator("<", "<=", ">", ">=") + w.value(anyValue(w.t, 1))
			}
			return w.path() + comparator("<", "<=", ">", ">=") + scalars()
		},
		func() string {
			kind := rapid.SampledFrom(kinds).Draw(w.t, "bounds")
			low, high := w.bounds(scalar(w.t, kind), scalar(w.t, kind))
			return w.path() + " BETWEEN " + low + " AND " + high
		},
		func() string { return w.path() + " IN (" + w.operand() + ", " + w.operand() + ")" })
}

func (w *writer) function() string {
	call := func(name string, args ...func() string) func() string {
		return func() string {
			var texts []string
			for _, arg := range args {
				texts = append(texts, arg())
			}
			return name + "(" + strings.Join(texts, ", ") + ")"
		}
	}
	return w.one("function", call("attribute_exists", w.path), call("attribute_not_exists", w.path),
		call("attribute_type", w.path, func() string {
			if w.table.at("bad type") {
				return w.value(anyValue(w.t, 1))
			}
			return w.value(object{"S": rapid.SampledFrom([]string{"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}).Draw(w.t, "type")})
		}),
		call("begins_with", w.path, func() string {
			if w.table.at("bad type") {
				return w.operand()
			}
			return w.value(scalar(w.t, rapid.SampledFrom([]string{"S", "B"}).Draw(w.t, "prefix")))
		}), call("contains", w.path, w.operand))
}

// update draws an update expression.
func (w *writer) update() string {
	var sections []string
	targets := rapid.Permutation([]string{"x", "y", "z", "g", "h"}).Draw(w.t, "targets")
	if w.table.at("overlapping paths") {
		targets = []string{"x", "x", "y", "x"}
	}
	if w.table.at("bad clause") {
		targets[0] = w.table.hash.name
	}
	for _, section := range rapid.Permutation([]string{"SET", "REMOVE", "ADD", "DELETE"}).Draw(w.t, "sections")[:rapid.IntRange(1, 2).Draw(w.t, "count")] {
		var clauses []string
		for range rapid.IntRange(1, 2).Draw(w.t, "clauses") {
			clauses = append(clauses, w.clause(section, targets[0]))
			targets = targets[1:]
		}
		sections = append(sections, section+" "+strings.Join(clauses, ", "))
	}
	return strings.Join(sections, " ")
}

func (w *writer) clause(section, head string) string {
	target := w.within(head)
	switch section {
	case "SET":
		return target + " = " + w.assigned()
	case "ADD":
		kind := rapid.SampledFrom([]string{"N", "N", "SS", "NS", "BS"}).Draw(w.t, "added")
		if w.table.at("bad type") {
			kind = "S"
		}
		return target + " " + w.value(w.setOrScalar(kind))
	case "DELETE":
		kind := rapid.SampledFrom([]string{"SS", "NS", "BS"}).Draw(w.t, "deleted")
		if w.table.at("bad type") {
			kind = "N"
		}
		return target + " " + w.value(w.setOrScalar(kind))
	default:
		return target
	}
}

func (w *writer) setOrScalar(kind string) object {
	if len(kind) == 1 {
		return scalar(w.t, kind)
	}
	if kind == "NS" {
		return object{kind: []any{rapid.SampledFrom(plain).Draw(w.t, "number")}}
	}
	return object{kind: []any{scalar(w.t, kind[:1])[kind[:1]]}}
}

func (w *writer) assigned() string {
	number := func() string { return w.value(scalar(w.t, "N")) }
	return w.one("assigned", func() string { return w.value(anyValue(w.t, 2)) }, w.path,
		func() string { return w.path() + " + " + number() }, func() string { return number() + " - " + w.path() },
		func() string { return "if_not_exists(" + w.path() + ", " + w.value(anyValue(w.t, 1)) + ")" },
		func() string { return "if_not_exists(" + w.path() + ", " + number() + ") + " + number() },
		func() string {
			return "list_append(" + w.path() + ", " + w.value(object{"L": []any{anyValue(w.t, 0)}}) + ")"
		})
}

// projection draws a projection expression.
func (w *writer) projection() string {
	heads := rapid.Permutation([]string{"x", "y", "z", "g", "pk"}).Draw(w.t, "heads")[:rapid.IntRange(1, 3).Draw(w.t, "paths")]
	if w.table.at("overlapping paths") {
		heads = []string{"x", "x"}
	}
	var paths []string
	for _, head := range heads {
		if head == "pk" {
			paths = append(paths, w.name(head))
			continue
		}
		paths = append(paths, w.within(head))
	}
	return strings.Join(paths, ", ")
}

// keyCondition draws a key condition for a schema; some do not fit it.
func (w *writer) keyCondition(partition, sort []attribute) string {
	var parts []string
	for _, a := range partition {
		parts = append(parts, w.name(a.name)+" = "+w.value(w.table.keyValue(w.t, a)))
	}
	for i, a := range sort {
		what := rapid.IntRange(0, 3).Draw(w.t, "sort condition")
		if what == 0 {
			break
		}
		if what == 1 && i+1 < len(sort) {
			parts = append(parts, w.name(a.name)+" = "+w.value(w.table.keyValue(w.t, a)))
			continue
		}
		parts = append(parts, w.sortCondition(a))
		if rapid.IntRange(0, 20).Draw(w.t, "goes on") > 1 {
			break
		}
	}
	switch {
	case w.table.at("partition condition left out"):
		parts = parts[1:]
	case w.table.at("condition on other attribute"):
		parts = append(parts, w.path()+" = "+w.value(scalar(w.t, "S")))
	case w.table.at("condition in key condition"):
		parts = append(parts, w.condition(1))
	}
	if len(parts) == 0 {
		return w.path() + " = " + w.value(scalar(w.t, "S"))
	}
	return strings.Join(parts, " AND ")
}

func (w *writer) sortCondition(a attribute) string {
	v := func() string { return w.value(w.table.keyValue(w.t, a)) }
	return w.one("sort condition",
		func() string {
			return w.name(a.name) + " " + rapid.SampledFrom([]string{"=", "<", "<=", ">", ">="}).Draw(w.t, "comparator") + " " + v()
		},
		func() string {
			low, high := w.bounds(w.table.keyValue(w.t, a), w.table.keyValue(w.t, a))
			return w.name(a.name) + " BETWEEN " + low + " AND " + high
		},
		func() string { return "begins_with(" + w.name(a.name) + ", " + v() + ")" })
}

// spoil breaks an expression in some cases.
func (w *writer) spoil(text string) string {
	if text == "" || !w.table.at("broken text") {
		return text
	}
	at := rapid.IntRange(0, len(text)-1).Draw(w.t, "at")
	switch rapid.IntRange(0, 2).Draw(w.t, "how") {
	case 0:
		return text[:at] + text[at+1:]
	case 1:
		return text[:at] + rapid.SampledFrom([]string{"(", ")", " ", "!", "1", ",", ":", "#", " AND ", "status"}).Draw(w.t, "what") + text[at:]
	default:
		return text[:at]
	}
}
