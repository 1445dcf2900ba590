package attack

import (
	"context"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Entries is the promise that index keys are never stale: after any write, an item has the index entries of its fields,
// and the attributes that a Put of it would write.
var Entries = Promise{Name: "index entries", Begin: beginEntries}

type town struct {
	City string `dynamodbav:"city"`
	Zip  int    `dynamodbav:"zip,omitempty"`
}

// entry has a field of each kind that index keys and predicates use.
type entry struct {
	Board   string            `dynamodbav:"board"`
	ID      string            `dynamodbav:"-"`
	By      string            `dynamodbav:"by"`
	A       string            `dynamodbav:"a"`
	B       string            `dynamodbav:"b,omitempty"`
	N       int               `dynamodbav:"n"`
	M       int               `dynamodbav:"m,omitempty"`
	P       *town             `dynamodbav:"p,omitempty"`
	Q       town              `dynamodbav:"q"`
	T       []string          `dynamodbav:"t,stringset,omitempty"`
	L       []string          `dynamodbav:"l,omitempty"`
	Labels  map[string]string `dynamodbav:"labels"`
	Flag    bool              `dynamodbav:"flag,omitempty"`
	Score   float64           `dynamodbav:"score"`
	At      time.Time         `dynamodbav:"at"`
	Up      time.Time         `dynamodbav:"up"`
	Total   int               `dynamodbav:"total"`
	Expires time.Time         `dynamodbav:"expires,unixtime,omitempty"`
	Version int64             `dynamodbav:"version"`
}

// part is what Total is derived from.
type part struct {
	Board string `dynamodbav:"-"`
	Of    string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Worth int    `dynamodbav:"worth"`
}

type entriesRound struct {
	versioned, updated, ttl, derived bool
	processes                        []entryProcess
	probe                            entryProcess
}

type entryProcess struct {
	db   *ddb.DB
	e    *ddb.Entity[entry]
	repo *ddb.Repository[entry]
}

func (r *entriesRound) model() (*ddb.Table, *ddb.Entity[entry]) {
	const sep ddb.Prefix = "#"
	table := ddb.NewTable("pk", "sk").TTL("expires")
	shared1, shared2 := table.GSI("shared-1", "g1p", "g1s"), table.GSI("shared-2", "g1p", "g2s")
	native, town := table.GSI("native", "g3p", "score"), table.GSI("town", "g4p", "g4s")
	recent, board := table.GSI("recent", "g5p", "g5s"), table.GSI("board", "board", "n")
	multi, named := table.MultiGSI("multi", []string{"board"}, []string{"score", "n"}), table.GSI("named", "g7p", "g7s")
	e := ddb.MustDefine(table, "entry", func(x *entry, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("e#"), ddb.Str(&x.Board)), ddb.Key(ddb.Prefix("i#"), ddb.Str(&x.ID)))
		a := ddb.Key(ddb.Prefix("a#"), ddb.Str(&x.A))
		d.Index(shared1, a, ddb.Key(ddb.Num(&x.N, 4), sep, ddb.Str(&x.B))).
			When(ddb.Ne(&x.A, ""), ddb.Ne(&x.B, ""), ddb.Or(ddb.Eq(&x.Flag, true), ddb.In(&x.A, "x", "y")))
		d.Index(shared2, a, ddb.Key(ddb.Num(&x.M, 3))).
			When(ddb.Not(ddb.Eq(&x.A, "")), ddb.Or(ddb.Not(ddb.Eq(&x.Q.City, "")), ddb.Has(&x.T, "t1")))
		d.Index(native, ddb.Key(ddb.Prefix("k#"), ddb.Num(&x.N, 4)), ddb.Key(ddb.Native(&x.Score))).When(ddb.Not(ddb.Absent(&x.L)))
		d.Index(town, ddb.Key(ddb.Prefix("c#"), ddb.Str(&x.P.City)), ddb.Key(ddb.Time(&x.At))).
			When(ddb.Present(&x.P.City), ddb.Ne(&x.P.City, ""), ddb.Not(ddb.Eq(&x.P.Zip, 0)))
		d.Index(board, ddb.Key(ddb.Native(&x.Board)), ddb.Key(ddb.Native(&x.N)))
		d.Index(multi, ddb.Key(ddb.Native(&x.Board)), ddb.Key(ddb.Native(&x.Score), ddb.Native(&x.N)))
		d.Index(named, ddb.Key(ddb.Prefix("w#"), ddb.Fold(&x.B)), ddb.Key(ddb.Str(&x.Board))).When(ddb.Ne(&x.B, ""), ddb.Ne(&x.Board, "2"))
		d.TTL(&x.Expires)
		if r.updated {
			d.Index(recent, ddb.Key(ddb.Prefix("u#"), ddb.Str(&x.A)), ddb.Key(ddb.Time(&x.Up))).When(ddb.Ne(&x.A, ""), ddb.StartsWith(&x.A, "x"))
			d.Updated(&x.Up)
		}
		if r.versioned {
			d.Version(&x.Version)
		}
	})
	if r.derived {
		parts := ddb.MustDefine(table, "part", func(x *part, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.Board), sep, ddb.Str(&x.Of)), ddb.Key(ddb.Prefix("q#"), ddb.Str(&x.ID)))
		})
		ddbview.MustAggregate("total", parts, e, func(p *part, x *entry) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&p.Board, &x.Board), ddbview.By(&p.Of, &x.ID), ddbview.Sum(&p.Worth, &x.Total)}
		})
	}
	return table, e
}

