package ddbmem

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// maxTransaction is the maximum size of a transaction's items, in bytes.
const maxTransaction = 4 << 20

const repeatedItem = "Transaction request cannot include multiple operations on one item"

// actions are the members of a TransactWriteItem.
var actions = []struct {
	name string
	kind writeKind
}{{"ConditionCheck", checkWrite}, {"Put", putWrite}, {"Delete", deleteWrite}, {"Update", updateWrite}}

// cancelled is the error of a transaction with these reasons.
func cancelled(reasons []reason) *apiError {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = orDefault(r.code, "None")
	}
	e := failure(modelSpace+"TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]")
	e.reasons = reasons
	return e
}

// reasonFor turns the failure of one item into a reason.
func reasonFor(failed *apiError) reason {
	r := reason{code: "ValidationError", msg: failed.msg, item: failed.item}
	if failed.kind == modelSpace+"ConditionalCheckFailedException" {
		r.code = "ConditionalCheckFailed"
	}
	return r
}

// reason turns the failure of a write into a reason.
func (w *write) reason(failed *apiError) reason {
	r := reasonFor(failed)
	if w.inserts && r.code == "ConditionalCheckFailed" {
		return reason{code: "DuplicateItem", msg: "Duplicate primary key exists in table"}
	}
	return r
}

// note notes why an item cancels the transaction. Of several invalid items the service reports only the first.
func note(reasons []reason, i int, r reason) {
	invalid := func(r reason) bool { return r.code == "ValidationError" }
	if !invalid(r) || !slices.ContainsFunc(reasons, invalid) {
		reasons[i] = r
	}
}

func hasReason(reasons []reason) bool {
	return slices.ContainsFunc(reasons, func(r reason) bool { return r.code != "" })
}

func transactWriteItems(e *Engine, in *wire.Node) (*out, error) {
	nodes := in.List("TransactItems")
	all := make([]*write, len(nodes))
	names := make([]string, len(nodes))
	for i := range nodes {
		part, kind, failed := action(&nodes[i])
		if failed != nil {
			return nil, failed
		}
		w, err := newWrite(kind, part)
		if err != nil {
			return nil, err
		}
		if failed := w.checkSize(); failed != nil {
			return nil, failed
		}
		all[i], names[i] = w, part.Text("TableName")
	}
	return e.transactOnce(in, canonical(in.Get("TransactItems")), all, names)
}

// transactOnce runs a transaction; with a token it runs once.
func (e *Engine) transactOnce(in *wire.Node, content []byte, all []*write, names []string) (*out, error) {
	size := 0
	for _, w := range all {
		size += w.size
	}
	if size > maxTransaction {
		return nil, tooLarge()
	}
	token := in.Text("ClientRequestToken")
	if token == "" {
		return e.transact(in, all, names)
	}
	return e.tokens.once(e, token, content, in, all, names)
}

func action(n *wire.Node) (*wire.Node, writeKind, *apiError) {
	var part *wire.Node
	var kind writeKind
	for _, a := range actions {
		p := n.Get(a.name)
		if p == nil {
			continue
		}
		if part != nil {
			return nil, 0, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		part, kind = p, a.kind
	}
	if part == nil {
		return nil, 0, invalid("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	}
	return part, kind, nil
}

// transact runs a transaction.
func (e *Engine) transact(in *wire.Node, all []*write, names []string) (*out, error) {
	reasons := make([]reason, len(all))
	keys := make([]itemKey, len(all))
	seen := map[itemKey]bool{}
	tables := make([]*table, len(all))
	for i := range all {
		t, failed := e.open(names[i])
		if failed != nil {
			return nil, failed
		}
		tables[i] = t
	}
	for i, w := range all {
		if failed := w.bind(tables[i]); failed != nil {
			if failed.atOnce {
				return nil, failed
			}
			note(reasons, i, reasonFor(failed))
			continue
		}
		keys[i] = itemKey{w.table, w.key}
		if seen[keys[i]] {
			return nil, invalid(repeatedItem)
		}
		seen[keys[i]] = true
	}
	if hasReason(reasons) {
		return nil, cancelled(reasons)
	}
	if conflicts := e.conflicts(keys); conflicts != nil {
		return nil, cancelled(conflicts)
	}
	defer e.flight.land(keys)
	e.hold()

	locked := lockTables(all)
	defer locked.unlock()
	changes := make([]change, len(all))
	failures := make([]*apiError, len(all))
	for i, w := range all {
		if w.table.dropped {
			return nil, noTable()
		}
		c, failed := w.plan()
		changes[i], failures[i] = c, failed
		if failed != nil && failed.atOnce {
			return nil, failed
		}
		if failed != nil {
			note(reasons, i, w.reason(failed))
		}
	}
	payAll(all, changes, failures, reasons)
	if hasReason(reasons) {
		return nil, cancelled(reasons)
	}
	if total(changes) > maxTransaction {
		return nil, tooLarge()
	}
	var used []*usage
	for i, w := range all {
		u := usageOf(&used, w.table)
		var indexes []float64
		if w.kind != checkWrite {
			indexes = w.table.apply(changes[i])
		}
		u.add(changes[i].baseUnits(), indexes)
	}
	locked.unlock()
	o := &out{}
	o.open()
	for _, u := range used {
		u.double()
	}
	wantedCapacity(in).many(o, used, true)
	if in.Text("ReturnItemCollectionMetrics") == "SIZE" {
		collections(o, all, names)
	}
	noResponses(o, in)
	o.close()
	return o, nil
}

func tooLarge() *apiError {
	return invalid("Transaction request size cannot exceed 4 MB")
}

// total returns the total size of the items after the changes.
func total(changes []change) int {
	size := 0
	for _, c := range changes {
		if c.after != nil {
			size += c.after.size
		}
	}
	return size
}

// noResponses writes the empty list of responses that a transaction of writing statements has.
func noResponses(o *out, in *wire.Node) {
	if in.Has("TransactStatements") {
		o.key("Responses")
		o.list(0, nil)
	}
}

// collections writes the ItemCollectionMetrics of a transaction.
func collections(o *out, all []*write, names []string) {
	byTable := map[string][]*write{}
	for i, w := range all {
		if w.table.local {
			byTable[names[i]] = append(byTable[names[i]], w)
		}
	}
	if len(byTable) == 0 {
		return
	}
	o.key("ItemCollectionMetrics")
	o.open()
	for _, name := range sortedKeys(byTable) {
		o.key(name)
		o.list(len(byTable[name]), func(i int) { byTable[name][i].collection(o) })
	}
	o.close()
}

// lockedTables are tables locked in the order of their names, so that two transactions cannot wait for each other.
type lockedTables []*table

func lockTables(all []*write) *lockedTables {
	l := lockedTables{}
	for _, w := range all {
		if !slices.Contains(l, w.table) {
			l = append(l, w.table)
		}
	}
	slices.SortFunc(l, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	for _, t := range l {
		t.settle()
		t.mu.Lock()
	}
	return &l
}

// unlock unlocks the tables; a second call does nothing.
func (l *lockedTables) unlock() {
	for _, t := range *l {
		t.mu.Unlock()
	}
	*l = nil
}
