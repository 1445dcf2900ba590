package differential

import (
	"encoding/base64"

	"pgregory.net/rapid"
)

// The pools of values are small, so that requests find items and items share keys.
var (
	texts   = []string{"a", "b", "ab", "b\x00", "é", "B", "10", "9"}
	numbers = []string{"0", "1", "-1", "2", "10", "1.5", "1e2", "-0.05", "12345678901234567890123456789012345678", "1.50"}
	plain   = []string{"0", "1", "-1", "2", "10", "1.5", "-0.05", "12345678901234567890123456789012345678"} // in canonical form
	blobs   = []string{"a", "b", "ab", "\x00", "\xff", "b\x00"}
	names   = []string{"x", "y", "z"}
)

// scalar draws a value of a key type.
func scalar(t *rapid.T, kind string) object {
	switch kind {
	case "N":
		return object{"N": rapid.SampledFrom(numbers).Draw(t, "number")}
	case "B":
		return object{"B": base64.StdEncoding.EncodeToString([]byte(rapid.SampledFrom(blobs).Draw(t, "bytes")))}
	default:
		return object{"S": rapid.SampledFrom(texts).Draw(t, "string")}
	}
}

// anyValue draws a value of any type, nested up to depth.
func anyValue(t *rapid.T, depth int) object {
	kinds := []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "M", "L"}
	if depth == 0 {
		kinds = kinds[:8]
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "type"); kind {
	case "BOOL":
		return object{kind: rapid.Bool().Draw(t, "bool")}
	case "NULL":
		return object{kind: true}
	case "SS", "NS", "BS":
		seen := map[string]bool{}
		members := []any{}
		for range rapid.IntRange(1, 3).Draw(t, "members") {
			member := scalar(t, kind[:1])[kind[:1]].(string)
			if kind == "NS" {
				member = rapid.SampledFrom(plain).Draw(t, "number")
			}
			if !seen[member] {
				seen[member] = true
				members = append(members, member)
			}
		}
		return object{kind: members}
	case "M":
		fields := object{}
		for range rapid.IntRange(0, 2).Draw(t, "fields") {
			fields[rapid.SampledFrom(names).Draw(t, "name")] = anyValue(t, depth-1)
		}
		return object{kind: fields}
	case "L":
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			list = append(list, anyValue(t, depth-1))
		}
		return object{kind: list}
	default:
		if kind == "N" { // DynamoDB Local keeps the spelling of numbers in lists and maps
			return object{"N": rapid.SampledFrom(plain).Draw(t, "number")}
		}
		return scalar(t, kind)
	}
}

// item draws an item of a table; some are invalid for it.
func (tb *table) item(t *rapid.T) object {
	item := object{}
	for _, a := range tb.keys() {
		item[a.name] = tb.keyValue(t, a)
	}
	for _, a := range tb.indexKeys() {
		if rapid.IntRange(0, 3).Draw(t, "has "+a.name) > 0 {
			item[a.name] = tb.keyValue(t, a)
		}
	}
	for _, name := range names {
		if rapid.Bool().Draw(t, "has "+name) {
			item[name] = anyValue(t, 2)
		}
	}
	if tb.at("key left out of item") {
		delete(item, rapid.SampledFrom(tb.keys()).Draw(t, "key").name)
	}
	return item
}

// keyValue draws a value of a key attribute.
func (tb *table) keyValue(t *rapid.T, a attribute) object {
	switch {
	case tb.at("key of wrong type"):
		return anyValue(t, 1)
	case a.kind != "N" && tb.at("empty key"):
		return object{a.kind: ""}
	}
	return scalar(t, a.kind)
}

// key draws a primary key.
func (tb *table) key(t *rapid.T) object {
	key := object{}
	for _, a := range tb.keys() {
		key[a.name] = tb.keyValue(t, a)
	}
	switch {
	case tb.at("superfluous key"):
		key["x"] = scalar(t, "S")
	case tb.at("key left out"):
		delete(key, tb.hash.name)
	}
	return key
}
