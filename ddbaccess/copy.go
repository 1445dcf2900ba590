package ddbaccess

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/template"
)

// copier makes items that differ from one in the fields of its key.
type copier struct {
	design  *ddbdesign.Table
	of      item
	vary    map[string]*ddbdesign.Field // the fields that differ; nil for one without an attribute
	entries []ddbdesign.IndexEntry
}

// newCopier returns a copier that varies the fields of the primary key, and of the partition keys of indexes, that the partition
// key of the collection does not have: so the copies are in no other collection that a pattern reads. It is not ok if there are
// none.
func newCopier(d *ddbdesign.Table, m ddbdesign.Member, of item) (*copier, bool) {
	e, _ := d.Entity(m.Entity)
	c := &copier{design: d, of: of, vary: map[string]*ddbdesign.Field{}, entries: e.Entries}
	primary := e.Entries[0]
	if m.Version {
		primary, c.entries = *e.History, []ddbdesign.IndexEntry{*e.History}
	}
	fixed := fieldsOf(m.Entry.Partition)
	names := fieldsOf(primary.Sort)
	for _, entry := range c.entries {
		names = append(names, fieldsOf(entry.Partition)...)
	}
	for _, name := range append(names, fieldsOf(primary.Partition)...) {
		if slices.Contains(fixed, name) {
			continue
		}
		c.vary[name] = nil
		if i := slices.IndexFunc(e.Fields, func(f ddbdesign.Field) bool { return f.Name == name }); i >= 0 && len(e.Fields[i].Path) == 1 {
			c.vary[name] = &e.Fields[i]
		}
	}
	return c, len(c.vary) > 0
}

// copy returns the k-th copy. It is an error if a key of the item is of another shape.
func (c *copier) copy(k int) (item, error) {
	out := maps.Clone(c.of)
	for _, e := range c.entries {
		ix, _ := c.design.Index(e.Index)
		for _, half := range []struct {
			t     ddbdesign.Template
			attrs []ddbdesign.Attribute
		}{{e.Partition, ix.Partition}, {e.Sort, ix.Sort}} {
			if half.t.Native || len(half.attrs) != 1 || !half.t.Match(scalar(c.of[half.attrs[0].Name]).Text) {
				continue // its attribute is the field's own, or it is not in the index
			}
			old := scalar(c.of[half.attrs[0].Name]).Text
			text, ok := c.key(half.t, old, k)
			if !ok {
				return nil, fmt.Errorf("no copies of the key %q, which is not of the form %s: give the item in Catalog.Seed another key", old, half.t.Text)
			}
			out[half.attrs[0].Name] = &types.AttributeValueMemberS{Value: text}
		}
	}
	for _, f := range c.vary {
		if f != nil && out[f.Path[0]] != nil {
			out[f.Path[0]] = next(out[f.Path[0]], k)
		}
	}
	if v, ok := out[fillName].(*types.AttributeValueMemberS); ok { // a copy is as large as its item
		more := int(size(out) - size(c.of))
		out[fillName] = &types.AttributeValueMemberS{Value: v.Value[:len(v.Value)-min(len(v.Value), max(0, more))]}
	}
	return out, nil
}

// key returns a key with the fields changed.
func (c *copier) key(t ddbdesign.Template, text string, k int) (string, bool) {
	fields, ok := t.Fields(text)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for _, p := range t.Parts {
		value := fields[p.Field]
		switch _, vary := c.vary[p.Field]; {
		case p.Kind == ddbdesign.PartLiteral:
			value = p.Text
		case vary:
			if value, ok = c.value(p, value, k); !ok {
				return "", false
			}
		}
		b.WriteString(value)
	}
	return b.String(), true
}

// value is the k-th value of the field in a part of a key.
func (c *copier) value(p ddbdesign.Part, old string, k int) (string, bool) {
	switch p.Kind {
	case ddbdesign.PartNum:
		n, err := strconv.Atoi(old)
		if p.Width < digitsMost { // after the largest number comes the smallest
			n = (n + k) % int(math.Pow10(p.Width))
		} else {
			n += k
		}
		return fmt.Sprintf("%0*d", p.Width, n), err == nil && n >= 0
	case ddbdesign.PartTime:
		at, err := time.Parse(time.RFC3339Nano, old)
		return at.Add(time.Duration(k) * time.Second).Format("2006-01-02T15:04:05.000000000Z"), err == nil
	case ddbdesign.PartShard:
		return template.ShardText(suffixed(c.fieldText(p.Field), k), p.N), true
	case ddbdesign.PartFold:
		return strings.ToLower(suffixed(old, k)), true
	}
	return suffixed(old, k), true
}

// digitsMost is the number of digits that every int has.
const digitsMost = 18

// fieldText is the text of a field in the item, as it stands in a key that has all of it.
func (c *copier) fieldText(field string) string {
	e := c.entries[0]
	primary := c.design.Indexes[0]
	if fields, ok := e.Partition.Fields(scalar(c.of[primary.Partition[0].Name]).Text); ok && slices.Contains(fieldsOf(e.Partition), field) {
		return fields[field]
	}
	if len(primary.Sort) > 0 {
		fields, _ := e.Sort.Fields(scalar(c.of[primary.Sort[0].Name]).Text)
		return fields[field]
	}
	return ""
}

// suffixed is the k-th text that differs from one.
func suffixed(text string, k int) string { return text + "~" + strconv.Itoa(k) }

// next is the k-th value that differs from one, of the field's own attribute.
func next(v types.AttributeValue, k int) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if at, err := time.Parse(time.RFC3339Nano, v.Value); err == nil {
			return &types.AttributeValueMemberS{Value: at.Add(time.Duration(k) * time.Second).Format(time.RFC3339Nano)}
		}
		return &types.AttributeValueMemberS{Value: suffixed(v.Value, k)}
	case *types.AttributeValueMemberN:
		if n, ok := new(big.Rat).SetString(v.Value); ok {
			_, decimals, _ := strings.Cut(v.Value, ".")
			return &types.AttributeValueMemberN{Value: n.Add(n, new(big.Rat).SetInt64(int64(k))).FloatString(len(decimals))}
		}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: []byte(suffixed(string(v.Value), k))}
	}
	return v
}