func beginEntries(ctx context.Context, w *World) Round {
	coin := func() bool { return w.Rand.IntN(2) == 0 }
	r := &entriesRound{versioned: coin(), updated: coin(), ttl: coin(), derived: w.Rand.IntN(3) == 0}
	table, e := r.model()
	w.Create(ctx, table)
	db := w.Open(table)
	r.probe = entryProcess{db, e, ddb.NewRepository(db, e)}
	for _, p := range w.Processes {
		table, e := r.model()
		db := p.Open(table)
		r.processes = append(r.processes, entryProcess{db, e, ddb.NewRepository(db, e)})
	}
	return r
}

func (r *entriesRound) key(c *Call) entry {
	return entry{Board: Pick(c.Rand, "1", "2"), ID: Pick(c.Rand, "1", "2")}
}

func drawTown(c *Call) *town {
	switch c.Rand.IntN(4) {
	case 0:
		return nil
	case 1:
		return &town{}
	}
	return &town{City: Pick(c.Rand, "", "u", "v"), Zip: c.Rand.IntN(2)}
}

func (r *entriesRound) draw(c *Call, key entry) entry {
	x := entry{
		Board: key.Board, ID: key.ID, By: c.ID, A: drawA(c), B: drawB(c), N: drawN(c), M: drawN(c), P: drawTown(c), Q: town{City: drawB(c)},
		T: drawSet(c), L: drawList(c), Flag: c.Chance(2), Score: float64(drawN(c)), At: r.drawAt(c), Labels: map[string]string{},
	}
	if r.ttl && c.Chance(3) {
		x.Expires = c.Now().Add(time.Duration(1+c.Rand.IntN(3)) * time.Second)
	}
	return x
}

func drawA(c *Call) string { return Pick(c.Rand, "", "x", "y", "z", "xx") }
func drawB(c *Call) string { return Pick(c.Rand, "", "b1", "B2") }
func drawN(c *Call) int    { return Pick(c.Rand, 0, 1, 7) }
func drawSet(c *Call) []string {
	return Pick(c.Rand, nil, []string{"t1"}, []string{"t2"}, []string{"t1", "t2"})
}
func drawList(c *Call) []string { return Pick(c.Rand, nil, []string{}, []string{"l"}) }

