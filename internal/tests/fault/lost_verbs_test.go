package fault_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// scriptWrites makes writes, of whatever operation, go wrong in this order, and those that follow go well.
func scriptWrites(faults ...ddbmem.Fault) ddbmem.Faults {
	var n atomic.Int64
	return ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		writes := strings.HasSuffix(c.Operation, "WriteItems") || slices.Contains([]string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}, c.Operation)
		if !writes || c.Item {
			return ddbmem.Pass
		}
		if i := int(n.Add(1)) - 1; i < len(faults) {
			return faults[i]
		}
		return ddbmem.Pass
	}}
}

// lostWrite is a write of loan 1, which has N 10 before, or of loan 2, which is not there.
type lostWrite struct {
	run  func(context.Context, *fixture.Loans) error
	done func(map[string]fixture.Loan) int // how often it was done, from what is stored
}

func lostWrites() map[string]lostWrite {
	key := fixture.Loan{ID: "1"}
	added := func(live map[string]fixture.Loan) int { return live["1"].N - 10 }
	put := func(live map[string]fixture.Loan) int { return live["1"].N / 50 }
	gone := func(live map[string]fixture.Loan) int { return 1 - min(live["1"].N, 1) }
	made := func(live map[string]fixture.Loan) int { return min(live["2"].N, 1) }
	whole := fixture.Loan{ID: "1", Email: "b@x", N: 50, Version: 1}
	ops := map[string]struct {
		op   func(l *fixture.Loans) ddb.Op
		done func(map[string]fixture.Loan) int
	}{
		"create":            {func(l *fixture.Loans) ddb.Op { return l.Entity.Create(fixture.Loan{ID: "2", Email: "2@x", N: 1}) }, made},
		"put of a new item": {func(l *fixture.Loans) ddb.Op { return l.Entity.Put(fixture.Loan{ID: "2", Email: "2@x", N: 1}) }, made},
		"put":               {func(l *fixture.Loans) ddb.Op { return l.Entity.Put(whole) }, put},
		"put with an If":    {func(l *fixture.Loans) ddb.Op { return l.Entity.Put(whole, ddb.If(ddb.Eq(&l.Fields.N, 10))) }, put},
		"replace":           {func(l *fixture.Loans) ddb.Op { return l.Entity.Replace(whole) }, put},
		"update":            {func(l *fixture.Loans) ddb.Op { return l.Entity.Update(key, ddb.Add(&l.Fields.N, 1)) }, added},
		"update with an If": {func(l *fixture.Loans) ddb.Op {
			return l.Entity.Update(key, ddb.Add(&l.Fields.N, 1), ddb.If(ddb.Eq(&l.Fields.N, 10)))
		}, added},
		"update once": {func(l *fixture.Loans) ddb.Op { return l.Entity.Update(key, ddb.Add(&l.Fields.N, 1), ddb.Once) }, added},
		"upsert":      {func(l *fixture.Loans) ddb.Op { return l.Entity.Upsert(key, ddb.Add(&l.Fields.N, 1)) }, added},
		"upsert anew": {func(l *fixture.Loans) ddb.Op { return l.Entity.Upsert(fixture.Loan{ID: "2"}, ddb.Add(&l.Fields.N, 1)) }, made},
		"delete":      {func(l *fixture.Loans) ddb.Op { return l.Entity.Delete(key) }, gone},
		"delete once": {func(l *fixture.Loans) ddb.Op { return l.Entity.Delete(key, ddb.Once) }, gone},
		"delete of one": {func(l *fixture.Loans) ddb.Op {
			return l.Entity.Delete(fixture.Loan{ID: "1", Version: 1}, ddb.If(ddb.Eq(&l.Fields.N, 10)))
		}, gone},
		"move": {func(l *fixture.Loans) ddb.Op {
			return l.Entity.Move(key, fixture.Loan{ID: "2", Email: "b@x", N: 1, Note: "moved"})
		}, func(live map[string]fixture.Loan) int { return gone(live) * made(live) }},
	}
	out := map[string]lostWrite{
		"take": {func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Repo.Take(ctx, key)
			return err
		}, gone},
		"update that returns the item": {func(ctx context.Context, l *fixture.Loans) error {
			got, err := l.Repo.Update(ctx, key, ddb.Add(&l.Fields.N, 1))
			if err == nil && got.N < 11 {
				err = fmt.Errorf("returned %d", got.N)
			}
			return err
		}, added},
		"modify": {func(ctx context.Context, l *fixture.Loans) error {
			runs := 0
			got, err := l.Repo.Modify(ctx, key, func(x *fixture.Loan) error { runs++; x.N++; return nil })
			if runs > 1 || err == nil && got.N != 11 {
				err = fmt.Errorf("%d runs, returned %d: %w", runs, got.N, err)
			}
			return err
		}, added},
	}
	for name, c := range ops {
		out[name] = lostWrite{func(ctx context.Context, l *fixture.Loans) error { return l.DB.Do(ctx, c.op(l)) }, c.done}
		out[name+" in a transaction"] = lostWrite{func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Transact(ctx, c.op(l), l.Entity.Check(fixture.Loan{ID: "guard"}))
		}, c.done}
		out[name+" in a batch"] = lostWrite{func(ctx context.Context, l *fixture.Loans) error { return l.DB.Batch(ctx, c.op(l)) }, c.done}
	}
	return out
}

