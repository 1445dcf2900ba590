package fault_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// oldWrites are the writes of loan 1 that return it as it was.
func oldWrites(l *fixture.Loans) map[string]func(context.Context, ...ddb.Option) (fixture.Loan, error) {
	key := fixture.Loan{ID: "1"}
	whole := func(ctx context.Context) fixture.Loan {
		have, _ := l.Other().Consistent().Get(ctx, key)
		return fixture.Loan{ID: "1", Email: "new@x", N: 50, Version: have.Version}
	}
	edits := func(opts []ddb.Option) []ddb.Edit {
		out := []ddb.Edit{ddb.Add(&l.Fields.N, 1)}
		for _, o := range opts {
			out = append(out, o)
		}
		return out
	}
	old := func(opts []ddb.Option) []ddb.Option { return append(opts, ddb.ReturnOld) }
	return map[string]func(context.Context, ...ddb.Option) (fixture.Loan, error){
		"put": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Put(ctx, whole(ctx), old(o)...)
		},
		"replace": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Replace(ctx, whole(ctx), old(o)...)
		},
		"update": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Update(ctx, key, edits(old(o))...)
		},
		"update of a unique field": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Update(ctx, key, append(edits(old(o)), ddb.Set(&l.Fields.Email, "new@x"))...)
		},
		"upsert": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Upsert(ctx, key, edits(old(o))...)
		},
		"modify": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Modify(ctx, key, func(x *fixture.Loan) error { x.N++; return nil }, old(o)...)
		},
		"move": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) {
			return l.Repo.Move(ctx, key, fixture.Loan{ID: "2", Email: "new@x", N: 7}, old(o)...)
		},
		"take": func(ctx context.Context, o ...ddb.Option) (fixture.Loan, error) { return l.Repo.Take(ctx, key, o...) },
	}
}

// A transaction returns nothing: what it replaced is returned all the same, and nothing that nobody read.
func TestTheItemAsItWasIsReturnedWhicheverWayTheWriteGoes(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		for name, opts := range map[string][]ddb.Option{"alone": nil, "once": {ddb.Once}} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
					for verb := range oldWrites(fixture.OpenLoans(t, o, declare...)) {
						l := fixture.OpenLoans(t, o, declare...)
						want, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", Note: "note", N: 10})
						require.NoError(t, err)
						got, err := oldWrites(l)[verb](t.Context(), opts...)
						if errors.Is(err, ddb.ErrModel) { // refused for such an entity
							continue
						}
						require.NoError(t, err, verb)
						assert.Equal(t, want, got, verb)
					}
				})
			})
		}
	}
}

// Where there was nothing, or only what is left of an expired item, nothing is returned; a Take finds nothing.
func TestWhereThereWasNothingNothingIsReturned(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		for _, expired := range []bool{false, true} {
			for name, opts := range map[string][]ddb.Option{"alone": {ddb.ReturnOld}, "once": {ddb.ReturnOld, ddb.Once}} {
				t.Run(kind+", "+name, func(t *testing.T) {
					t.Parallel()
					l := fixture.OpenLoans(t, ddb.Options{}, declare...)
					if expired {
						_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", Expires: l.Clock.Read().Add(time.Hour)})
						require.NoError(t, err)
						l.Clock.Advance(2 * time.Hour)
					}
					_, err := l.Repo.Take(t.Context(), fixture.Loan{ID: "1"}, opts[1:]...)
					fixture.RequireClass(t, ddb.ErrNotFound, err)
					_, err = l.Repo.Replace(t.Context(), fixture.Loan{ID: "1"}, opts...)
					require.True(t, errors.Is(err, ddb.ErrNotFound) || errors.Is(err, ddb.ErrConflict), "%v", err)
					if kind == "plain" || kind == "versioned" {
						edits := []ddb.Edit{ddb.Add(&l.Fields.N, 1)}
						for _, o := range opts {
							edits = append(edits, o)
						}
						got, err := l.Repo.Upsert(t.Context(), fixture.Loan{ID: "1"}, edits...)
						require.NoError(t, err)
						assert.Zero(t, got)
						require.NoError(t, l.Repo.Delete(t.Context(), fixture.Loan{ID: "1"}))
					}
					got, err := l.Repo.Put(t.Context(), fixture.Loan{ID: "1", N: 5}, opts...)
					require.NoError(t, err)
					assert.Zero(t, got)
					assert.Equal(t, 5, l.Live(t)["1"].N)
				})
			}
		}
	}
}

