package attack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
)

// Batches is the promise that a batch returns the outcome of each op, and applies the ops on one item in their order.
var Batches = Promise{Name: "batch", Begin: beginBatches, Calls: 8}

// batchesRound has three entities of one struct, whose ops take different paths: many in a request, alone with a
// condition, and in a transaction.
type batchesRound struct{ processes []batchProcess }

type batchProcess struct {
	db       *ddb.DB
	entities []*ddb.Entity[account]
}

// batchKinds are the prefixes of the entities' keys.
var batchKinds = []ddb.Prefix{"plain#", "version#", "history#"}

func batchModel() (*ddb.Table, []*ddb.Entity[account]) {
	table := ddb.NewTable("pk", "sk")
	var all []*ddb.Entity[account]
	for i, prefix := range batchKinds {
		name, _, _ := strings.Cut(string(prefix), "#")
		all = append(all, ddb.MustDefine(table, name, defineAccount(prefix, i == 1, i == 2)))
	}
	return table, all
}

func beginBatches(ctx context.Context, w *World) Round {
	r := &batchesRound{}
	table, _ := batchModel()
	w.Create(ctx, table)
	for _, p := range w.Processes {
		table, all := batchModel()
		r.processes = append(r.processes, batchProcess{p.Open(table), all})
	}
	return r
}

// batchOp is an op of a batch, with its effect.
type batchOp struct {
	op      ddb.Op
	kind    int
	effects []*Effect
	items   []string // in the order in which they should be written
}

func (r *batchesRound) draw(ctx context.Context, c *Call, p batchProcess, n int) batchOp {
	kind := c.Rand.IntN(len(batchKinds))
	e := p.entities[kind]
	f := e.Fields()
	item := func(id string) string { return string(batchKinds[kind]) + id }
	id := Pick(c.Rand, "1", "2", "3")
	it := account{ID: id, By: fmt.Sprintf("%s.%d", c.ID, n), Sum: int64(n)}
	var was string
	if c.Chance(2) {
		if cur, err := ddb.NewRepository(p.db, e).Consistent().Get(ctx, account{ID: id}); err == nil {
			was, it.Version = cur.By, cur.Version
		}
	}
	wrote := &Effect{Mark: it.By, Item: item(id), Once: kind == 2}
	out := batchOp{kind: kind, effects: []*Effect{wrote}, items: []string{item(id)}}
	removes := func(of, was string) {
		out.effects = append(out.effects, &Effect{Item: item(of), Removes: true, Was: was})
	}
	edit, guard := ddb.Set(&f.By, it.By), ddb.If(ddb.Eq(&f.By, was))
	switch n := c.Rand.IntN(9); {
	case n == 0:
		out.op = e.Create(it)
	case n == 1 && kind < 2:
		out.op, wrote.Again = e.Update(account{ID: id}, edit), true
	case n == 2 && kind < 2 && was != "":
		out.op, wrote.Again = e.Update(account{ID: id}, edit, guard), kind == 0
	case n == 3 && kind < 2:
		out.op, wrote.Again = e.Upsert(account{ID: id}, edit), true
	case n == 4:
		out.op, out.effects = e.Delete(account{ID: id}), nil
		removes(id, "")
	case n == 5 && was != "":
		out.op, out.effects = e.Delete(account{ID: id}, guard), nil
		removes(id, was)
	case n == 6 && kind < 2:
		to := it
		to.ID = Pick(c.Rand, "1", "2", "3")
		out.op, wrote.Item, wrote.Once = e.Move(account{ID: id}, to), item(to.ID), to.ID != id
		wrote.Again = kind == 0 // in place it asserts what was read, which may exist again
		if to.ID != id {
			removes(id, "")
			out.items = append(out.items, item(to.ID))
		}
	case n == 7 && kind < 2:
		out.op, wrote.Once = e.Update(account{ID: id}, edit, ddb.Once), true
	default:
		out.op, wrote.Again = e.Put(it), kind == 0
	}
	return out
}