func (*entriesRound) drawAt(c *Call) time.Time {
	return c.world.engine.Start.Add(time.Duration(c.Rand.IntN(3)) * time.Hour)
}

func (r *entriesRound) edits(c *Call, f *entry, cur entry) []ddb.Edit {
	all := []ddb.Edit{
		ddb.Set(&f.A, drawA(c)), ddb.Set(&f.B, drawB(c)), ddb.Set(&f.N, drawN(c)), ddb.Set(&f.M, drawN(c)), ddb.Set(&f.P, drawTown(c)),
		ddb.Set(&f.P.City, drawB(c)), ddb.Set(&f.P.Zip, drawN(c)), ddb.Set(&f.Q, town{City: drawB(c), Zip: drawN(c)}), ddb.Set(&f.Q.City, drawB(c)),
		ddb.Set(&f.T, drawSet(c)), ddb.Set(&f.L, drawList(c)), ddb.Set(&f.Flag, c.Chance(2)), ddb.Set(&f.Score, float64(drawN(c))), ddb.Set(&f.At, r.drawAt(c)),
		ddb.Remove(&f.A), ddb.Remove(&f.B), ddb.Remove(&f.M), ddb.Remove(&f.P), ddb.Remove(&f.P.City), ddb.Remove(&f.Q), ddb.Remove(&f.Q.City),
		ddb.Remove(&f.T), ddb.Remove(&f.L), ddb.Remove(&f.Flag), ddb.Remove(&f.At), ddb.Remove(&f.Expires),
		ddb.Add(&f.N, 1), ddb.Add(&f.M, 1), ddb.Add(&f.Score, 1), ddb.Add(&f.Q.Zip, 1), ddb.AddTo(&f.T, "t1"), ddb.DeleteFrom(&f.T, "t1"), ddb.Append(&f.L, "q"),
		ddb.SetIfAbsent(&f.B, "b9"), ddb.SetIfAbsent(&f.Q.Zip, 3), ddb.SetEntry(&f.Labels, "a.b#c", "1"), ddb.RemoveEntry(&f.Labels, "size"), ddb.RemoveAt(&f.L, 0),
	}
	out := []ddb.Edit{ddb.Set(&f.By, c.ID)}
	for range 1 + c.Rand.IntN(3) {
		out = append(out, Pick(c.Rand, all...))
	}
	if c.Chance(2) {
		conds := []ddb.Cond{
			ddb.Eq(&f.A, cur.A), ddb.Eq(&f.B, cur.B), ddb.Eq(&f.N, cur.N), ddb.Eq(&f.M, cur.M), ddb.Eq(&f.Q.City, cur.Q.City), ddb.Eq(&f.Flag, cur.Flag),
			ddb.Absent(&f.L), ddb.Absent(&f.T), ddb.Absent(&f.P), ddb.Absent(&f.P.City), ddb.Absent(&f.B), ddb.Absent(&f.A), ddb.Eq(&f.At, cur.At),
			ddb.Eq(&f.Q, cur.Q), ddb.Eq(&f.L, cur.L), ddb.Eq(&f.P.Zip, 0), ddb.Absent(&f.P.Zip), ddb.Absent(&f.Q.City), ddb.Eq(&f.P.City, "u"),
		}
		c.Rand.Shuffle(len(conds), func(i, j int) { conds[i], conds[j] = conds[j], conds[i] })
		out = append(out, ddb.If(conds[:1+c.Rand.IntN(4)]...))
	}
	return out
}

// example returns what a caller knows of the item that it edits: all of it, some, nothing, or something wrong.
func (r *entriesRound) example(c *Call, key, cur entry) entry {
	x := key
	switch c.Rand.IntN(6) {
	case 0, 1:
		x = cur
	case 2, 3:
		x = cur
		for _, drop := range []func(){func() { x.A = "" }, func() { x.B = "" }, func() { x.P = nil }, func() { x.T = nil }, func() { x.Version = 0 }} {
			if c.Chance(2) {
				drop()
			}
		}
	case 4:
		x = r.draw(c, key)
	}
	x.Board, x.ID = key.Board, key.ID
	return x
}

