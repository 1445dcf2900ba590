package ddbobserve

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// String returns the request on one line, as in `Query gsi1: gsi1_pk = "t#1" AND begins_with(gsi1_sk, "c#") LIMIT 20`. With several
// writes each one has a line of its own, indented.
func (r Request) String() string {
	var b strings.Builder
	b.WriteString(r.Operation + " " + r.Index)
	switch text := r.Subject(); {
	case strings.Contains(text, "\n"):
		b.WriteString(":\n\t" + strings.ReplaceAll(text, "\n", "\n\t"))
	case text != "":
		b.WriteString(": " + text)
	}
	if r.Filter != "" {
		b.WriteString(" FILTER " + r.Filter)
	}
	if r.CountOnly {
		b.WriteString(" COUNT")
	}
	if r.Descending {
		b.WriteString(" DESC")
	}
	if r.Limit > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(r.Limit))
	}
	if r.Consistent {
		b.WriteString(" CONSISTENT")
	}
	return b.String()
}

// Subject returns what the request reads or writes: the key condition of a Query; the keys of other reads, with "; " between them; the
// writes, each on a line. Keys of a BatchGetItem, which has no order, are sorted. It is "" for a Scan.
func (r Request) Subject() string {
	var texts []string
	switch {
	case len(r.Writes) > 0:
		for _, w := range r.Writes {
			texts = append(texts, w.String())
		}
		return strings.Join(texts, "\n")
	case len(r.Keys) > 0:
		for _, k := range r.Keys {
			texts = append(texts, KeyText(k))
		}
		if r.Operation == "BatchGetItem" {
			slices.Sort(texts)
		}
		return strings.Join(texts, "; ")
	}
	for _, c := range r.Condition {
		texts = append(texts, c.String())
	}
	return strings.Join(texts, " AND ")
}

// String returns the action and the key, as in `put pk = "s#1" AND sk = "s#1"`.
func (w Write) String() string { return w.Action + " " + KeyText(w.Key) }

// String returns the comparison as DynamoDB writes it, with name and values in place.
func (c KeyCondition) String() string {
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		values[i] = Text(v)
	}
	switch c.Op {
	case "begins_with":
		return "begins_with(" + c.Attribute + ", " + strings.Join(values, ", ") + ")"
	case "BETWEEN":
		return c.Attribute + " BETWEEN " + strings.Join(values, " AND ")
	}
	return c.Attribute + " " + c.Op + " " + strings.Join(values, ", ")
}

// KeyText returns a key as a condition, with its attributes sorted by name: `pk = "s#1" AND sk = "s#1"`.
func KeyText(k Key) string {
	texts := make([]string, 0, len(k))
	for _, name := range slices.Sorted(maps.Keys(k)) {
		texts = append(texts, name+" = "+Text(k[name]))
	}
	return strings.Join(texts, " AND ")
}

// Text returns a value as text: strings are quoted, numbers as they are, binaries in hexadecimal after 0x, sets in <>. Names in
// maps are sorted.
func Text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("0x%x", v.Value)
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberL:
		return "[" + joined(v.Value, Text) + "]"
	case *types.AttributeValueMemberM:
		return "{" + joined(slices.Sorted(maps.Keys(v.Value)), func(name string) string {
			return strconv.Quote(name) + ": " + Text(v.Value[name])
		}) + "}"
	case *types.AttributeValueMemberSS:
		return "<" + joined(v.Value, strconv.Quote) + ">"
	case *types.AttributeValueMemberNS:
		return "<" + strings.Join(v.Value, ", ") + ">"
	case *types.AttributeValueMemberBS:
		return "<" + joined(v.Value, func(b []byte) string { return fmt.Sprintf("0x%x", b) }) + ">"
	}
	return "(none)"
}

func joined[E any](list []E, text func(E) string) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = text(e)
	}
	return strings.Join(texts, ", ")
}