// lostScripts are ways in which a request can fail beside a lost response.
var lostScripts = map[string][]ddbmem.Fault{
	"lost":                               {ddbmem.Dropped},
	"lost twice":                         {ddbmem.Dropped, ddbmem.Dropped},
	"lost, then in conflict":             {ddbmem.Dropped, ddbmem.Conflicting},
	"lost, then throttled":               {ddbmem.Dropped, ddbmem.Throttled},
	"lost, then an internal error":       {ddbmem.Dropped, ddbmem.InternalError},
	"in conflict, then lost":             {ddbmem.Conflicting, ddbmem.Dropped},
	"in conflict, lost, in conflict":     {ddbmem.Conflicting, ddbmem.Dropped, ddbmem.Conflicting},
	"lost, then in conflict for long":    {ddbmem.Dropped, ddbmem.Conflicting, ddbmem.Conflicting, ddbmem.Conflicting, ddbmem.Conflicting},
	"lost by each of the SDK's attempts": {ddbmem.Dropped, ddbmem.Dropped, ddbmem.Dropped},
}

// requireTruth asserts that what a write says of itself is so: nothing, and it was done; a class, and it was not; or that it
// does not know.
func requireTruth(t *testing.T, name string, err error, times int) {
	t.Helper()
	if err == nil {
		require.Positive(t, times, "%s says that it was done", name)
		return
	}
	if failed, ok := errors.AsType[*ddb.BatchError](err); ok {
		unknown := failed.Outcomes[0] == ddb.WriteUnknown
		require.Equal(t, unknown, errors.Is(err, ddb.ErrOutcomeUnknown), "%s: the outcome and the error agree: %v", name, err)
	}
	if errors.Is(err, ddb.ErrOutcomeUnknown) {
		fixture.RequireUnknown(t, err)
		return
	}
	require.Zero(t, times, "%s says that nothing was done: %v", name, err)
}

// What a write says after any response was lost is true, for each verb, alone, in a transaction and in a batch. Where tests
// do not run in full, each verb meets every third way in which a response is lost.
func TestWhatIsSaidOfAWriteAfterALostResponseIsTrue(t *testing.T) {
	t.Parallel()
	writes := lostWrites()
	every := scale.Of(1, 3)
	for kind, declare := range fixture.LoanKinds {
		for n, script := range slices.Sorted(maps.Keys(lostScripts)) {
			t.Run(kind+", "+script, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for i, name := range slices.Sorted(maps.Keys(writes)) {
						if (i+n)%every != 0 {
							continue
						}
						l := openLost(t, i, declare)
						l.Engine.SetFaults(scriptWrites(lostScripts[script]...))
						err := writes[name].run(t.Context(), l)
						l.Engine.SetFaults(ddbmem.Faults{})
						if errors.Is(err, ddb.ErrModel) { // refused for such an entity
							continue
						}
						times := writes[name].done(l.Live(t))
						requireTruth(t, name, err, times)
						if versioned := kind != "plain" && kind != "unique"; versioned || strings.Contains(name, "once") || strings.Contains(name, "transaction") {
							require.LessOrEqual(t, times, 1, "%s was done twice", name)
						}
						if strings.Contains(kind, "unique") {
							l.Holders(t)
						}
						if strings.Contains(kind, "history") {
							versionsAgree(t, l)
						}
						require.False(t, t.Failed(), "%s: %v", name, err)
					}
				})
			})
		}
	}
}

// openLost opens loans with an item to write, and one to check.
func openLost(t *testing.T, i int, declare []func(*fixture.Loan, *ddb.Definition)) *fixture.Loans {
	t.Helper()
	l := fixture.OpenLoans(t, ddb.Options{UseAttributeMaps: i%2 == 0, MaxAttempts: 6}, declare...)
	for _, x := range []fixture.Loan{{ID: "1", Email: "a@x", N: 10}, {ID: "guard"}} {
		_, err := l.Repo.Create(t.Context(), x)
		require.NoError(t, err)
	}
	return l
}

// versionsAgree asserts that the newest version of each loan is the loan as it is.
func versionsAgree(t *testing.T, l *fixture.Loans) {
	t.Helper()
	for _, x := range l.Live(t) {
		for v, err := range l.Repo.History().All(t.Context(), x) {
			require.NoError(t, err)
			require.Equal(t, x.Version, v.Version)
			require.Equal(t, x.N, v.N)
			break
		}
	}
}

// What can be recognized is not unknown: a versioned item by its stamp, a transaction by its token, an item that was created
// by comparing it.
func TestAWriteRecognizesItsOwnWork(t *testing.T) {
	t.Parallel()
	writes := lostWrites()
	known := map[string][]string{
		"plain": {"create", "put", "put of a new item", "replace", "update once", "delete", "delete once", "update in a transaction", "create in a transaction", "move"},
		"versioned": {
			"create", "put", "put of a new item", "put with an If", "replace", "update", "update with an If", "update once", "upsert", "upsert anew", "modify", "move", "delete",
			"create in a batch", "put in a batch", "put with an If in a batch", "replace in a batch", "update in a batch", "update with an If in a batch",
			"update that returns the item", "update with an If in a transaction", "delete of one in a transaction",
		},
		"unique":  {"create", "put", "replace", "delete", "move", "put in a batch"},
		"history": {"create", "put", "replace", "modify", "delete", "take", "put in a batch", "modify"},
	}
	for kind, names := range known {
		for _, script := range []string{"lost", "lost twice", "lost, then in conflict", "lost, then throttled", "lost, then an internal error", "in conflict, lost, in conflict"} {
			t.Run(kind+", "+script, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for i, name := range names {
						l := openLost(t, i, fixture.LoanKinds[kind])
						l.Engine.SetFaults(scriptWrites(lostScripts[script]...))
						require.NoError(t, writes[name].run(t.Context(), l), name)
						l.Engine.SetFaults(ddbmem.Faults{})
						require.Equal(t, 1, writes[name].done(l.Live(t)), name)
					}
				})
			})
		}
	}
}
