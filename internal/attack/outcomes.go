package attack

import (
	"context"
	"strings"

	"github.com/singletable-go/ddb"
)

// Outcomes is the promise that a call that returns nil was applied once, that one with a classified error was not
// applied, and that a call returns what it wrote or found.
var Outcomes = Promise{Name: "outcomes", Begin: beginOutcomes}

// account is an item with its last writer and a sum.
type account struct {
	ID      string `dynamodbav:"-"`
	By      string `dynamodbav:"by"`
	Sum     int64  `dynamodbav:"sum"`
	Note    string `dynamodbav:"note,omitempty"`
	Version int64  `dynamodbav:"version"`
}

func accounts(versioned, history bool) (*ddb.Table, *ddb.Entity[account]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "account", defineAccount("c#", versioned, history))
}

func defineAccount(prefix ddb.Prefix, versioned, history bool) func(*account, *ddb.Definition) {
	return func(x *account, d *ddb.Definition) {
		id := ddb.Key(prefix, ddb.Str(&x.ID))
		d.Primary(id, id)
		if versioned || history {
			d.Version(&x.Version)
		}
		if history {
			d.History(ddb.Key("h"+prefix, ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
		}
	}
}

type outcomesRound struct {
	versioned, history bool
	processes          []accountProcess
}

type accountProcess struct {
	db   *ddb.DB
	e    *ddb.Entity[account]
	repo *ddb.Repository[account]
}

func beginOutcomes(ctx context.Context, w *World) Round {
	r := &outcomesRound{}
	switch w.Rand.IntN(3) {
	case 0:
		r.versioned = true
	case 1:
		r.history = true
	}
	table, _ := accounts(r.versioned, r.history)
	w.Create(ctx, table)
	for _, p := range w.Processes {
		table, e := accounts(r.versioned, r.history)
		db := p.Open(table)
		r.processes = append(r.processes, accountProcess{db, e, ddb.NewRepository(db, e)})
	}
	return r
}

var accountIDs = []string{"1", "2"}

func (r *outcomesRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	f := p.e.Fields()
	id := Pick(c.Rand, accountIDs...)
	key := account{ID: id}
	var cur account
	if !c.Chance(4) {
		cur, _ = p.repo.Consistent().Get(ctx, key)
	}
	add := int64(1 + c.Rand.IntN(9))
	it := account{ID: id, By: c.ID, Sum: int64(c.Rand.IntN(100)), Note: Pick(c.Rand, "", "x"), Version: cur.Version}
	var opts []ddb.Option
	once, old := c.Chance(4), c.Chance(4)
	if once {
		opts = append(opts, ddb.Once)
	}
	if old {
		opts = append(opts, ddb.ReturnOld)
	}
	guarded := cur.By != "" && c.Chance(3)
	if guarded {
		opts = append(opts, ddb.If(ddb.Eq(&f.By, cur.By)))
	}
	versioned := r.versioned || r.history
	e := &Effect{Mark: c.ID, Item: "c#" + id, Once: once || r.history}
	edits := []ddb.Edit{ddb.Set(&f.By, c.ID), ddb.Add(&f.Sum, add)}
	for _, o := range opts {
		edits = append(edits, o)
	}
	example := key
	if c.Chance(2) {
		example.Version = cur.Version
	}
	var got account
	var err error
	returns := true
	switch n := c.Rand.IntN(16); {
	case n <= 1:
		c.Say("create %+v", it)
		old, e.Once = false, r.history
		got, err = p.repo.Create(ctx, it)
	case n <= 3:
		c.Say("put %+v%s", it, optionText(once, old, guarded))
		e.Again = !versioned
		got, err = p.repo.Put(ctx, it, opts...)
	case n == 4:
		c.Say("replace %+v%s", it, optionText(once, old, guarded))
		e.Again = !versioned
		got, err = p.repo.Replace(ctx, it, opts...)
	case n <= 7 && !r.history:
		c.Say("%v%s", p.e.Update(example, edits...), optionText(once, old, guarded))
		e.Sum, returns = &add, old || !once // once: the item at the time of the read
		e.Again, e.Stamped = !versioned || example.Version == 0, versioned
		got, err = p.repo.Update(ctx, example, edits...)
	case n == 8 && !r.history:
		c.Say("%v%s", p.e.Upsert(key, edits...), optionText(once, old, guarded))
		e.Sum, returns, e.Again, e.Stamped = &add, old || !once, true, versioned
		got, err = p.repo.Upsert(ctx, key, edits...)
	case n <= 11 && versioned:
		c.Say("modify %s, adds %d%s", id, add, optionText(once, old, guarded))
		e.Sum = &add
		got, err = p.repo.Modify(ctx, key, func(x *account) error {
			x.By, x.Sum = c.ID, x.Sum+add
			return nil
		}, opts...)
	case n == 12:
		returns, e.Mark, e.Removes = false, "", true
		if guarded {
			e.Was = cur.By
		}
		c.Say("delete %+v%s", example, optionText(once, false, guarded))
		err = p.repo.Delete(ctx, example, opts...)
	case n == 13:
		returns, e.Mark, e.Removes = false, "", true
		c.Say("take %s%s", id, optionText(once, false, guarded))
		if guarded {
			e.Was = cur.By
		}
		got, err = p.repo.Take(ctx, key, opts...)
		if c.Lost() && !e.Once && !guarded { // sent again, it takes the item that exists then
			c.Wrote(&Effect{Item: e.Item, Removes: true})
		}
		if err == nil {
			e.Was, e.Took = got.By, true
			if got.By == "" {
				c.world.Problem("outcome: took nothing", e.Item, "%s %s: nil error and the item %+v", c.ID, c.Text, got)
			}
		}
	case n == 14 && !r.history:
		to := it
		to.ID = Pick(c.Rand, accountIDs...)
		c.Say("move %+v to %+v%s", example, to, optionText(once, old, guarded))
		e.Item, e.Once = "c#"+to.ID, to.ID != id
		e.Again = !versioned // in place it asserts what was read, which may exist again
		if to.ID != id {
			c.Wrote(&Effect{Item: "c#" + id, Removes: true})
		}
		got, err = p.repo.Move(ctx, example, to, opts...)
		for _, x := range c.Effects {
			if x.Outcome = OutcomeOf(err); err == nil && old { // it returned what it removed
				x.Was, returns = got.By, false
			}
		}
	default:
		c.Say("create %+v once", it)
		e.Once, returns = true, false
		err = p.db.Transact(ctx, p.e.Create(it))
	}
	e.Outcome = OutcomeOf(err)
	c.Wrote(e)
	c.Result(err)
	switch {
	case err != nil || !returns:
	case old:
		e.Returned = &got.By
	case got.By != c.ID:
		c.world.Problem("outcome: returned", e.Item, "%s %s returned %+v", c.ID, c.Text, got)
	}
}

func optionText(once, old, guarded bool) string {
	var b strings.Builder
	for _, x := range []struct {
		on   bool
		text string
	}{{once, ", once"}, {old, ", return old"}, {guarded, ", guarded"}} {
		if x.on {
			b.WriteString(x.text)
		}
	}
	return b.String()
}

func (r *outcomesRound) Check(ctx context.Context, w *World) {
	w.CheckEffects(w.Journal(ctx), func(rec Record) bool { return strings.HasPrefix(rec.Key, "c#") })
}
