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
		failed, entities, done := map[string]int{}, map[string]int{}, map[string]int{}
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
				if r.Err == nil {
					done[r.Operation]++
				}
				for e, n := range r.Items {
					done["items of "+e] += n.Count
				}
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
		for _, what := range []string{
			"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
			"items of book", "items of member", "items of ~",
		} {
			assert.Positive(t, done[what], "%s in %v", what, done)
		}
		for _, e := range []string{"book", "member", ddbobserve.Companions, ""} {
			assert.Positive(t, entities[e], "%q in %v", e, entities)
		}
	})
}

// began is when the tests did.
var began = time.Now()

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
	b.Spread = b.ID
	if p.rand.IntN(2) == 0 {
		b.Cover, b.Tags = make([]byte, p.rand.IntN(3000)), []string{"a", strconv.Itoa(p.rand.IntN(9))}
		b.Counts, b.Sums, b.Price = []int{p.rand.IntN(1000), -1000}, [][]byte{{1}, {1, 2}}, -p.rand.ExpFloat64()*1e9
	}
	if p.rand.IntN(4) == 0 {
		b.Expires = began.Add(time.Duration(p.rand.IntN(200)-100) * time.Hour)
	}
	return b
}

func (p *program) member() Member {
	return Member{ID: strconv.Itoa(p.rand.IntN(3)), Card: "k" + strconv.Itoa(p.rand.IntN(4)), Notes: map[string]any{"n": []any{1.5, true, nil, "x"}}}
}

// step makes one call, and returns its outcome as text.
func (p *program) step(ctx context.Context) string {
	db := p.db
	if p.rand.IntN(3) == 0 {
		db = db.Consistent()
	}
	books, members := ddb.NewRepository(db, p.books), ddb.NewRepository(db, p.members)
	f, m := p.books.Fields(), p.members.Fields()
	b := p.book()
	onShelf := p.books.Query(Book{Shelf: b.Shelf})
	steps := []func() (any, error){
		func() (any, error) { return books.Get(ctx, b) },
		func() (any, error) { return members.Get(ctx, p.member()) },
		func() (any, error) { return books.Put(ctx, b) },
		func() (any, error) { return books.Create(ctx, b) },
		func() (any, error) {
			return books.Update(ctx, b, ddb.Set(&f.Cover, b.Cover), ddb.If(ddb.Gt(&f.Number, 50)))
		},
		func() (any, error) {
			return nil, books.Delete(ctx, b, ddb.If(ddb.Or(ddb.Eq(&f.Genre, "1"), ddb.In(&f.Number, 1, 2))))
		},
		func() (any, error) { return books.Take(ctx, b) },
		func() (any, error) { return members.Put(ctx, p.member()) },
		func() (any, error) { return members.Create(ctx, p.member()) },
		func() (any, error) {
			return members.Modify(ctx, p.member(), func(x *Member) error { x.Card = p.member().Card; return nil })
		},
		func() (any, error) { return nil, members.Delete(ctx, p.member()) },
		func() (any, error) { return ddb.Collect(members.History().All(ctx, p.member())) },
		func() (any, error) { return nil, members.History().Prune(ctx, p.member(), 1) },
		func() (any, error) { return ddb.Collect(books.Query(ctx, onShelf.Desc().Limit(2))) },
		func() (any, error) {
			return ddb.Collect(books.Query(ctx, onShelf.SortKey(ddb.Between(&f.ID, "1", "4")).Select(&f.Title)))
		},
		func() (any, error) {
			return ddb.Collect(books.Query(ctx, onShelf.SortKey(ddb.StartsWith(&f.ID, "1")).Filter(ddb.Eq(&f.Title, b.Title))))
		},
		func() (any, error) {
			return ddb.Collect(books.Query(ctx, p.books.On(p.byTitle, Book{}).SortKey(ddb.Ge(&f.Title, "T1"))))
		},
		func() (any, error) {
			return ddb.Collect(books.Query(ctx, p.books.On(p.byNum, b).SortKey(ddb.Lt(&f.Number, 5000))))
		},
		func() (any, error) { return ddb.Collect(books.Query(ctx, p.books.On(p.spread, Book{}))) },
		func() (any, error) { return books.Count(ctx, onShelf) },
		func() (any, error) { return books.Page(ctx, onShelf.Limit(1), "") },
		func() (any, error) {
			var to []Book
			err := db.Gather(ctx, onShelf.Collection(), p.books.Into(&to))
			return to, err
		},
		func() (any, error) {
			all, err := ddb.Collect(db.Scan(ctx, &ddb.ScanOptions{Workers: 3})) // in no order
			return len(all), err
		},
		func() (any, error) { return books.BatchGet(ctx, []Book{p.book(), p.book(), p.book()}) },
		func() (any, error) {
			return nil, db.Batch(ctx, p.books.Put(p.book()), p.books.Put(p.book()), p.books.Delete(p.book()), p.members.Put(p.member()))
		},
		func() (any, error) {
			return nil, db.Transact(ctx, p.books.Put(b), p.members.Update(p.member(), ddb.Set(&m.Notes, nil)), p.books.Check(Book{Shelf: "0", ID: "9"}))
		},
		func() (any, error) {
			x, y := b, p.member()
			err := db.TransactGet(ctx, p.books.Load(&x).Optional(new(bool)), p.members.Load(&y).Optional(new(bool)))
			return []any{x, y}, err
		},
		func() (any, error) {
			x, y := b, p.member()
			err := db.LoadAll(ctx, p.books.Load(&x), p.members.Load(&y))
			return []any{x, y}, err
		},
	}
	v, err := steps[p.rand.IntN(len(steps))]()
	return fmt.Sprintf("%v %t", v, err == nil)
}
