package ddbaccess

import (
	"encoding/base64"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// item is the attributes of an item, or of a key.
type item = map[string]types.AttributeValue

// scalar is the value of a key attribute.
func scalar(v types.AttributeValue) ddbdesign.Scalar {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return ddbdesign.Scalar{Type: "S", Text: v.Value}
	case *types.AttributeValueMemberN:
		return ddbdesign.Scalar{Type: "N", Text: v.Value}
	case *types.AttributeValueMemberB:
		return ddbdesign.Scalar{Type: "B", Text: base64.StdEncoding.EncodeToString(v.Value)}
	}
	return ddbdesign.Scalar{}
}

// named returns a key value as a string of names of fields. It is not ok if the template has no such value, or if the field's own
// attribute is the key.
func named(t ddbdesign.Template, v types.AttributeValue) (types.AttributeValue, bool) {
	s := scalar(v)
	text, ok := t.Prefix(s.Text)
	if !ok || s.Type != "S" || t.Native {
		return v, false
	}
	return &types.AttributeValueMemberS{Value: text}, true
}

// fieldName is a value that prints as a name without quotes.
func fieldName(name string) types.AttributeValue { return &types.AttributeValueMemberN{Value: name} }

// claimOf finds what an item is, by its primary key.
func claimOf(d *ddbdesign.Table, key item) ddbdesign.Claim {
	primary := d.Indexes[0]
	var sort ddbdesign.Scalar
	if len(primary.Sort) > 0 {
		sort = scalar(key[primary.Sort[0].Name])
	}
	c, _ := d.Claim(scalar(key[primary.Partition[0].Name]), sort)
	return c
}

// templates returns the templates of the primary key of what is claimed; the one of the sort key may be zero.
func templates(d *ddbdesign.Table, c ddbdesign.Claim, key item) (partition, sort ddbdesign.Template) {
	if c.Companion != "" {
		value := scalar(key[d.Indexes[0].Partition[0].Name]).Text
		for _, of := range d.Companions {
			if of.Purpose == c.Companion && of.Entity == c.Entity && of.View == c.View {
				if partition = of.Key; of.Key.Match(value) {
					break
				}
			}
		}
		return partition, sort
	}
	e, ok := d.Entity(c.Entity)
	switch {
	case !ok:
		return partition, sort
	case c.Version:
		return e.History.Partition, e.History.Sort
	}
	return e.Entries[0].Partition, e.Entries[0].Sort
}

// keyInFields returns a primary key in names of fields. Of a companion it is the partition key: that says what it is for.
func keyInFields(d *ddbdesign.Table, key item) string {
	c := claimOf(d, key)
	partition, sort := templates(d, c, key)
	out := item{}
	primary := d.Indexes[0]
	name := primary.Partition[0].Name
	out[name] = keyValue(partition, key[name])
	if c.Companion != "" && !partition.IsZero() {
		out[name] = &types.AttributeValueMemberS{Value: partition.Text}
	}
	if c.Companion == "" && len(primary.Sort) > 0 {
		name := primary.Sort[0].Name
		out[name] = keyValue(sort, key[name])
	}
	return ddbobserve.KeyText(out)
}

// keyValue is a value of a primary key in names of fields.
func keyValue(t ddbdesign.Template, v types.AttributeValue) types.AttributeValue {
	if t.Native && len(t.Parts) == 1 {
		return fieldName(t.Parts[0].Field)
	}
	n, _ := named(t, v)
	return n
}

