package observe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Whatever a program does and whatever fails, an observer gets what goes over the wire, and what a meter counts.
func TestAnObserverGetsWhatGoesOverTheWire(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		failed, entities := map[string]int{}, map[string]int{}
		for seed := range uint64(12) {
			faults := []ddbmem.Faults{
				{}, {Throttle: 0.1, Unprocessed: 0.2, Conflict: 0.15, Drop: 0.1}, {Throttle: 0.4, Drop: 0.4},
			}[seed%3]
			l := openLibrary(t, ddbmem.Options{Seed: seed + 1}, opts)
			l.seen.Take()
			l.engine.SetFaults(faults)
			p := &program{library: l, rand: rand.New(rand.NewPCG(seed, 7))}
			ctx, meter := ddb.WithMeter(t.Context())
			for range 60 {
				p.step(ctx)
			}
			l.engine.SetFaults(ddbmem.Faults{})
			_, err := l.db.Purge(ctx, nil)
			assert.NoError(t, err)
			seen := l.seen.Take()
			for _, r := range seen {
				failed[code(r.Err)]++
				entities[r.Entity]++
				if r.Unprocessed > 0 {
					failed["unprocessed"]++
				}
				if len(r.Throttled) > 0 {
					failed["reasons"]++
				}
			}
			describes := meter.RequestsOf("DescribeTable") + meter.RequestsOf("DescribeTimeToLive")
			l.wire.requireSame(t, seen, meter, describes)
		}
		for _, what := range []string{"none", "unprocessed", "reasons", "lost", "ConditionalCheckFailedException", "TransactionCanceledException", "ProvisionedThroughputExceededException"} {
			assert.Positive(t, failed[what], "%s in %v", what, failed)
		}
		for _, e := range []string{"book", "member", ddbobserve.Companions, ""} {
			assert.Positive(t, entities[e], "%q in %v", e, entities)
		}
	})
}

// program is a random program.
type program struct {
	*library
	rand *rand.Rand
}

func (p *program) book() Book {
	b := Book{
		Shelf: strconv.Itoa(p.rand.IntN(2)), ID: strconv.Itoa(p.rand.IntN(6)), Title: fmt.Sprintf("T%d \"é\"\n", p.rand.IntN(4)),
		Genre: strconv.Itoa(p.rand.IntN(2)), Number: p.rand.IntN(100000) - 500,
	}
	if p.rand.IntN(2) == 0 {
		b.Cover, b.Tags = make([]byte, p.rand.IntN(3000)), []string{"a", strconv.Itoa(p.rand.IntN(9))}
	}
	if p.rand.IntN(4) == 0 {
		b.Expires = time.Now().Add(time.Duration(p.rand.IntN(200)-100) * time.Hour)
	}
	return b
}

func (p *program) member() Member {
	return Member{ID: strconv.Itoa(p.rand.IntN(3)), Card: "k" + strconv.Itoa(p.rand.IntN(4)), Notes: map[string]any{"n": []any{1.5, true, nil, "x"}}}
}

// step makes one call, whose outcome does not matter.
func (p *program) step(ctx context.Context) {
	db := p.db
	if p.rand.IntN(3) == 0 {
		db = db.Consistent()
	}
	books, members := ddb.NewRepository(db, p.books), ddb.NewRepository(db, p.members)
	f, m := p.books.Fields(), p.members.Fields()
	b := p.book()
	onShelf := p.books.Query(Book{Shelf: b.Shelf})
	steps := []func(){
		func() { _, _ = books.Get(ctx, b) },
		func() { _, _ = members.Get(ctx, p.member()) },
		func() { _, _ = books.Put(ctx, b) },
		func() { _, _ = books.Create(ctx, b) },
		func() { _, _ = books.Update(ctx, b, ddb.Set(&f.Cover, b.Cover), ddb.If(ddb.Gt(&f.Number, 50))) },
		func() { _ = books.Delete(ctx, b, ddb.If(ddb.Or(ddb.Eq(&f.Genre, "1"), ddb.In(&f.Number, 1, 2)))) },
		func() { _, _ = books.Take(ctx, b) },
		func() { _, _ = members.Put(ctx, p.member()) },
		func() { _, _ = members.Create(ctx, p.member()) },
		func() {
			_, _ = members.Modify(ctx, p.member(), func(x *Member) error { x.Card = p.member().Card; return nil })
		},
		func() { _ = members.Delete(ctx, p.member()) },
		func() { _, _ = ddb.Collect(members.History().All(ctx, p.member())) },
		func() { _ = members.History().Prune(ctx, p.member(), 1) },
		func() { _, _ = ddb.Collect(books.Query(ctx, onShelf.Desc().Limit(2))) },
		func() { _, _ = ddb.Collect(books.Query(ctx, onShelf.SortKey(ddb.Between(&f.ID, "1", "4")).Select(&f.Title))) },
		func() { _, _ = ddb.Collect(books.Query(ctx, onShelf.SortKey(ddb.StartsWith(&f.ID, "1")).Filter(ddb.Eq(&f.Title, b.Title)))) },
		func() { _, _ = ddb.Collect(books.Query(ctx, p.books.On(p.byTitle, Book{}).SortKey(ddb.Ge(&f.Title, "T1")))) },
		func() { _, _ = ddb.Collect(books.Query(ctx, p.books.On(p.byNum, b).SortKey(ddb.Lt(&f.Number, 5000)))) },
		func() { _, _ = ddb.Collect(books.Query(ctx, p.books.On(p.spread, Book{}))) },
		func() { _, _ = books.Count(ctx, onShelf) },
		func() { _, _ = books.Page(ctx, onShelf.Limit(1), "") },
		func() {
			var to []Book
			_ = db.Gather(ctx, onShelf.Collection(), p.books.Into(&to))
		},
		func() { _, _ = ddb.Collect(db.Scan(ctx, &ddb.ScanOptions{Workers: 3})) },
		func() { _, _ = books.BatchGet(ctx, []Book{p.book(), p.book(), p.book()}) },
		func() {
			_ = db.Batch(ctx, p.books.Put(p.book()), p.books.Put(p.book()), p.books.Delete(p.book()), p.members.Put(p.member()))
		},
		func() {
			_ = db.Transact(ctx, p.books.Put(b), p.members.Update(p.member(), ddb.Set(&m.Notes, nil)), p.books.Check(Book{Shelf: "0", ID: "9"}))
		},
		func() {
			x, y := b, p.member()
			_ = db.TransactGet(ctx, p.books.Load(&x).Optional(new(bool)), p.members.Load(&y).Optional(new(bool)))
		},
		func() {
			x, y := b, p.member()
			_ = db.LoadAll(ctx, p.books.Load(&x), p.members.Load(&y))
		},
	}
	steps[p.rand.IntN(len(steps))]()
}