func (r *entriesRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	f := p.e.Fields()
	if r.ttl && c.Chance(5) {
		c.Tick()
	}
	key := r.key(c)
	var cur entry
	if !c.Chance(4) {
		cur, _ = p.repo.Consistent().Get(ctx, key)
	}
	it := r.draw(c, key)
	it.Version = cur.Version
	to := r.draw(c, r.key(c))
	example := r.example(c, key, cur)
	edits := r.edits(c, f, cur)
	var err error
	switch n := c.Rand.IntN(18); {
	case n == 0:
		c.Say("create %+v", it)
		_, err = p.repo.Create(ctx, it)
	case n <= 2:
		c.Say("put %+v", it)
		_, err = p.repo.Put(ctx, it)
	case n == 3:
		c.Say("replace %+v", it)
		_, err = p.repo.Replace(ctx, it)
	case n <= 7:
		c.Say("%v", p.e.Update(example, edits...))
		_, err = p.repo.Update(ctx, example, edits...)
	case n <= 9:
		c.Say("%v", p.e.Upsert(example, edits...))
		_, err = p.repo.Upsert(ctx, example, edits...)
	case n <= 11 && r.versioned:
		which := c.Rand.IntN(6)
		c.Say("modify %d of %s/%s to %+v", which, key.Board, key.ID, it)
		_, err = p.repo.Modify(ctx, key, func(x *entry) error {
			modifyEntry(x, it, which)
			return nil
		})
	case n == 12:
		c.Say("delete %s/%s", key.Board, key.ID)
		err = p.repo.Delete(ctx, key)
	case n == 13:
		c.Say("move %s/%s to %+v", key.Board, key.ID, to)
		_, err = p.repo.Move(ctx, key, to)
	case n == 14:
		c.Say("reindex")
		_, err = p.repo.Reindex(ctx, nil)
	case n == 15:
		ops := []ddb.Op{p.e.Put(it), p.e.Update(to, edits...), p.e.Upsert(key, edits...), p.e.Move(key, to), p.e.Update(example, edits...)}
		c.Rand.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
		c.Say("batch %v", ops)
		err = p.db.Batch(ctx, ops...)
	default:
		ops := []ddb.Op{Pick(c.Rand, p.e.Update(example, edits...), p.e.Upsert(example, edits...), p.e.Put(it), p.e.Create(it))}
		if to.Board != key.Board || to.ID != key.ID {
			ops = append(ops, Pick(c.Rand, p.e.Create(to), p.e.Delete(to), p.e.CheckAbsent(to), p.e.Upsert(to, ddb.Set(&f.A, to.A), ddb.Set(&f.Score, 1))))
		} else {
			ops = append(ops, p.e.CheckAbsent(to))
		}
		c.Say("transact %v", ops)
		err = p.db.Transact(ctx, ops...)
	}
	if err != nil && nothingHolds(err) {
		c.Text += " => not done: what holds the nested field is not there"
		return
	}
	c.Result(err)
}

// nothingHolds reports an edit inside of something that does not exist.
func nothingHolds(err error) bool {
	text := err.Error()
	return strings.Contains(text, "what holds the nested field is not there") || strings.Contains(text, "the stored attribute is of another type")
}

func modifyEntry(x *entry, it entry, which int) {
	x.By = it.By
	switch which {
	case 0:
		x.A = it.A
	case 1:
		x.B, x.P = it.B, it.P
	case 2:
		x.N, x.Score = it.N, it.Score
	case 3:
		x.T, x.L = it.T, it.L
	case 4:
		x.Q, x.Flag, x.Expires = it.Q, it.Flag, it.Expires
	case 5:
		it.Version, it.Total = x.Version, x.Total
		*x = it
	}
}
