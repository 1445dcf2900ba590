package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbmem"
)

// With a mark, an edit is done once to each item, however often the job dies, loses responses and is resumed.
func TestAMarkedEditIsDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		drop := rapid.SampledFrom([]float64{0, 0.2}).Draw(rt, "lost responses")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(must, "shop")
			w.fill(must, r, "shop", 40)
			before := points(must, w)
			w.engine.SetFaults(ddbmem.Faults{Drop: drop})
			f, g := orders.Fields(), customers.Fields()
			each := func(edit func(ctx context.Context, o ddb.JobOptions) error) error {
				return (&life{w: w, r: r, first: 8}).live(func(ctx context.Context, o ddb.JobOptions) error {
					if o.Resume == "" {
						o.Segments = 5
					}
					o.Workers, o.Rate = workers, 10
					return edit(ctx, o)
				})
			}
			err := errors.Join(
				each(func(ctx context.Context, o ddb.JobOptions) error {
					_, err := ddbjob.Each(ctx, w.db("shop"), orders, []ddb.Cond{ddb.Ge(&f.Points, 3)}, func(o order) ddb.Op {
						return orders.Update(order{Customer: o.Customer, ID: o.ID}, ddb.Add(&f.Points, 1))
					}, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "x")})
					return err
				}),
				each(func(ctx context.Context, o ddb.JobOptions) error {
					_, err := ddbjob.Each(ctx, w.db("shop"), customers, []ddb.Cond{ddb.Lt(&g.Points, 50)}, func(c customer) ddb.Op {
						c.Points++
						c.Email = "new-" + c.Email
						return customers.Replace(c)
					}, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&g.Mark, "x")})
					return err
				}))
			w.engine.SetFaults(ddbmem.Faults{})
			if err != nil {
				return err
			}
			for key, was := range before {
				if n := was.points; was.order && n >= 3 || !was.order && n < 50 {
					was.points++
					was.mark = "x"
					if !was.order {
						was.version++
						was.email = "new-" + was.email
					}
					before[key] = was
				}
			}
			after := points(must, w)
			for key, want := range before {
				if after[key] != want {
					return fmt.Errorf("%s: %+v, not %+v", key, after[key], want)
				}
			}
			uniques := 0
			for key := range w.dump(must, "shop") {
				if strings.Contains(key, "~u#customer~email=") {
					uniques++
				}
			}
			n := 0
			for key := range after {
				if strings.HasPrefix(key, "c") {
					n++
				}
			}
			if uniques != n {
				return fmt.Errorf("%d unique values of %d customers", uniques, n)
			}
			return nil
		}))
	})
}

type state struct {
	order       bool
	points      int
	mark, email string
	version     int64
}

func points(t require.TestingT, w *world) map[string]state {
	out := map[string]state{}
	for v, err := range w.open("shop").Scan(context.Background(), &ddb.ScanOptions{IgnoreUnknown: true}) {
		require.NoError(t, err)
		switch v := v.(type) {
		case order:
			out["o"+v.Customer+"/"+v.ID] = state{order: true, points: v.Points, mark: v.Mark}
		case customer:
			out["c"+v.ID] = state{points: v.Points, mark: v.Mark, email: v.Email, version: v.Version}
		}
	}
	return out
}

