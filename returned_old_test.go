package ddb_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// oldWrites are the writes of loan 1 that return it as it was.
func oldWrites(l *loans) map[string]func(context.Context, ...ddb.Option) (Loan, error) {
	key := Loan{ID: "1"}
	whole := func(ctx context.Context) Loan {
		have, _ := l.other().Consistent().Get(ctx, key)
		return Loan{ID: "1", Email: "new@x", N: 50, Version: have.Version}
	}
	edits := func(opts []ddb.Option) []ddb.Edit {
		out := []ddb.Edit{ddb.Add(&l.f.N, 1)}
		for _, o := range opts {
			out = append(out, o)
		}
		return out
	}
	old := func(opts []ddb.Option) []ddb.Option { return append(opts, ddb.ReturnOld) }
	return map[string]func(context.Context, ...ddb.Option) (Loan, error){
		"put": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Put(ctx, whole(ctx), old(o)...)
		},
		"replace": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Replace(ctx, whole(ctx), old(o)...)
		},
		"update": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Update(ctx, key, edits(old(o))...)
		},
		"update of a unique field": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Update(ctx, key, append(edits(old(o)), ddb.Set(&l.f.Email, "new@x"))...)
		},
		"upsert": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Upsert(ctx, key, edits(old(o))...)
		},
		"modify": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Modify(ctx, key, func(x *Loan) error { x.N++; return nil }, old(o)...)
		},
		"move": func(ctx context.Context, o ...ddb.Option) (Loan, error) {
			return l.repo.Move(ctx, key, Loan{ID: "2", Email: "new@x", N: 7}, old(o)...)
		},
		"take": func(ctx context.Context, o ...ddb.Option) (Loan, error) { return l.repo.Take(ctx, key, o...) },
	}
}

// A transaction returns nothing: what it replaced is returned all the same, and nothing that nobody read.
func TestTheItemAsItWasIsReturnedWhicheverWayTheWriteGoes(t *testing.T) {
	t.Parallel()
	for kind, declare := range loanKinds {
		for name, opts := range map[string][]ddb.Option{"alone": nil, "once": {ddb.Once}} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				onBothPaths(t, func(t *testing.T, o ddb.Options) {
					for verb := range oldWrites(openLoans(t, o, declare...)) {
						l := openLoans(t, o, declare...)
						want, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", Note: "note", N: 10})
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
	for kind, declare := range loanKinds {
		for _, expired := range []bool{false, true} {
			for name, opts := range map[string][]ddb.Option{"alone": {ddb.ReturnOld}, "once": {ddb.ReturnOld, ddb.Once}} {
				t.Run(kind+", "+name, func(t *testing.T) {
					t.Parallel()
					l := openLoans(t, ddb.Options{}, declare...)
					if expired {
						_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", Expires: l.clock.read().Add(time.Hour)})
						require.NoError(t, err)
						l.clock.advance(2 * time.Hour)
					}
					_, err := l.repo.Take(t.Context(), Loan{ID: "1"}, opts[1:]...)
					requireClass(t, ddb.ErrNotFound, err)
					_, err = l.repo.Replace(t.Context(), Loan{ID: "1"}, opts...)
					require.True(t, errors.Is(err, ddb.ErrNotFound) || errors.Is(err, ddb.ErrConflict), "%v", err)
					if kind == "plain" || kind == "versioned" {
						edits := []ddb.Edit{ddb.Add(&l.f.N, 1)}
						for _, o := range opts {
							edits = append(edits, o)
						}
						got, err := l.repo.Upsert(t.Context(), Loan{ID: "1"}, edits...)
						require.NoError(t, err)
						assert.Zero(t, got)
						require.NoError(t, l.repo.Delete(t.Context(), Loan{ID: "1"}))
					}
					got, err := l.repo.Put(t.Context(), Loan{ID: "1", N: 5}, opts...)
					require.NoError(t, err)
					assert.Zero(t, got)
					assert.Equal(t, 5, l.live(t)["1"].N)
				})
			}
		}
	}
}

// What is returned is what the write replaced, not what it read before another process wrote.
func TestWhatIsReturnedIsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	for kind, declare := range loanKinds {
		for _, once := range []bool{false, true} {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				for verb := range oldWrites(openLoans(t, ddb.Options{}, declare...)) {
					l := openLoans(t, ddb.Options{}, declare...)
					_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					l.wire.beforeNext("TransactWriteItems", func() {
						x, err := l.other().Consistent().Get(context.Background(), Loan{ID: "1"})
						assert.NoError(t, err)
						x.N = 20
						_, err = l.other().Put(context.Background(), x)
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
					if !l.wire.done() { // it was no transaction
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
	for kind, declare := range loanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := openLoans(t, ddb.Options{}, declare...)
			_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", N: 10})
			require.NoError(t, err)
			var taken Loan
			l.wire.beforeNext("TransactWriteItems", func() {
				taken, err = l.other().Take(context.Background(), Loan{ID: "1"})
				assert.NoError(t, err)
			})
			_, err = l.repo.Take(t.Context(), Loan{ID: "1"}, ddb.Once)
			requireClass(t, ddb.ErrNotFound, err)
			assert.Equal(t, 10, taken.N, "one of the two took it")
		})
	}
}

// A response with the old item was lost, and the request sent again meets its own work: that is not what was there before.
func TestAWriteDoesNotReturnItsOwnWorkAsOld(t *testing.T) {
	t.Parallel()
	for kind, declare := range loanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			onBothPaths(t, func(t *testing.T, o ddb.Options) {
				for verb := range oldWrites(openLoans(t, o, declare...)) {
					for script, faults := range lostScripts {
						synctest.Test(t, func(t *testing.T) {
							l := openLoans(t, o, declare...)
							_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", N: 10})
							require.NoError(t, err)
							l.engine.SetFaults(scriptWrites(faults...))
							got, err := oldWrites(l)[verb](t.Context())
							l.engine.SetFaults(ddbmem.Faults{})
							switch {
							case errors.Is(err, ddb.ErrModel):
							case err != nil:
								requireUnknown(t, err)
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
	for kind, declare := range loanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for verb := range oldWrites(openLoans(t, ddb.Options{}, declare...)) {
				synctest.Test(t, func(t *testing.T) {
					l := openLoans(t, ddb.Options{MaxAttempts: 3}, declare...)
					_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					for _, opts := range [][]ddb.Option{nil, {ddb.Once}} {
						l.engine.SetFaults(scriptWrites(forever(nil, ddbmem.Conflicting)...))
						_, err = oldWrites(l)[verb](t.Context(), opts...)
						l.engine.SetFaults(ddbmem.Faults{})
						if !errors.Is(err, ddb.ErrModel) {
							requireClass(t, ddb.ErrConflict, err)
						}
					}
					require.Equal(t, 10, l.live(t)["1"].N, verb)
				})
			}
		})
	}
}
