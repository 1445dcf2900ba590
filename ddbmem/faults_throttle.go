package ddbmem

import (
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// throttle is the error of a request that a fault throttles, with a reason for each table in it.
func (e *Engine) throttle(fault Fault, op *operation, in *wire.Node) *apiError {
	limit := keyRangeExceeded
	if fault == Throttled {
		limit = provisionedExceeded
	}
	var refusals []refusal
	for _, part := range namedTables(op, in) {
		if t := e.lookup(part.table); t != nil {
			refusals = append(refusals, refusal{t.throttledPart(fault, part), part.with, limit})
		}
	}
	if refusals == nil { // no existing table
		return failure(modelSpace+"ProvisionedThroughputExceededException", tableExceeded)
	}
	return throttledBy(refusals)
}

// throttledPart returns what a fault throttles: the table, or an index of it.
func (t *table) throttledPart(fault Fault, part namedTable) *resource {
	t.mu.RLock()
	defer t.mu.RUnlock()
	res := &resource{kind: tableResource, arn: t.arn, onDemand: t.def.billing == "PAY_PER_REQUEST"}
	for _, x := range t.indexes {
		if !x.local && (x.name == part.index || fault == HotIndex && part.with == writing) {
			return &resource{kind: indexResource, arn: t.arn + "/index/" + x.name, onDemand: res.onDemand}
		}
	}
	return res
}

// namedTable is a table that a request names, with the index that it reads.
type namedTable struct {
	table, index string
	with         access
}

// namedTables returns the tables that a request on items names, each once.
func namedTables(op *operation, in *wire.Node) []namedTable {
	with := reading
	if op.fault == writeCall {
		with = writing
	}
	var named []namedTable
	add := func(table, index string, with access) {
		if n := (namedTable{table, index, with}); table != "" && !slices.Contains(named, n) {
			named = append(named, n)
		}
	}
	statement := func(n *wire.Node) {
		switch s, err := readStatement(n); {
		case err != nil:
		case s.Verb == partiql.Select:
			add(s.Table, s.Index, reading)
		default:
			add(s.Table, "", writing)
		}
	}
	add(in.Text("TableName"), in.Text("IndexName"), with)
	if items := in.Get("RequestItems"); items != nil {
		for _, name := range items.Keys {
			add(name, "", with)
		}
	}
	for _, item := range in.List("TransactItems") {
		for _, part := range item.Elems { // Put, Get and so on
			add(part.Text("TableName"), "", with)
		}
	}
	if in.Has("Statement") {
		statement(in)
	}
	for _, list := range []string{"Statements", "TransactStatements"} {
		for _, s := range in.List(list) {
			statement(&s)
		}
	}
	return named
}
