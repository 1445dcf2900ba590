package attack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Unique is the promise that no value has two owners, that the values of an item are claimed, and that every claim has
// an owner.
var Unique = Promise{Name: "unique", Begin: beginUnique}

// holder has three constraints: a folded one, an optional one, and one of two fields.
type holder struct {
	ID      string    `dynamodbav:"-"`
	Email   string    `dynamodbav:"email"`
	Nick    string    `dynamodbav:"nick,omitempty"`
	Team    string    `dynamodbav:"team"`
	Shirt   int       `dynamodbav:"shirt"`
	By      string    `dynamodbav:"by"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

type uniqueRound struct {
	versioned, history, ttl bool
	legacy                  bool // two items are older than the constraints, and have the same values
	processes               []uniqueProcess
	probe                   uniqueProcess
}

type uniqueProcess struct {
	db   *ddb.DB
	e    *ddb.Entity[holder]
	repo *ddb.Repository[holder]
}

func (r *uniqueRound) model() (*ddb.Table, *ddb.Entity[holder]) { return r.modelOf(true) }

func (r *uniqueRound) modelOf(constraints bool) (*ddb.Table, *ddb.Entity[holder]) {
	table := ddb.NewTable("pk", "sk").TTL("expires")
	return table, ddb.MustDefine(table, "holder", func(x *holder, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("h#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Expires)
		if r.versioned || r.history {
			d.Version(&x.Version)
		}
		if r.history {
			d.History(ddb.Key(ddb.Prefix("hh#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
		}
		if !constraints {
			return
		}
		d.Unique("email", ddb.Fold(&x.Email))
		d.Unique("nick", ddb.Str(&x.Nick))
		d.Unique("shirt", ddb.Str(&x.Team), ddb.Prefix("#"), ddb.Num(&x.Shirt, 2))
	})
}

func beginUnique(ctx context.Context, w *World) Round {
	r := &uniqueRound{}
	switch w.Rand.IntN(3) {
	case 0:
		r.versioned = true
	case 1:
		r.history = true
	}
	r.ttl = w.Rand.IntN(2) == 0
	r.legacy = w.Rand.IntN(3) == 0
	table, e := r.model()
	w.Create(ctx, table)
	if r.legacy {
		table, e := r.modelOf(false)
		repo := ddb.NewRepository(w.Open(table), e)
		for _, id := range holderIDs[:2] {
			_, err := repo.Create(ctx, holder{ID: id, By: "legacy" + id, Email: "ann@x", Nick: "n", Team: "red"})
			w.must(err)
		}
	}
	db := w.Open(table)
	r.probe = uniqueProcess{db, e, ddb.NewRepository(db, e)}
	for _, p := range w.Processes {
		table, e := r.model()
		db := p.Open(table)
		r.processes = append(r.processes, uniqueProcess{db, e, ddb.NewRepository(db, e)})
	}
	return r
}

var holderIDs = []string{"1", "2", "3"}

func (r *uniqueRound) draw(c *Call, id string) holder {
	it := holder{
		ID: id, By: c.ID, Email: Pick(c.Rand, "", "ann@x", "Ann@x", "bob@x", "cid@x"), Nick: Pick(c.Rand, "", "n", "m"),
		Team: Pick(c.Rand, "", "red", "blue"), Shirt: c.Rand.IntN(2),
	}
	if r.ttl && c.Chance(3) {
		it.Expires = c.Now().Add(time.Duration(1+c.Rand.IntN(3)) * time.Second)
	}
	return it
}

func (r *uniqueRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	f := p.e.Fields()
	if r.ttl && c.Chance(6) {
		c.Tick()
	}
	id := Pick(c.Rand, holderIDs...)
	key := holder{ID: id}
	var cur holder
	if !c.Chance(3) {
		cur, _ = p.repo.Consistent().Get(ctx, key)
	}
	cur.ID = id
	it := r.draw(c, id)
	it.Version = cur.Version
	edit := Pick(c.Rand, ddb.Set(&f.Email, it.Email), ddb.Set(&f.Nick, it.Nick), ddb.Set(&f.Shirt, it.Shirt), ddb.Set(&f.Expires, it.Expires), ddb.Remove(&f.Nick), ddb.Remove(&f.Email))
	example := key
	if c.Chance(2) {
		example = cur
		example.Version = 0
	}
	var err error
	switch n := c.Rand.IntN(14); {
	case n == 0:
		c.Say("create %+v", it)
		_, err = p.repo.Create(ctx, it)
	case n == 1:
		c.Say("put %+v", it)
		_, err = p.repo.Put(ctx, it)
	case n == 2:
		c.Say("replace %+v", it)
		_, err = p.repo.Replace(ctx, it)
	case n <= 5 && !r.history:
		c.Say("%v", p.e.Update(example, edit))
		_, err = p.repo.Update(ctx, example, edit)
	case n == 6 && (r.versioned || r.history):
		c.Say("modify to %+v", it)
		_, err = p.repo.Modify(ctx, key, func(x *holder) error {
			x.Email, x.Nick, x.Expires = it.Email, it.Nick, it.Expires
			return nil
		})
	case n == 7:
		c.Say("delete %+v", example)
		err = p.repo.Delete(ctx, example)
	case n == 8:
		c.Say("take %s", id)
		_, err = p.repo.Take(ctx, key)
	case n == 9 && !r.history:
		to := it
		to.ID = Pick(c.Rand, holderIDs...)
		c.Say("move %+v to %+v", example, to)
		_, err = p.repo.Move(ctx, example, to)
	case n == 10 && !r.history:
		err = r.swap(ctx, c, p, cur)
	case n == 11:
		ops := []ddb.Op{p.e.Put(it), p.e.Delete(holder{ID: Pick(c.Rand, holderIDs...)}), p.e.Create(r.draw(c, Pick(c.Rand, holderIDs...)))}
		c.Say("batch %v", ops)
		err = p.db.Batch(ctx, ops...)
	case n == 12:
		c.Say("ensure unique")
		if err = p.repo.EnsureUnique(ctx, nil); saysUnknown(err) { // of one item, while others have its values
			c.Text += " => unknown: " + short(err)
			return
		}
	default:
		other := r.draw(c, Pick(c.Rand, holderIDs...))
		ops := []ddb.Op{p.e.Delete(example), p.e.Create(other)}
		if other.ID == id {
			ops = ops[1:]
		}
		c.Say("transact %v", ops)
		err = p.db.Transact(ctx, ops...)
	}
	c.Result(err)
}

// swap exchanges the values of two items in one transaction.
func (r *uniqueRound) swap(ctx context.Context, c *Call, p uniqueProcess, a holder) error {
	f := p.e.Fields()
	b, err := p.repo.Consistent().Get(ctx, holder{ID: Pick(c.Rand, holderIDs...)})
	if err != nil || b.ID == a.ID {
		c.Say("swap nothing")
		return nil
	}
	c.Say("swap %+v and %+v", a, b)
	return p.db.Transact(ctx, p.e.Update(holder{ID: a.ID}, ddb.Set(&f.Email, b.Email)), p.e.Update(holder{ID: b.ID}, ddb.Set(&f.Email, a.Email)))
}

// values are the constraints of an item with these attributes.
func (*uniqueRound) values(it Attrs) (out []string) {
	if s := strings.ToLower(Text(it["email"])); s != "" {
		out = append(out, "~u#holder~email="+s)
	}
	if s := Text(it["nick"]); s != "" {
		out = append(out, "~u#holder~nick="+s)
	}
	if s := Text(it["team"]); s != "" {
		out = append(out, fmt.Sprintf("~u#holder~shirt=%s#%02d", s, Number(it["shirt"])))
	}
	return out
}

func (r *uniqueRound) Check(ctx context.Context, w *World) {
	owners, alive, held := map[string]Attrs{}, map[string]Attrs{}, map[string][]string{}
	live := func(it Attrs) bool { return it["expires"] == nil || Number(it["expires"]) > w.Now().Unix() }
	for _, it := range w.Items(ctx) {
		key := KeyText(it)
		switch {
		case !live(it):
		case strings.HasPrefix(key, "~u#"):
			owners[key] = it
		case strings.HasPrefix(key, "h#"):
			alive[key] = it
			for _, v := range r.values(it) {
				held[v] = append(held[v], key)
			}
		}
	}
	old := r.older(w.Journal(ctx))
	for _, v := range slices.Sorted(maps.Keys(held)) {
		keys := slices.DeleteFunc(slices.Clone(held[v]), func(key string) bool { return old[key][v] })
		if len(keys) == 0 {
			continue
		}
		if len(keys) > 1 {
			w.Problem("unique: two owners", keys[0], "%s is held by %v", v, keys)
		}
		switch c := owners[v]; {
		case c == nil:
			w.Problem("unique: not claimed", keys[0], "%s is held by %v and claimed by nobody", v, keys)
		case ownerOf(c) != keys[0]:
			w.Problem("unique: claimed by another", keys[0], "%s is held by %v and claimed by %s", v, keys, ownerOf(c))
		case Text(c["expires"]) != Text(alive[keys[0]]["expires"]):
			w.Problem("unique: expires at another time", keys[0], "the constraint %s expires at %q, its item %s at %q", v, Text(c["expires"]), keys[0], Text(alive[keys[0]]["expires"]))
		}
	}
	for _, v := range slices.Sorted(maps.Keys(owners)) {
		if owner := ownerOf(owners[v]); !slices.Contains(held[v], owner) {
			w.Problem("unique: orphan", owner, "%s is claimed by %s, which is: %s", v, owner, Show(alive[owner]))
		}
	}
	if len(w.problems) == 0 {
		r.revive(ctx, w)
	}
}

// older returns, by item, the values that it has had since before the constraints: they may be unclaimed.
func (r *uniqueRound) older(journal []Record) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, rec := range journal {
		switch {
		case !strings.HasPrefix(rec.Key, "h#"):
		case strings.HasPrefix(Text(rec.New["by"]), "legacy") && rec.Old == nil:
			out[rec.Key] = map[string]bool{}
			for _, v := range r.values(rec.New) {
				out[rec.Key][v] = true
			}
		default:
			now := r.values(rec.New)
			maps.DeleteFunc(out[rec.Key], func(v string, _ bool) bool { return !slices.Contains(now, v) })
		}
	}
	return out
}

// ownerOf is the key of a constraint's item.
func ownerOf(constraint Attrs) string {
	m, ok := constraint["~o"].(*types.AttributeValueMemberM)
	if !ok {
		return "nobody"
	}
	return KeyText(m.Value)
}

// revive checks that nothing blocks forever: each item can be deleted, and then each value can be used again.
func (r *uniqueRound) revive(ctx context.Context, w *World) {
	for _, id := range holderIDs {
		if err := r.probe.repo.Delete(ctx, holder{ID: id}); err != nil {
			w.Problem("unique: stuck", "h#"+id, "delete of %s in the end: %v", id, err)
		}
	}
	it := holder{Email: "ANN@x", Nick: "n", Team: "red"}
	for i, id := range holderIDs {
		it.ID = id
		_, err := r.probe.repo.Create(ctx, it)
		if i == 0 && err != nil || i > 0 && !errors.Is(err, ddb.ErrNotUnique) {
			w.Problem("unique: stuck", "h#"+id, "create %d of one value in the end: %v", i+1, err)
		}
	}
}
