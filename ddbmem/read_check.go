package ddbmem

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// startFault is the error for an invalid attribute value of a starting key; only some messages name its origin.
func startFault(err error) *apiError {
	e := asError(err)
	for _, part := range []string{"contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"} {
		if strings.Contains(e.msg, part) {
			return e
		}
	}
	e.msg = "The provided starting key is invalid: " + e.msg
	return e
}

func (rd *reader) checkSelect(in *wire.Node) error {
	parameter := "ProjectionExpression"
	if in.Has("AttributesToGet") {
		parameter = "AttributesToGet"
	}
	var failed *apiError
	switch {
	case rd.selects == "SPECIFIC_ATTRIBUTES" && rd.projection == nil:
		failed = invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case rd.selects == "COUNT" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get only the Count", parameter)
	case rd.selects == "ALL_ATTRIBUTES" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get ALL_ATTRIBUTES", parameter)
	case rd.selects == "ALL_PROJECTED_ATTRIBUTES" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get ALL_PROJECTED_ATTRIBUTES", parameter)
	case rd.selects == "ALL_PROJECTED_ATTRIBUTES" && !in.Has("IndexName"):
		failed = invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	default:
		return nil
	}
	failed.newer = oneError + failed.msg // the only enveloped error of Query
	return failed
}

// checkProjected rejects a projection of a part of a key attribute.
func (rd *reader) checkProjected() *apiError {
	if rd.projection == nil {
		return nil
	}
	return rd.table.scalarKeys(rd.projection.NestedHeads())
}

// checkFiltered rejects a filter with a path into a key attribute.
func (rd *reader) checkFiltered() *apiError {
	if rd.filter == nil {
		return nil
	}
	return rd.table.scalarKeys(rd.filter.NestedHeads())
}

// checkFilter rejects a filter of a query that tests keys, or attributes that the index does not have.
func (rd *reader) checkFilter() *apiError {
	if rd.filter == nil {
		return nil
	}
	for _, k := range rd.schema().all() {
		if slices.Contains(rd.filter.Heads(), k.name) {
			return invalid("%s can only contain non-primary key attributes: Primary key attribute: %s", rd.filteredBy, k.name)
		}
	}
	return rd.checkFilterProjected()
}

// checkFilterProjected rejects a filter by attributes that the index does not have.
func (rd *reader) checkFilterProjected() *apiError {
	if rd.filter == nil {
		return nil
	}
	if missing := rd.unprojected(rd.filter.Heads()); len(missing) > 0 {
		return parameter("Secondary index %s does not project one or more filter attributes: [%s]", rd.index.name, strings.Join(missing, ", "))
	}
	return nil
}

// checkSelected rejects attributes that a global index does not have, and decides whether a local one has to fetch from
// the table.
func (rd *reader) checkSelected() *apiError {
	x := rd.index
	if x == nil || x.kind == "ALL" {
		return nil
	}
	if rd.selects == "ALL_ATTRIBUTES" {
		if !x.local {
			return parameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", x.name)
		}
		rd.fetch = true
	}
	if rd.projection == nil {
		return nil
	}
	missing := rd.unprojected(rd.projection.Heads())
	if len(missing) > 0 && !x.local {
		return parameter("Global secondary index %s does not project [%s]", x.name, strings.Join(missing, ", "))
	}
	rd.fetch = rd.fetch || len(missing) > 0
	return nil
}

// unprojected returns the names that the index does not have, sorted.
func (rd *reader) unprojected(names []string) []string {
	if rd.index == nil || rd.index.kind == "ALL" {
		return nil
	}
	var missing []string
	for _, name := range names {
		if !rd.index.projects(&rd.table.schema, name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// startKey checks the starting key and returns its position in the tree.
func (rd *reader) startKey() (string, *apiError) {
	t, x := rd.table, rd.index
	size := len(t.hash) + len(t.rng)
	if x != nil {
		for _, k := range x.all() {
			if !t.has(k.name) {
				size++
			}
		}
	}
	if len(rd.start) != size {
		if x != nil || rd.query {
			return "", invalid("The provided starting key is invalid")
		}
		return "", invalid("The provided starting key is invalid: The provided key element does not match the schema")
	}
	if x != nil || rd.query {
		for _, k := range rd.schema().all() {
			switch v := rd.start.Get(k.name); {
			case v.IsZero():
				return "", invalid("The provided starting key is invalid")
			case v.Kind() != k.kind:
				return "", invalid("The provided key element does not match the schema")
			}
		}
		if failed := rd.schema().checkValues(rd.start); failed != nil {
			return "", failed
		}
	}
	for _, k := range t.all() {
		if rd.start.Get(k.name).Kind() != k.kind {
			return "", invalid("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	if failed := t.checkValues(rd.start); failed != nil {
		failed.msg = "The provided starting key is invalid: " + failed.msg
		return "", failed
	}
	if x == nil {
		return t.rowKey(rd.start), nil
	}
	return string(x.appendKey(nil, rd.start)) + t.rowKey(rd.start), nil
}