// What changes between the look and the write is looked at again: the condition holds for what is edited.
func TestAnItemThatChangesMeanwhileIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	ctx := t.Context()
	repo := ddb.NewRepository(w.open("shop"), orders)
	for i := range 4 {
		_, err := repo.Put(ctx, order{Customer: "1", ID: fmt.Sprint(i), Text: "open", Points: i})
		require.NoError(t, err)
	}
	f := orders.Fields()
	looks := map[string]int{}
	done, err := ddbjob.Each(ctx, w.open("shop"), orders, []ddb.Cond{ddb.Eq(&f.Text, "open")}, func(o order) ddb.Op {
		if looks[o.ID]++; looks[o.ID] == 1 {
			switch o.ID {
			case "0": // it no longer matches
				_, err := repo.Update(ctx, o, ddb.Set(&f.Text, "closed"))
				require.NoError(t, err)
			case "1": // it matches, with other points
				_, err := repo.Update(ctx, o, ddb.Set(&f.Points, 70))
				require.NoError(t, err)
			case "2":
				require.NoError(t, repo.Delete(ctx, o))
			}
		}
		return orders.Update(o, ddb.Set(&f.Points, o.Points*2), ddb.Set(&f.Text, "edited"))
	}, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbjob.Edited{Items: 4, Edited: 2, Passed: 1, Gone: 1}, done)
	have := map[string]string{}
	for o, err := range repo.Scan(ctx, nil) {
		require.NoError(t, err)
		have[o.ID] = fmt.Sprint(o.Text, o.Points)
	}
	assert.Equal(t, map[string]string{"0": "closed0", "1": "edited140", "3": "edited6"}, have)
}

// Without a mark, a lost response is reported where it cannot be told who wrote: the item is not edited again.
func TestALostResponseWithoutAMarkIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	ctx := t.Context()
	repo := ddb.NewRepository(w.open("shop"), orders)
	_, err := repo.Put(ctx, order{Customer: "1", ID: "1"})
	require.NoError(t, err)
	lost := false
	w.engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "UpdateItem" && !lost {
			lost = true
			return ddbmem.Dropped
		}
		return ddbmem.Pass
	}})
	f := orders.Fields()
	done, err := ddbjob.Each(ctx, w.open("shop"), orders, nil, func(o order) ddb.Op { return orders.Update(o, ddb.Add(&f.Points, 1)) }, nil)
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	assert.Equal(t, ddbjob.Edited{Items: 1, Refused: 1}, done)
	o, err := repo.Get(ctx, order{Customer: "1", ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, 1, o.Points)
}

// Items that are refused do not keep others from being edited; a mistake of the program ends the job.
func TestARefusedItemIsReportedAndAMistakeEndsTheJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	ctx := t.Context()
	repo := ddb.NewRepository(w.open("shop"), customers)
	for i := range 5 {
		_, err := repo.Create(ctx, customer{ID: fmt.Sprint(i), Email: fmt.Sprint(i), Tier: "t"})
		require.NoError(t, err)
	}
	done, err := ddbjob.Each(ctx, w.open("shop"), customers, nil, func(c customer) ddb.Op {
		c.Email = "same"
		return customers.Replace(c)
	}, nil)
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	assert.Equal(t, ddbjob.Edited{Items: 5, Edited: 1, Refused: 4}, done)

	f, g := customers.Fields(), orders.Fields()
	for says, edit := range map[string]func(customer) ddb.Op{
		"op on a order":      func(customer) ddb.Op { return orders.Put(order{Customer: "1", ID: "1"}) },
		"op on another item": func(customer) ddb.Op { return customers.Delete(customer{ID: "x"}) },
		"returned a check":   func(c customer) ddb.Op { return customers.Check(c) },
		"is not a field":     func(c customer) ddb.Op { return customers.Update(c, ddb.Set(&g.Text, "x")) },
		"no edits":           func(c customer) ddb.Op { return customers.Update(c) },
	} {
		_, err := ddbjob.Each(ctx, w.open("shop"), customers, []ddb.Cond{ddb.Ne(&f.Tier, "x")}, edit, nil)
		require.ErrorIs(t, err, ddb.ErrModel)
		assert.ErrorContains(t, err, says)
	}
	_, err = ddbjob.Each(ctx, w.open("shop"), customers, []ddb.Cond{ddb.Ne(&g.Text, "x")}, func(customer) ddb.Op { return ddb.Op{} }, nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	done, err = ddbjob.Each(ctx, w.open("shop"), customers, nil, func(customer) ddb.Op { return ddb.Op{} }, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbjob.Edited{Items: 5, Passed: 5}, done)
}