// What is returned is what the write replaced, not what it read before another process wrote.
func TestWhatIsReturnedIsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		for _, once := range []bool{false, true} {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				for verb := range oldWrites(fixture.OpenLoans(t, ddb.Options{}, declare...)) {
					l := fixture.OpenLoans(t, ddb.Options{}, declare...)
					_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					l.Wire.BeforeNext("TransactWriteItems", func() {
						x, err := l.Other().Consistent().Get(context.Background(), fixture.Loan{ID: "1"})
						assert.NoError(t, err)
						x.N = 20
						_, err = l.Other().Put(context.Background(), x)
						assert.NoError(t, err)
					})
					var opts []ddb.Option
					if once {
						opts = append(opts, ddb.Once)
					}
					got, err := oldWrites(l)[verb](t.Context(), opts...)
					if err != nil {
						continue // it says that the item changed
					}
					want := 20
					if !l.Wire.Done() { // it was no transaction
						want = 10
					}
					assert.Equal(t, want, got.N, verb)
				}
			})
		}
	}
}

// Another process deletes the item between the read of a Take and its transaction.
func TestATakeThatLosesTheRaceTakesNothing(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := fixture.OpenLoans(t, ddb.Options{}, declare...)
			_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", N: 10})
			require.NoError(t, err)
			var taken fixture.Loan
			l.Wire.BeforeNext("TransactWriteItems", func() {
				taken, err = l.Other().Take(context.Background(), fixture.Loan{ID: "1"})
				assert.NoError(t, err)
			})
			_, err = l.Repo.Take(t.Context(), fixture.Loan{ID: "1"}, ddb.Once)
			fixture.RequireClass(t, ddb.ErrNotFound, err)
			assert.Equal(t, 10, taken.N, "one of the two took it")
		})
	}
}

// A response with the old item was lost, and the request sent again meets its own work: that is not what was there before.
func TestAWriteDoesNotReturnItsOwnWorkAsOld(t *testing.T) {
	t.Parallel()
	every := scale.Of(1, 3) // of the ways in which a response is lost
	for kind, declare := range fixture.LoanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				for i, verb := range slices.Sorted(maps.Keys(oldWrites(fixture.OpenLoans(t, o, declare...)))) {
					for n, script := range slices.Sorted(maps.Keys(lostScripts)) {
						if (i+n)%every != 0 {
							continue
						}
						synctest.Test(t, func(t *testing.T) {
							l := fixture.OpenLoans(t, o, declare...)
							_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", N: 10})
							require.NoError(t, err)
							l.Engine.SetFaults(scriptWrites(lostScripts[script]...))
							got, err := oldWrites(l)[verb](t.Context())
							l.Engine.SetFaults(ddbmem.Faults{})
							switch {
							case errors.Is(err, ddb.ErrModel):
							case err != nil:
								fixture.RequireUnknown(t, err)
							default:
								require.Equal(t, 10, got.N, "%s, %s", verb, script)
							}
						})
					}
				}
			})
		})
	}
}

// A conflict that lasts is a conflict: it does not say that there is no item.
func TestALastingConflictIsNoMissingItem(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for verb := range oldWrites(fixture.OpenLoans(t, ddb.Options{}, declare...)) {
				synctest.Test(t, func(t *testing.T) {
					l := fixture.OpenLoans(t, ddb.Options{MaxAttempts: 3}, declare...)
					_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					for _, opts := range [][]ddb.Option{nil, {ddb.Once}} {
						l.Engine.SetFaults(scriptWrites(fixture.Forever(nil, ddbmem.Conflicting)...))
						_, err = oldWrites(l)[verb](t.Context(), opts...)
						l.Engine.SetFaults(ddbmem.Faults{})
						if !errors.Is(err, ddb.ErrModel) {
							fixture.RequireClass(t, ddb.ErrConflict, err)
						}
					}
					require.Equal(t, 10, l.Live(t)["1"].N, verb)
				})
			}
		})
	}
}
