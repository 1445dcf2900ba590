package differential

import (
	"bytes"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// object is a decoded JSON object.
type object = map[string]any

// verdict is a response in comparable form.
type verdict struct {
	code    string // of an error, without its namespace
	message string // of an error
	body    object // of a success; of a cancelled transaction, its reasons
	next    any    // LastEvaluatedKey as in the response
}

// failed reports whether the response is an error.
func (v verdict) failed() bool { return v.code != "" }

// String returns the verdict as canonical JSON, with sorted names.
func (v verdict) String() string {
	text, err := json.Marshal(v.body)
	if err != nil {
		return err.Error()
	}
	if v.failed() {
		return v.code + ": " + v.message + " " + string(text)
	}
	return string(text)
}

// judge turns a response into its verdict.
func judge(a Answer) verdict {
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.UseNumber()
	var body object
	if err := decoder.Decode(&body); err != nil {
		return verdict{code: "Malformed", message: string(a.Body)}
	}
	if a.Status == 200 {
		var page struct{ LastEvaluatedKey json.RawMessage }
		v := verdict{}
		if json.Unmarshal(a.Body, &page) == nil && page.LastEvaluatedKey != nil {
			v.next = page.LastEvaluatedKey
		}
		v.body, _ = normalise(body).(object)
		return v
	}
	code, _ := body["__type"].(string)
	_, after, found := strings.Cut(code, "#")
	if found {
		code = after
	}
	message, _ := body["message"].(string)
	if m, ok := body["Message"].(string); ok {
		message = m
	}
	kept := object{}
	for _, name := range []string{"CancellationReasons", "Item"} {
		if v, ok := body[name]; ok && v != nil {
			kept[name] = normalise(v)
		}
	}
	return verdict{code: code, message: message, body: kept}
}

// normalise removes permitted differences: the order of set members, the spelling of capacity units, empty members, and
// times.
func normalise(v any) any {
	switch v := v.(type) {
	case object:
		return normaliseObject(v)
	case []any:
		for i := range v {
			v[i] = normalise(v[i])
		}
		return v
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	default:
		return v
	}
}

func normaliseObject(o object) object {
	for name, part := range o {
		switch name {
		case "SS", "BS":
			sortSet(part, strings.Compare)
		case "N":
			o[name] = spelling(part)
			continue
		case "NS":
			sortSet(part, compareNumbers)
		case "ItemCollectionMetrics", "CreationDateTime":
			delete(o, name)
			continue
		}
		if part == nil {
			delete(o, name)
			continue
		}
		o[name] = normalise(part)
	}
	return o
}

// spelling returns a number in canonical form: DynamoDB Local keeps the form in which an update wrote it.
func spelling(number any) any {
	text, _ := number.(string)
	if r, ok := new(big.Rat).SetString(text); ok {
		return r.RatString()
	}
	return number
}

func sortSet(set any, compare func(a, b string) int) {
	members, ok := set.([]any)
	if !ok {
		return
	}
	slices.SortFunc(members, func(a, b any) int {
		s, _ := a.(string)
		t, _ := b.(string)
		return compare(s, t)
	})
}

func compareNumbers(a, b string) int {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok || !ok2 {
		return strings.Compare(a, b)
	}
	return x.Cmp(y)
}

// canonical returns any decoded JSON as text with sorted names.
func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// unordered sorts items without a defined order.
func unordered(items []any) []string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = canonical(item)
	}
	slices.Sort(texts)
	return texts
}