func (r *batchesRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	var all []batchOp
	var ops []ddb.Op
	for n := range 1 + c.Rand.IntN(8) {
		op := r.draw(ctx, c, p, n)
		all, ops = append(all, op), append(ops, op.op)
	}
	if large := c.Chance(15); large { // found before anything is written
		kind := c.Rand.IntN(len(batchKinds))
		op := p.entities[kind].Put(account{ID: "large", Note: strings.Repeat("x", 450_000)})
		all, ops = append(all, batchOp{op: op, kind: kind}), append(ops, op)
	}
	c.Say("batch %v", ops)
	err := p.db.Batch(ctx, ops...)
	outcomes := make([]ddb.WriteOutcome, len(ops))
	for i := range outcomes {
		outcomes[i] = ddb.WriteDone
	}
	failed, ok := errors.AsType[*ddb.BatchError](err)
	switch {
	case ok:
		outcomes = failed.Outcomes
	case OutcomeOf(err) == NotDone: // the error says that nothing was written
		for i := range outcomes {
			outcomes[i] = ddb.WriteNotDone
		}
	case err != nil:
		for i := range outcomes {
			outcomes[i] = ddb.WriteUnknown
		}
	}
	sent := slices.ContainsFunc(outcomes, func(o ddb.WriteOutcome) bool { return o != ddb.WriteNotDone }) // otherwise only rejected ops have a cause
	c.Text += fmt.Sprintf(" => %v", outcomes)
	if err != nil {
		c.Text += ": " + short(err)
	}
	for i, op := range all {
		for _, e := range op.effects {
			switch outcomes[i] {
			case ddb.WriteDone:
				e.Outcome = Done
			case ddb.WriteNotDone:
				e.Outcome = NotDone
			default:
				e.Outcome = Unknown
			}
			c.Wrote(e)
		}
		if ok && sent {
			r.checkCause(c, i, outcomes[i], failed.At(i))
		}
		for j := range i {
			if slices.ContainsFunc(all[j].items, func(s string) bool { return slices.Contains(op.items, s) }) &&
				outcomes[j] != ddb.WriteDone && outcomes[i] == ddb.WriteDone {
				c.world.Problem("batch: after one that failed", op.items[0], "%s %s: op %d is done, op %d before it, on the same item, %v", c.ID, c.Text, i, j, outcomes[j])
			}
		}
		if ok && sent {
			r.checkWaited(c, i, outcomes, failed.At(i))
		}
	}
}

// checkCause checks that the error of an op matches its outcome.
func (r *batchesRound) checkCause(c *Call, i int, o ddb.WriteOutcome, err error) {
	if (o == ddb.WriteDone) != (err == nil) {
		c.world.Problem("batch: cause", "", "%s %s: op %d: %v, with the error %v", c.ID, c.Text, i, o, err)
		return
	}
	if err != nil && o == ddb.WriteUnknown && OutcomeOf(err) == NotDone {
		c.world.Problem("batch: cause", "", "%s %s: op %d: %v, with an error that says that it is not done: %v", c.ID, c.Text, i, o, err)
	}
}

// checkWaited checks that an op which was skipped for an earlier one had an earlier op that was not applied.
func (r *batchesRound) checkWaited(c *Call, i int, outcomes []ddb.WriteOutcome, err error) {
	var before int
	if err == nil {
		return
	}
	_, after, ok := strings.Cut(err.Error(), "not written: op ")
	if !ok {
		return
	}
	if _, err := fmt.Sscan(strings.TrimSuffix(strings.Fields(after)[0], ","), &before); err != nil || before >= i || outcomes[before] == ddb.WriteDone {
		c.world.Problem("batch: did not wait", "", "%s %s: op %d: %v", c.ID, c.Text, i, failedText(outcomes, after))
	}
}

func failedText(outcomes []ddb.WriteOutcome, after string) string {
	return fmt.Sprintf("not written after op %s; the outcomes are %v", after, outcomes)
}

func (r *batchesRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	ours := func(rec Record) bool {
		return slices.ContainsFunc(batchKinds, func(p ddb.Prefix) bool { return strings.HasPrefix(rec.Key, string(p)) })
	}
	w.CheckEffects(journal, ours)
	// of the writes of one call to one item, a later op was written later
	last := map[string]int{} // by item and call
	for _, rec := range journal {
		call, op, ok := strings.Cut(Text(rec.New["by"]), ".")
		if !ok || !ours(rec) || Text(rec.Old["by"]) == Text(rec.New["by"]) {
			continue
		}
		var n int
		_, err := fmt.Sscan(op, &n)
		w.must(err)
		if before, ok := last[rec.Key+" "+call]; ok && before > n && !lostIn(w, call) {
			w.Problem("batch: order", rec.Key, "op %d of %s was written to %s after op %d", n, call, rec.Key, before)
		}
		last[rec.Key+" "+call] = n
	}
}

// lostIn reports whether a response to the call was lost, so that an op may have been sent again, after others.
func lostIn(w *World, call string) bool {
	return slices.ContainsFunc(w.Calls(), func(c *Call) bool { return c.ID == call && c.Lost() })
}
