package attack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Numbers is the promise that a history numbers the versions of an item without gaps and uses no number twice. Items
// may be deleted, created again and pruned in between, and each number keeps the content that was written with it.
var Numbers = Promise{Name: "history", Begin: beginNumbers}

// page is an item with a history.
type page struct {
	ID      string    `dynamodbav:"-"`
	By      string    `dynamodbav:"by"`
	Slug    string    `dynamodbav:"slug,omitempty"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// oldPage is a page of the program before versioning.
type oldPage struct {
	ID string `dynamodbav:"-"`
	By string `dynamodbav:"by"`
}

type numbersRound struct {
	unique, ttl, legacy bool
	ids                 []string
	processes           []pageProcess
	probe               pageProcess
}

type pageProcess struct {
	db   *ddb.DB
	e    *ddb.Entity[page]
	repo *ddb.Repository[page]
}

func (r *numbersRound) model() (*ddb.Table, *ddb.Entity[page]) {
	table := ddb.NewTable("pk", "sk").TTL("expires")
	return table, ddb.MustDefine(table, "page", func(x *page, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Expires)
		d.Version(&x.Version)
		d.History(ddb.Key(ddb.Prefix("hp#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
		if r.unique {
			d.Unique("slug", ddb.Str(&x.Slug))
		}
	})
}

func beginNumbers(ctx context.Context, w *World) Round {
	r := &numbersRound{unique: w.Rand.IntN(3) == 0, ttl: w.Rand.IntN(2) == 0, legacy: w.Rand.IntN(3) == 0, ids: []string{"1", "2"}[:1+w.Rand.IntN(2)]}
	table, e := r.model()
	w.Create(ctx, table)
	db := w.Open(table)
	r.probe = pageProcess{db, e, ddb.NewRepository(db, e)}
	for _, p := range w.Processes {
		table, e := r.model()
		db := p.Open(table)
		r.processes = append(r.processes, pageProcess{db, e, ddb.NewRepository(db, e)})
	}
	if r.legacy { // items from before versions and a history
		table := ddb.NewTable("pk", "sk")
		e := ddb.MustDefine(table, "page", func(x *oldPage, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
			d.Primary(id, id)
		})
		for _, id := range r.ids {
			_, err := ddb.NewRepository(w.Open(table), e).Create(ctx, oldPage{ID: id, By: "legacy" + id})
			w.must(err)
		}
	}
	return r
}

func (r *numbersRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	if r.ttl && c.Chance(6) {
		c.Tick()
	}
	id := Pick(c.Rand, r.ids...)
	key := page{ID: id}
	var cur page
	if !c.Chance(3) {
		cur, _ = p.repo.Consistent().Get(ctx, key)
	}
	it := page{ID: id, By: c.ID, Slug: Pick(c.Rand, "", "x", "y"), Version: cur.Version}
	if r.ttl && c.Chance(4) {
		it.Expires = c.Now().Add(time.Duration(1+c.Rand.IntN(2)) * time.Second)
	}
	e := &Effect{Mark: c.ID, Item: "p#" + id, Once: true}
	example := key
	if c.Chance(2) {
		example.Version = cur.Version
	}
	var got page
	var err error
	switch n := c.Rand.IntN(15); {
	case n <= 2:
		c.Say("create %+v", it)
		got, err = p.repo.Create(ctx, it)
	case n <= 4:
		c.Say("put %+v", it)
		got, err = p.repo.Put(ctx, it)
	case n == 5:
		c.Say("replace %+v", it)
		got, err = p.repo.Replace(ctx, it)
	case n <= 7:
		c.Say("modify %s", id)
		got, err = p.repo.Modify(ctx, key, func(x *page) error {
			x.By, x.Slug, x.Expires = c.ID, it.Slug, it.Expires
			return nil
		})
	case n <= 9:
		c.Say("delete %+v", example)
		e.Mark, e.Removes = "", true
		err = p.repo.Delete(ctx, example)
	case n == 10:
		c.Say("take %s", id)
		e.Mark, e.Removes = "", true
		if got, err = p.repo.Take(ctx, key); err == nil {
			e.Was, e.Took = got.By, true
		}
	case n <= 12:
		keep := 1 + c.Rand.IntN(2)
		c.Say("prune %s to %d", id, keep)
		e.Mark, err = "", p.repo.History().Prune(ctx, key, keep)
	case n == 13:
		other := page{ID: Pick(c.Rand, r.ids...), By: c.ID}
		c.Say("transact: create %+v, delete %+v", other, example)
		e.Item = "p#" + other.ID
		ops := []ddb.Op{p.e.Create(other)}
		if other.ID != id {
			ops = append(ops, p.e.Delete(example))
		}
		err = p.db.Transact(ctx, ops...)
		c.Wrote(&Effect{Item: "p#" + id, Removes: len(ops) > 1, Outcome: OutcomeOf(err)})
	default:
		c.Say("batch: put %+v", it)
		err = p.db.Batch(ctx, p.e.Put(it))
	}
	e.Outcome = OutcomeOf(err)
	c.Result(err)
	c.Wrote(e)
	if err == nil && e.Mark != "" && got.By != "" && got.By != c.ID {
		c.world.Problem("outcome: returned", e.Item, "%s %s returned %+v", c.ID, c.Text, got)
	}
}

func (r *numbersRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	w.CheckEffects(journal, func(rec Record) bool { return strings.HasPrefix(rec.Key, "p#") })
	for _, id := range r.ids {
		r.checkItem(ctx, w, journal, id)
	}
	if len(w.problems) == 0 {
		for _, id := range r.ids {
			r.prune(ctx, w, id)
			r.revive(ctx, w, id)
		}
	}
}

// rowOf returns the content of a version item, and whether it is a version, not a deletion or a mark.
func rowOf(it Attrs) (content string, version bool) {
	switch {
	case it == nil:
		return "", false
	case it["~x"] != nil:
		return "deleted", false
	case it["by"] == nil:
		return "", false
	}
	return Text(it["by"]), true
}

// checkItem checks the numbers of an item.
func (r *numbersRound) checkItem(ctx context.Context, w *World, journal []Record, id string) {
	key := "p#" + id
	written := map[int64][]string{} // by number, what was written with it
	for _, rec := range journal {
		sk, ok := strings.CutPrefix(rec.Key, "hp#"+id+" / v#")
		if !ok || rec.New == nil {
			continue
		}
		var n int64
		_, err := fmt.Sscanf(sk, "%d", &n)
		w.must(err)
		if what, _ := rowOf(rec.New); what != "" && !slices.Contains(written[n], what) {
			written[n] = append(written[n], what)
		}
	}
	numbers := slices.Sorted(maps.Keys(written))
	for i, n := range numbers {
		if len(written[n]) > 1 {
			w.Problem("history: number used twice", key, "number %d of %s was used for %v", n, key, written[n])
		}
		if n != int64(i+1) {
			w.Problem("history: gap", key, "numbers of %s: %v", key, numbers)
			break
		}
	}
	var last int64
	for _, rec := range History(journal, key) {
		if n := Number(rec.New["version"]); rec.New != nil && Text(rec.New["by"]) != Text(rec.Old["by"]) && rec.New["version"] != nil {
			if n <= last {
				w.Problem("history: number goes back", key, "%s had version %d, then %d", key, last, n)
			}
			last = n
			if !slices.Contains(written[n], Text(rec.New["by"])) {
				w.Problem("history: not kept", key, "version %d of %s is by %s; kept under that number: %v", n, key, Text(rec.New["by"]), written[n])
			}
		}
	}
	// every stored item can be read by its number
	it, err := r.probe.repo.Consistent().Get(ctx, page{ID: id})
	if err == nil && it.Version > 0 {
		kept, err := r.probe.repo.History().At(ctx, page{ID: id}, it.Version)
		if err != nil || kept.By != it.By {
			w.Problem("history: newest is lost", key, "%+v is stored, its version is: %+v, %v", it, kept, err)
		}
	}
}

// prune prunes at the end, without concurrent calls, to two versions.
func (r *numbersRound) prune(ctx context.Context, w *World, id string) {
	const keep = 2
	h, key := r.probe.repo.History(), page{ID: id}
	before, err := ddb.Collect(h.All(ctx, key))
	if err == nil {
		err = h.Prune(ctx, key, keep)
	}
	after, err2 := ddb.Collect(h.All(ctx, key))
	if err = errors.Join(err, err2); err != nil {
		w.Problem("history: prune", "p#"+id, "prune of %s in the end: %v", id, err)
		return
	}
	if want := before[:min(keep, len(before))]; !slices.Equal(want, after) {
		w.Problem("history: prune", "p#"+id, "Prune(%d) of %+v left %+v", keep, before, after)
	}
	for _, x := range before[min(keep, len(before)):] {
		if _, err := h.At(ctx, key, x.Version); !errors.Is(err, ddb.ErrPruned) {
			w.Problem("history: prune", "p#"+id, "version %d of %s, which is pruned, is: %v", x.Version, id, err)
		}
	}
}

// revive checks that the item can be deleted and created at the end, with the next numbers.
func (r *numbersRound) revive(ctx context.Context, w *World, id string) {
	key := page{ID: id}
	_, gone := r.probe.repo.Consistent().Get(ctx, key)
	newest := r.newest(ctx, w, id)
	if err := r.probe.repo.Delete(ctx, key); err != nil {
		w.Problem("history: stuck", "p#"+id, "delete of %s in the end: %v", id, err)
		return
	}
	if gone == nil {
		newest++
	}
	if n := r.newest(ctx, w, id); n != newest {
		w.Problem("history: stuck", "p#"+id, "the newest number of %s is %d after its deletion, not %d", id, n, newest)
	}
	it, err := r.probe.repo.Create(ctx, page{ID: id, By: "end"})
	if err != nil || it.Version != newest+1 {
		w.Problem("history: stuck", "p#"+id, "create of %s in the end, after number %d: %+v, %v", id, newest, it, err)
	}
}

// newest returns the greatest number of an item's version items, deletions included.
func (r *numbersRound) newest(ctx context.Context, w *World, id string) int64 {
	out, err := w.Raw().Query(ctx, &dynamodb.QueryInput{
		TableName: &w.Table, KeyConditionExpression: new("pk = :p"), ConsistentRead: new(true), ScanIndexForward: new(false), Limit: new(int32(1)),
		ExpressionAttributeValues: Attrs{":p": &types.AttributeValueMemberS{Value: "hp#" + id}},
	})
	w.must(err)
	if len(out.Items) == 0 {
		return 0
	}
	var n int64
	_, err = fmt.Sscanf(Text(out.Items[0]["sk"]), "v#%d", &n)
	w.must(err)
	return n
}
