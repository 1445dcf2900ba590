package attack

import (
	"context"
	"strings"
	"sync"

	"github.com/singletable-go/ddb"
)

// Revisions is the promise that a write with a revision is applied only to the item in the state in which it was seen,
// however long ago, and never to its successor under the same key.
var Revisions = Promise{Name: "revisions", Begin: beginRevisions, Calls: 16}

// draft is an account with a revision.
type draft struct {
	ID       string       `dynamodbav:"-"`
	By       string       `dynamodbav:"by"`
	Slug     string       `dynamodbav:"slug,omitempty"`
	Version  int64        `dynamodbav:"version"`
	Revision ddb.Revision `dynamodbav:"-"`
}

type revisionsRound struct {
	history, unique bool
	processes       []draftProcess
}

type draftProcess struct {
	db   *ddb.DB
	e    *ddb.Entity[draft]
	repo *ddb.Repository[draft]

	mu   *sync.Mutex
	seen map[string][]draft // by item, what the process has seen of it
}

func (r *revisionsRound) model() (*ddb.Table, *ddb.Entity[draft]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "draft", func(x *draft, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.Revision(&x.Revision)
		if r.history {
			d.History(ddb.Key(ddb.Prefix("hd#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
		}
		if r.unique {
			d.Unique("slug", ddb.Str(&x.Slug))
		}
	})
}

func beginRevisions(ctx context.Context, w *World) Round {
	r := &revisionsRound{history: w.Rand.IntN(4) == 0, unique: w.Rand.IntN(4) == 0}
	table, _ := r.model()
	w.Create(ctx, table)
	for _, p := range w.Processes {
		table, e := r.model()
		db := p.Open(table)
		r.processes = append(r.processes, draftProcess{db, e, ddb.NewRepository(db, e), &sync.Mutex{}, map[string][]draft{}})
	}
	return r
}

// remember keeps the result of a call.
func (p draftProcess) remember(x draft) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[x.ID] = append(p.seen[x.ID], x)
}

// recall returns something that the process saw earlier, zero if it saw nothing.
func (p draftProcess) recall(c *Call, id string) draft {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen[id]) == 0 {
		return draft{ID: id}
	}
	return Pick(c.Rand, p.seen[id]...)
}

func (r *revisionsRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	f := p.e.Fields()
	id := Pick(c.Rand, accountIDs...)
	if c.Chance(2) {
		if x, err := p.repo.Consistent().Get(ctx, draft{ID: id}); err == nil {
			p.remember(x)
		}
	}
	seen := p.recall(c, id)
	key := draft{ID: id, Revision: seen.Revision}
	next := seen
	next.By, next.Slug = c.ID, Pick(c.Rand, "", "x", "y")
	known := seen.Revision != ""
	e := &Effect{Mark: c.ID, Item: "d#" + id, Saw: seen.By}
	removes := func() { e.Mark, e.Removes, e.Was, e.Saw = "", true, seen.By, "" }
	var got draft
	var err error
	switch n := c.Rand.IntN(12); {
	case n <= 2 || !known:
		e.Saw = ""
		next = draft{ID: id, By: c.ID, Slug: next.Slug}
		c.Say("create %+v", next)
		got, err = p.repo.Create(ctx, next)
	case n == 3:
		c.Say("put %+v", next)
		got, err = p.repo.Put(ctx, next)
	case n == 4:
		c.Say("replace %+v", next)
		got, err = p.repo.Replace(ctx, next)
	case n <= 6 && !r.history:
		c.Say("%v, seen %s", p.e.Update(key, ddb.Set(&f.By, c.ID)), seen.By)
		got, err = p.repo.Update(ctx, key, ddb.Set(&f.By, c.ID))
	case n == 7:
		c.Say("modify, seen %s", seen.By)
		got, err = p.repo.Modify(ctx, key, func(x *draft) error {
			x.By, x.Slug = c.ID, next.Slug
			return nil
		})
	case n == 8 && !r.history:
		next.ID = Pick(c.Rand, accountIDs...)
		c.Say("move %s to %s, seen %s", id, next.ID, seen.By)
		e.Item = "d#" + next.ID
		if next.ID != id {
			e.Saw = ""
			c.Wrote(&Effect{Item: "d#" + id, Removes: true, Was: seen.By})
		}
		got, err = p.repo.Move(ctx, key, next)
		for _, x := range c.Effects {
			x.Outcome = OutcomeOf(err)
		}
	case n == 9:
		c.Say("take, seen %s", seen.By)
		removes()
		var was draft
		if was, err = p.repo.Take(ctx, key); err == nil && was.By != seen.By {
			c.world.Problem("revision: took another", e.Item, "%s %s: took %+v", c.ID, c.Text, was)
		}
	case n == 10:
		c.Say("transact: delete, seen %s", seen.By)
		removes()
		err = p.db.Transact(ctx, p.e.Delete(key))
	default:
		c.Say("delete, seen %s", seen.By)
		removes()
		err = p.repo.Delete(ctx, key)
	}
	e.Outcome = OutcomeOf(err)
	c.Wrote(e)
	c.Result(err)
	if err == nil && got.By != "" {
		if got.Revision == "" {
			c.world.Problem("revision: none", e.Item, "%s %s: returned without a revision: %+v", c.ID, c.Text, got)
		}
		p.remember(got)
	}
}

func (r *revisionsRound) Check(ctx context.Context, w *World) {
	w.CheckEffects(w.Journal(ctx), func(rec Record) bool { return strings.HasPrefix(rec.Key, "d#") })
}
