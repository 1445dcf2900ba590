package differential

import (
	"fmt"

	"pgregory.net/rapid"
)

// attribute is a key attribute with its type: S, N or B.
type attribute struct{ name, kind string }

// index is a secondary index of a drawn table.
type index struct {
	name       string
	global     bool
	partition  []attribute
	sort       []attribute
	projection object
}

// table is a drawn table.
type table struct {
	name    string
	hash    attribute
	sort    *attribute
	indexes []index

	fault string // the fault that the next suitable request will have
}

// The possible faults of a request. A request has at most one, because engines differ in which of several they report.
var faults = []string{
	"key left out of item", "key of wrong type", "empty key", "superfluous key", "key left out", "idle value", "broken text",
	"partition condition left out", "condition on other attribute", "condition in key condition", "bounds reversed",
	"overlapping paths", "bad clause", "bad type",
}

// draft draws the fault of the next request.
func (t *table) draft(r *rapid.T) {
	t.fault = ""
	if rapid.IntRange(0, 3).Draw(r, "faulty") == 3 {
		t.fault = rapid.SampledFrom(faults).Draw(r, "fault")
	}
}

// at reports whether this request gets the fault. It returns true once.
func (t *table) at(fault string) bool {
	if t.fault != fault {
		return false
	}
	t.fault = ""
	return true
}

// keys returns the key attributes of the table.
func (t *table) keys() []attribute {
	if t.sort == nil {
		return []attribute{t.hash}
	}
	return []attribute{t.hash, *t.sort}
}

// indexKeys returns the attributes that are keys only of indexes.
func (t *table) indexKeys() []attribute {
	var keys []attribute
	seen := map[string]bool{t.hash.name: true}
	if t.sort != nil {
		seen[t.sort.name] = true
	}
	for _, x := range t.indexes {
		for _, a := range append(append([]attribute{}, x.partition...), x.sort...) {
			if !seen[a.name] {
				seen[a.name] = true
				keys = append(keys, a)
			}
		}
	}
	return keys
}

var kinds = []string{"S", "N", "B"}

// drawTable draws a table. Without several, the keys of global indexes have one attribute on each side.
func drawTable(t *rapid.T, name string, several bool) *table {
	attr := func(name string) attribute { return attribute{name, rapid.SampledFrom(kinds).Draw(t, "kind of "+name)} }
	drawn := &table{name: name, hash: attr("pk")}
	pool := []attribute{attr("g"), attr("h"), attr("i")}
	if rapid.IntRange(0, 3).Draw(t, "sort key") > 0 {
		sk := attr("sk")
		drawn.sort = &sk
		for n := range rapid.IntRange(0, 2).Draw(t, "local indexes") {
			drawn.indexes = append(drawn.indexes, index{
				name: fmt.Sprintf("lsi%d", n), partition: []attribute{drawn.hash}, sort: pool[n : n+1], projection: drawProjection(t),
			})
		}
	}
	for n := range rapid.IntRange(0, 2).Draw(t, "global indexes") {
		drawn.indexes = append(drawn.indexes, drawGlobal(t, fmt.Sprintf("gsi%d", n), drawn, pool, several))
	}
	return drawn
}

func drawGlobal(t *rapid.T, name string, of *table, pool []attribute, several bool) index {
	attributes := rapid.Permutation(append(of.keys(), pool...)).Draw(t, "attributes of "+name)
	most := 1
	if several {
		most = 2
	}
	partition := rapid.IntRange(1, most).Draw(t, "partition attributes")
	sort := rapid.IntRange(0, most).Draw(t, "sort attributes")
	return index{
		name: name, global: true, projection: drawProjection(t),
		partition: attributes[:partition], sort: attributes[partition : partition+sort],
	}
}

func drawProjection(t *rapid.T) object {
	switch kind := rapid.SampledFrom([]string{"ALL", "KEYS_ONLY", "INCLUDE"}).Draw(t, "projection"); kind {
	case "INCLUDE":
		return object{"ProjectionType": kind, "NonKeyAttributes": []string{"x"}}
	default:
		return object{"ProjectionType": kind}
	}
}

// create returns the request that creates the table. Its throughput is so low that it has one partition, because a scan
// pays for each partition and only ddbmem models several.
func (t *table) create() object {
	defined := []object{}
	for _, a := range append(t.keys(), t.indexKeys()...) {
		defined = append(defined, object{"AttributeName": a.name, "AttributeType": a.kind})
	}
	throughput := object{"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
	request := object{
		"TableName": t.name, "BillingMode": "PROVISIONED", "ProvisionedThroughput": throughput, "AttributeDefinitions": defined,
		"KeySchema": keySchema([]attribute{t.hash}, t.keys()[1:]),
	}
	for _, x := range t.indexes {
		member := "LocalSecondaryIndexes"
		described := object{"IndexName": x.name, "KeySchema": keySchema(x.partition, x.sort), "Projection": x.projection}
		if x.global {
			member = "GlobalSecondaryIndexes"
			described["ProvisionedThroughput"] = throughput
		}
		list, _ := request[member].([]object)
		request[member] = append(list, described)
	}
	return request
}

func keySchema(partition, sort []attribute) []object {
	var schema []object
	for _, a := range partition {
		schema = append(schema, object{"AttributeName": a.name, "KeyType": "HASH"})
	}
	for _, a := range sort {
		schema = append(schema, object{"AttributeName": a.name, "KeyType": "RANGE"})
	}
	return schema
}