// entriesAt returns the entries of an index whose partition key can have a value, those of one entity first.
func entriesAt(d *ddbdesign.Table, index, first string, partition types.AttributeValue) []ddbdesign.Member {
	var found []ddbdesign.Member
	for _, f := range d.Families(index) {
		for _, m := range f.Members {
			if m.Entry.Partition.Native || m.Entry.Partition.Match(scalar(partition).Text) {
				found = append(found, m)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b ddbdesign.Member) int { return order(a.Entity == first) - order(b.Entity == first) })
	return found
}

func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

// partitionOf returns what a query compares the first attribute of the partition key with.
func partitionOf(ix ddbdesign.Index, r *ddbobserve.Request) types.AttributeValue {
	for _, c := range r.Condition {
		if c.Attribute == ix.Partition[0].Name && len(c.Values) == 1 {
			return c.Values[0]
		}
	}
	return nil
}

// conditionInFields returns the key condition of a query in names of fields. Entity is the one whose names are preferred.
func conditionInFields(d *ddbdesign.Table, r *ddbobserve.Request, entity string) string {
	ix, ok := d.Index(r.Index)
	if !ok {
		return r.Subject()
	}
	members := entriesAt(d, r.Index, entity, partitionOf(ix, r))
	if len(members) == 0 && ix.Kind == ddbdesign.KindPrimary { // of the library's own items
		key := item{ix.Partition[0].Name: partitionOf(ix, r)}
		if c := claimOf(d, key); c.Companion != "" {
			partition, _ := templates(d, c, key)
			members = []ddbdesign.Member{{Entry: ddbdesign.IndexEntry{Partition: partition}}}
		}
	}
	inFields := *r
	inFields.Condition = nil
	for _, c := range r.Condition {
		values := make([]types.AttributeValue, len(c.Values))
		for i, v := range c.Values {
			values[i] = valueInFields(ix, members, c.Attribute, v)
		}
		inFields.Condition = append(inFields.Condition, ddbobserve.KeyCondition{Attribute: c.Attribute, Op: c.Op, Values: values})
	}
	return inFields.Subject()
}

func valueInFields(ix ddbdesign.Index, members []ddbdesign.Member, attribute string, v types.AttributeValue) types.AttributeValue {
	is := func(a ddbdesign.Attribute) bool { return a.Name == attribute }
	for _, m := range members {
		t, i := m.Entry.Partition, slices.IndexFunc(ix.Partition, is)
		if i < 0 {
			t, i = m.Entry.Sort, slices.IndexFunc(ix.Sort, is)
		}
		if t.Native && 0 <= i && i < len(t.Parts) {
			return fieldName(t.Parts[i].Field)
		}
		if n, ok := named(t, v); ok {
			return n
		}
	}
	return v
}

// fieldsOf returns the fields of a template. The field that a shard is computed from is none of them: it selects one of a few
// values.
func fieldsOf(t ddbdesign.Template) (fields []string) {
	for _, p := range t.Parts {
		if p.Field != "" && p.Kind != ddbdesign.PartShard {
			fields = append(fields, p.Field)
		}
	}
	return fields
}

// shards is the number of values that the shards of a template have, at least 1.
func shards(t ddbdesign.Template) float64 {
	n := 1.0
	for _, p := range t.Parts {
		if p.Kind == ddbdesign.PartShard && p.N > 0 {
			n *= float64(p.N)
		}
	}
	return n
}

// entryOf returns the keys of an entity in an index.
func entryOf(d *ddbdesign.Table, entity, index string) (e ddbdesign.IndexEntry, ok bool) {
	of, _ := d.Entity(entity)
	i := slices.IndexFunc(of.Entries, func(e ddbdesign.IndexEntry) bool { return e.Index == index })
	if i < 0 {
		return e, false
	}
	return of.Entries[i], true
}

// alone reports whether an item has its partition key to itself among those of its entity: the key names all the fields that
// tell items apart.
func alone(d *ddbdesign.Table, entity string, in ddbdesign.IndexEntry) bool {
	e, _ := d.Entity(entity)
	has := fieldsOf(in.Partition)
	for _, f := range append(fieldsOf(e.Entries[0].Partition), fieldsOf(e.Entries[0].Sort)...) {
		if !slices.Contains(has, f) {
			return false
		}
	}
	return true
}
