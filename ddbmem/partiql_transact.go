package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// executeTransaction runs up to 100 statements, all or none; they either all read or all write.
func executeTransaction(e *Engine, in *wire.Node) (*out, error) {
	nodes := in.List("TransactStatements")
	statements := make([]*partiql.Statement, len(nodes))
	writes := 0
	for i := range nodes {
		s, err := readStatement(&nodes[i])
		if err != nil {
			return nil, err
		}
		if s.Returning != "" {
			return nil, inStatement(i, invalid("RETURNING clause is not supported in ExecuteTransaction."))
		}
		if s.Writes() {
			writes++
		}
		statements[i] = s
	}
	switch writes {
	case 0:
		return e.transactSelect(in, statements)
	case len(statements):
		return e.transactStatements(in, nodes, statements)
	}
	return nil, invalid("ExecuteTransaction API does not support both read and write operations in the same request.")
}

// inStatement adds to an error the position of its statement in the transaction.
func inStatement(i int, err error) error {
	failed := asError(err)
	if failed.kind != validateSpace+"ValidationException" {
		return failed
	}
	return invalid("Validation failed in TransactStatements[%d]: %s", i, failed.msg)
}

func (e *Engine) transactStatements(in *wire.Node, nodes []wire.Node, statements []*partiql.Statement) (*out, error) {
	all := make([]*write, len(statements))
	names := make([]string, len(statements))
	for i, s := range statements {
		w, err := e.statementWrite(s)
		if err != nil {
			return nil, inStatement(i, err)
		}
		w.returnOld = returnsOld(&nodes[i])
		w.inserts = s.Verb == partiql.Insert
		all[i], names[i] = w, s.Table
	}
	return e.transactOnce(in, canonical(in.Get("TransactStatements")), all, names)
}

func (e *Engine) transactSelect(in *wire.Node, statements []*partiql.Statement) (*out, error) {
	all := make([]*transactGet, len(statements))
	for i, s := range statements {
		t, key, err := e.singleRead(s, "ExecuteTransaction")
		if err != nil {
			return nil, inStatement(i, err)
		}
		all[i] = &transactGet{table: t, key: t.rowKey(key), attrs: key, statement: s}
	}
	return e.transactRead(in, all)
}
