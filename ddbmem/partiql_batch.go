package ddbmem

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// batchStatement is a statement of a batch, with its result.
type batchStatement struct {
	statement *partiql.Statement
	write     *write
	key       itemKey
	item      value.Item
	failed    *apiError
}

// batchExecuteStatement runs up to 25 statements on single items, independently of each other.
func batchExecuteStatement(e *Engine, in *wire.Node) (*out, error) {
	nodes := in.List("Statements")
	all := make([]batchStatement, len(nodes))
	seen := map[itemKey]bool{}
	reads, writes := false, false
	for i := range nodes {
		b := &all[i]
		if err := b.prepare(e, &nodes[i]); err != nil {
			b.failed = asError(err)
			continue
		}
		reads, writes = reads || !b.statement.Writes(), writes || b.statement.Writes()
		if seen[b.key] {
			return nil, invalid(duplicateKeys)
		}
		seen[b.key] = true
	}
	if reads && writes {
		return nil, invalid("Read and write requests together in the same batch is not supported.")
	}
	var used []*usage
	for i := range all {
		if all[i].failed == nil {
			all[i].run(e, &nodes[i], &used)
		}
	}
	o := &out{}
	o.open()
	wantedCapacity(in).many(o, used, false)
	o.key("Responses")
	o.list(len(all), func(i int) { all[i].answer(o) })
	o.close()
	return o, nil
}

// prepare reads the statement and finds its item.
func (b *batchStatement) prepare(e *Engine, in *wire.Node) error {
	s, err := readStatement(in)
	if err != nil {
		return err
	}
	b.statement = s
	switch s.Verb {
	case partiql.Exists:
		return existsAlone()
	case partiql.Select:
		t, key, err := e.singleRead(s, "BatchExecuteStatement")
		if err != nil {
			return err
		}
		b.key = itemKey{t, t.rowKey(key)}
		return nil
	}
	w, err := e.statementWrite(s)
	if err != nil {
		return err
	}
	t, failed := e.open(s.Table)
	if failed != nil {
		return failed
	}
	if failed := w.bind(t); failed != nil {
		return failed
	}
	w.returnOld = returnsOld(in)
	b.write, b.key = w, itemKey{t, w.key}
	return nil
}

// readsSeveral reports whether an index has a key of several attributes a side.
func (t *table) readsSeveral(name string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	x := t.find(name)
	return x != nil && x.several()
}

// singleRead returns the table and the key of a SELECT of one item.
func (e *Engine) singleRead(s *partiql.Statement, operation string) (*table, value.Item, error) {
	t, failed := e.open(s.Table)
	if failed != nil {
		return nil, nil, failed
	}
	if t.readsSeveral(s.Index) {
		return nil, nil, unreadByStatements()
	}
	key, ok := wholeKey(&t.schema, s.Where)
	if !ok || s.Index != "" || slices.ContainsFunc(s.Where.Conjuncts(), func(c *partiql.Condition) bool { return c.Calls() }) {
		return nil, nil, invalid("Select statements within %s must specify the primary key in the where clause.", operation)
	}
	if failed := t.checkEqualities(s.Where); failed != nil {
		return nil, nil, failed
	}
	if failed := t.checkKey(key); failed != nil {
		return nil, nil, failed
	}
	return t, key, nil
}

func (b *batchStatement) run(e *Engine, in *wire.Node, used *[]*usage) {
	t := b.key.table
	u := usageOf(used, t)
	if b.write == nil {
		u.read = true
		t.settle()
		t.mu.RLock()
		defer t.mu.RUnlock()
		size, consistent := 0, in.Flag("ConsistentRead", false)
		if r := t.read(b.key.key, consistent); r != nil {
			size = r.size
			b.item, b.failed = projected(b.statement, r.item)
		}
		units := readUnits(size, consistent)
		if throttled := t.payRead(b.key.key, units); throttled != nil {
			b.item, b.failed = nil, throttled
			return
		}
		u.add(units, nil)
		return
	}
	c, mine, failed := e.single(b.write, b.statement.Table)
	if failed != nil {
		b.failed = duplicate(b.statement, failed)
		return
	}
	u.merge(mine)
	b.item = b.write.returned(b.statement.Returning, c)
}

// projected returns the columns of an item that passes the WHERE clause, nil when it does not.
func projected(s *partiql.Statement, it value.Item) (value.Item, *apiError) {
	x, w := &partiql.Writer{}, &write{}
	if err := w.derive(x, x.Condition(s.Where), ""); err != nil {
		return nil, asError(err)
	}
	if !w.condition.Holds(it) {
		return nil, nil
	}
	return s.Project(it), nil
}

// answer writes the response for one statement.
func (b *batchStatement) answer(o *out) {
	o.open()
	if b.key.table != nil {
		o.str("TableName", b.key.table.name)
	}
	switch {
	case b.failed != nil:
		o.key("Error")
		o.open()
		o.str("Code", b.failed.batchCode())
		o.str("Message", b.failed.msg)
		if b.failed.item != nil {
			o.item("Item", b.failed.item)
		}
		o.close()
	case b.item != nil:
		o.item("Item", b.item)
	}
	o.close()
}

// batchCode returns the error code in a batch of statements: its type without the last word.
func (e *apiError) batchCode() string {
	_, name, _ := strings.Cut(e.kind, "#")
	switch name {
	case "ValidationException":
		return "ValidationError"
	case "InternalServerError":
		return name
	case "ThrottlingException":
		return "ThrottlingError"
	default:
		return strings.TrimSuffix(name, "Exception")
	}
}
