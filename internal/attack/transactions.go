package attack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
)

// Transactions is the promise that the ops of a transaction are all applied or none, and that a move from one item to
// another loses nothing.
var Transactions = Promise{Name: "transactions", Begin: beginTransactions, Calls: 10}

// transactionsRound moves money between accounts, some with versions, a history or a constraint.
type transactionsRound struct{ processes []purseProcess }

// purse is an account that a transaction takes from and gives to.
type purse struct {
	ID      string `dynamodbav:"-"`
	By      string `dynamodbav:"by"`
	Sum     int64  `dynamodbav:"sum"`
	Owner   string `dynamodbav:"owner,omitempty"`
	Version int64  `dynamodbav:"version"`
}

type purseProcess struct {
	db       *ddb.DB
	entities []*ddb.Entity[purse]
}

// purseKinds are the prefixes of the entities' keys.
var purseKinds = []ddb.Prefix{"plain#", "version#", "unique#", "history#"}

func purses() (*ddb.Table, []*ddb.Entity[purse]) {
	table := ddb.NewTable("pk", "sk")
	var all []*ddb.Entity[purse]
	for i, prefix := range purseKinds {
		name, _, _ := strings.Cut(string(prefix), "#")
		all = append(all, ddb.MustDefine(table, name, func(x *purse, d *ddb.Definition) {
			id := ddb.Key(prefix, ddb.Str(&x.ID))
			d.Primary(id, id)
			if i > 0 {
				d.Version(&x.Version)
			}
			if i == 2 {
				d.Unique("owner", ddb.Str(&x.Owner))
			}
			if i == 3 {
				d.History(ddb.Key("h"+prefix, ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
			}
		}))
	}
	return table, all
}

const (
	purseSum = 1000
	purseIDs = 2
)

func beginTransactions(ctx context.Context, w *World) Round {
	r := &transactionsRound{}
	table, all := purses()
	w.Create(ctx, table)
	db := w.Open(table)
	for _, e := range all {
		for n := range purseIDs {
			_, err := ddb.NewRepository(db, e).Create(ctx, purse{ID: fmt.Sprint(n), By: "begin", Sum: purseSum})
			w.must(err)
		}
	}
	for _, p := range w.Processes {
		table, all := purses()
		r.processes = append(r.processes, purseProcess{p.Open(table), all})
	}
	return r
}

// add makes the op that adds to a purse, in one of several ways; nil if the item that it read is gone.
func (r *transactionsRound) add(ctx context.Context, c *Call, p purseProcess, kind int, id, mark string, sum int64) *ddb.Op {
	e := p.entities[kind]
	f := e.Fields()
	key := purse{ID: id}
	cur, err := ddb.NewRepository(p.db, e).Consistent().Get(ctx, key)
	if err != nil {
		return nil
	}
	edits := []ddb.Edit{ddb.Set(&f.By, mark), ddb.Add(&f.Sum, sum)}
	next := cur
	next.By, next.Sum = mark, cur.Sum+sum
	var op ddb.Op
	switch n := c.Rand.IntN(6); {
	case kind == 3 || n == 0 && kind > 0:
		op = e.Put(next)
	case n == 1 && kind > 0:
		op = e.Replace(next)
	case n == 2 && kind == 2:
		edits = append(edits, ddb.Set(&f.Owner, Pick(c.Rand, "", "ann", "bob")))
		op = e.Update(key, edits...)
	case n == 3:
		op = e.Update(cur, append(edits, ddb.If(ddb.Eq(&f.By, cur.By)))...)
	case n == 4 && kind < 2:
		op = e.Upsert(key, edits...)
	default:
		op = e.Update(key, edits...)
	}
	return &op
}

func (r *transactionsRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	n := 2 + c.Rand.IntN(2)
	var ops []ddb.Op
	var effects []*Effect
	used := map[string]bool{}
	sum := int64(1 + c.Rand.IntN(50))
	for i := range n {
		kind, id := c.Rand.IntN(len(purseKinds)), fmt.Sprint(c.Rand.IntN(purseIDs))
		item := string(purseKinds[kind]) + id
		if used[item] {
			continue
		}
		add := sum
		if i > 0 && len(ops) > 0 {
			add = -sum // from the second on; a third checks
		}
		mark := fmt.Sprintf("%s.%d", c.ID, i)
		if len(ops) == 2 {
			f := p.entities[kind].Fields()
			ops = append(ops, p.entities[kind].Check(purse{ID: id}, ddb.Gt(&f.Sum, 0)))
			continue
		}
		op := r.add(ctx, c, p, kind, id, mark, add)
		if op == nil {
			continue
		}
		used[item] = true
		ops = append(ops, *op)
		effects = append(effects, &Effect{Mark: mark, Item: item, Once: true, Sum: &add})
	}
	if len(effects) < 2 {
		c.Say("nothing")
		return
	}
	c.Rand.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	c.Say("transact %v", ops)
	err := p.db.Transact(ctx, ops...)
	for _, e := range effects {
		e.Outcome = OutcomeOf(err)
		c.Wrote(e)
	}
	c.Result(err)
}

func (r *transactionsRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	ours := func(rec Record) bool {
		return slices.ContainsFunc(purseKinds, func(p ddb.Prefix) bool { return strings.HasPrefix(rec.Key, string(p)) })
	}
	w.CheckEffects(journal, ours)
	applied := applications(journal, ours)
	for _, c := range w.Calls() {
		done := map[int]bool{}
		for _, e := range c.Effects {
			done[len(applied[e.Mark])] = true
		}
		if len(done) > 1 {
			w.Problem("transactions: in part", "", "%s %s was done in part: %v", c.ID, c.Text, slices.Sorted(maps.Keys(done)))
		}
	}
	var sum int64
	for _, it := range w.Items(ctx) {
		if ours(Record{Key: KeyText(it)}) {
			sum += Number(it["sum"])
		}
	}
	if want := int64(purseSum * purseIDs * len(purseKinds)); sum != want {
		w.Problem("transactions: sum", "", "the sum of all purses is %d, not %d", sum, want)
	}
}
