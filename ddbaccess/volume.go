package ddbaccess

import (
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// Volume is how much there is of an entity.
type Volume struct {
	Entity   ddb.AnyEntity
	Items    float64 // in the table
	Bytes    float64 // of an item, with its keys
	Versions float64 // of an item with a history, kept beside the current one
	Per      []Per
}

// Per is how an entity is in an index. [ddb.Table.Primary] is the table itself.
//
// Typical and Most are the number of items of one partition key value. Without them the number is all entries where the partition
// key has no field. It is one where the key has all fields of the primary key, or where a [One] reads the partition without a bound
// on the sort key. Else it is unknown.
//
// Entries is how many items have an entry in the index. Without it those are all items, and it is unknown where the entry has a
// condition: see [ddb.IndexKeys.When]. Storage, scans and the busiest key depend on it. A write costs an index what the pattern's
// example makes it cost.
type Per struct {
	Index   *ddb.Index
	Typical float64 // of a value that patterns read; 0 if it is not declared
	Most    float64 // of the largest value; 0 for Typical
	Entries float64 // of all values; 0 if it is not declared
}

func (c *Catalog) volumeFaults(fault func(string, ...any)) {
	design := c.Table.Design()
	seen := map[string]bool{}
	for i, v := range c.Volumes {
		if e := reflect.ValueOf(v.Entity); !e.IsValid() || e.Kind() == reflect.Pointer && e.IsNil() {
			fault("volume %d has no entity", i+1)
			continue
		}
		name := v.Entity.Name()
		switch {
		case !c.has(v.Entity):
			fault("the volume of %s: it is of another table than Catalog.Table", name)
			continue
		case seen[name]:
			fault("%s has two volumes: keep one", name)
		}
		seen[name] = true
		for _, of := range []struct {
			name string
			n    float64
		}{{"Items", v.Items}, {"Bytes", v.Bytes}, {"Versions", v.Versions}} {
			if !amount(of.n) {
				fault("the volume of %s: Volume.%s is %g: it is a number, and not negative", name, of.name, of.n)
			}
		}
		if v.Bytes > itemBytes {
			fault("the volume of %s: an item has %g bytes, and DynamoDB keeps up to %d", name, v.Bytes, itemBytes)
		}
		per := map[string]bool{}
		for _, p := range v.Per {
			if p.Index == nil {
				fault("the volume of %s: a Per without an index", name)
				continue
			}
			if !slices.Contains(c.Table.Indexes(), p.Index) && p.Index != c.Table.Primary() {
				fault("the volume of %s: index %s is of another table than Catalog.Table", name, p.Index.Name())
			}
			if _, ok := entryOf(&design, name, p.Index.Name()); !ok {
				fault("the volume of %s: it has no entry in index %s", name, p.Index.Name())
			}
			if per[p.Index.Name()] {
				fault("the volume of %s: index %s is there twice", name, p.Index.Name())
			}
			per[p.Index.Name()] = true
			if p.Most > 0 && p.Typical == 0 {
				fault("the volume of %s: in index %s Per.Most is declared: declare Per.Typical too", name, p.Index.Name())
			}
			if !amount(p.Typical) || !amount(p.Most) || p.Most != 0 && p.Most < p.Typical {
				fault("the volume of %s: in index %s a value has %g items, and %g at most", name, p.Index.Name(), p.Typical, p.Most)
			}
			if most := max(p.Typical, p.Most); v.Items > 0 && most > v.Items {
				fault("the volume of %s: in index %s a value has %g items, of %g in all", name, p.Index.Name(), most, v.Items)
			} else if p.Entries > 0 && most > p.Entries {
				fault("the volume of %s: in index %s a value has %g items, of %g entries in all", name, p.Index.Name(), most, p.Entries)
			}
			switch {
			case !amount(p.Entries) || v.Items > 0 && p.Entries > v.Items:
				fault("the volume of %s: index %s has %g entries, of %g items", name, p.Index.Name(), p.Entries, v.Items)
			case p.Entries > 0 && p.Index == c.Table.Primary():
				fault("the volume of %s: all of its items are in the table: remove Per.Entries", name)
			}
		}
	}
}

// learn notes where a pattern reads one item by a partition key alone.
func (v volumes) learn(m *measured) {
	if m.p.kind != kindOne {
		return
	}
	for _, c := range m.calls {
		if c.Operation != "Query" || c.Entity != m.p.entity {
			continue
		}
		ix, ok := v.design.Index(c.Index)
		if ok && !bounded(v.design, ix, &c.Request, m.p.entity) {
			v.ones[[2]string{m.p.entity, c.Index}] = true
		}
	}
}

// bounded reports whether a query has a value for a field of the sort key. One for the literal at its beginning, which selects the
// entity, is none.
func bounded(d *ddbdesign.Table, ix ddbdesign.Index, r *ddbobserve.Request, entity string) bool {
	members := entriesAt(d, ix.Name, entity, partitionOf(ix, r))
	for _, c := range r.Condition {
		if slices.ContainsFunc(ix.Partition, func(a ddbdesign.Attribute) bool { return a.Name == c.Attribute }) {
			continue
		}
		for _, v := range c.Values {
			inFields, ok := valueInFields(ix, members, c.Attribute, v).(*types.AttributeValueMemberS)
			if !ok || strings.ContainsRune(inFields.Value, '{') {
				return true
			}
		}
	}
	return false
}
