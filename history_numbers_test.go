package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// numbers collects the numbers that writes were told, and what each of them stored.
type numbers map[int64]int

// told notes the number of a write that succeeded.
func (n numbers) told(t *testing.T, x Loan) {
	t.Helper()
	_, twice := n[x.Version]
	assert.False(t, twice, "number %d was used twice", x.Version)
	n[x.Version] = x.N
}

// check asserts that each number is in the history with what was stored under it, or was pruned.
func (n numbers) check(t *testing.T, l *loans) {
	t.Helper()
	for number, want := range n {
		v, err := l.other().History().At(t.Context(), Loan{ID: "1"}, number)
		if errors.Is(err, ddb.ErrPruned) {
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, want, v.N, "version %d", number)
	}
}

// A Create looks up the newest number, and another process lives through a life of the item and prunes it before the
// transaction: the number that was looked up is asserted.
func TestANumberThatWasLookedUpIsAsserted(t *testing.T) {
	t.Parallel()
	// what another process does to loan 1, before which there were two lives
	lives := map[string]func(ctx context.Context, r *ddb.Repository[Loan], told func(Loan)) error{
		"created, deleted, pruned": func(ctx context.Context, r *ddb.Repository[Loan], told func(Loan)) error {
			x, err := r.Create(ctx, Loan{ID: "1", N: 100})
			told(x)
			return errors.Join(err, r.Delete(ctx, x), r.History().Prune(ctx, x, 1))
		},
		"created, modified, deleted, pruned": func(ctx context.Context, r *ddb.Repository[Loan], told func(Loan)) error {
			x, err := r.Create(ctx, Loan{ID: "1", N: 100})
			told(x)
			y, err2 := r.Modify(ctx, x, func(x *Loan) error { x.N++; return nil })
			told(y)
			return errors.Join(err, err2, r.Delete(ctx, Loan{ID: "1"}), r.History().Prune(ctx, x, 1))
		},
		"created, deleted, not pruned": func(ctx context.Context, r *ddb.Repository[Loan], told func(Loan)) error {
			x, err := r.Create(ctx, Loan{ID: "1", N: 100})
			told(x)
			return errors.Join(err, r.Delete(ctx, x))
		},
		"two lives, each pruned": func(ctx context.Context, r *ddb.Repository[Loan], told func(Loan)) error {
			var errs []error
			for i := range 2 {
				x, err := r.Create(ctx, Loan{ID: "1", N: 100 + i})
				told(x)
				errs = append(errs, err, r.Delete(ctx, x), r.History().Prune(ctx, x, 1))
			}
			return errors.Join(errs...)
		},
		"pruned": func(ctx context.Context, r *ddb.Repository[Loan], _ func(Loan)) error {
			return r.History().Prune(ctx, Loan{ID: "1"}, 1)
		},
	}
	writes := map[string]func(context.Context, *loans) error{
		"create": func(ctx context.Context, l *loans) error {
			_, err := l.repo.Create(ctx, Loan{ID: "1", N: 7})
			return err
		},
		"put of version 0": func(ctx context.Context, l *loans) error {
			_, err := l.repo.Put(ctx, Loan{ID: "1", N: 7})
			return err
		},
		"create in a transaction": func(ctx context.Context, l *loans) error {
			return l.db.Transact(ctx, l.entity.Create(Loan{ID: "1", N: 7}), l.entity.CheckAbsent(Loan{ID: "8"}))
		},
		"create in a batch": func(ctx context.Context, l *loans) error {
			return l.db.Batch(ctx, l.entity.Create(Loan{ID: "1", N: 7}))
		},
	}
	seeds := map[string]func(*testing.T, *loans, numbers){
		"new": func(*testing.T, *loans, numbers) {},
		"after two lives": func(t *testing.T, l *loans, told numbers) {
			for i := range 2 {
				x, err := l.other().Create(t.Context(), Loan{ID: "1", N: i})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.other().Delete(t.Context(), x))
			}
		},
		"after two lives, pruned": func(t *testing.T, l *loans, told numbers) {
			for i := range 2 {
				x, err := l.other().Create(t.Context(), Loan{ID: "1", N: i})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.other().Delete(t.Context(), x))
				require.NoError(t, l.other().History().Prune(t.Context(), x, 1))
			}
		},
	}
	for seed, prepare := range seeds {
		for life, live := range lives {
			t.Run(seed+", "+life, func(t *testing.T) {
				t.Parallel()
				for _, verb := range slices.Sorted(maps.Keys(writes)) {
					for try := range 3 { // before which transaction of the write
						l, told := openLoans(t, ddb.Options{}, loanHistory), numbers{}
						prepare(t, l, told)
						for range try {
							l.wire.beforeNext("TransactWriteItems", func() {})
						}
						l.wire.beforeNext("TransactWriteItems", func() {
							assert.NoError(t, live(context.Background(), l.other(), func(x Loan) { told.told(t, x) }))
						})
						require.NoError(t, writes[verb](t.Context(), l))
						l.wire.clear() // it may have taken fewer transactions
						x, err := l.other().Consistent().Get(t.Context(), Loan{ID: "1"})
						require.NoError(t, err)
						told.told(t, x)
						for range 2 {
							x, err = l.repo.Modify(t.Context(), x, func(x *Loan) error { x.N++; return nil })
							require.NoError(t, err)
							told.told(t, x)
						}
						told.check(t, l)
						require.False(t, t.Failed(), "%s, transaction %d", verb, try)
					}
				}
			})
		}
	}
}

// The same in a table without TTL, where a Create looks up the newest number only when the first one is taken.
func TestANumberThatIsLookedUpLateIsAsserted(t *testing.T) {
	t.Parallel()
	for _, tries := range []int{0, 1} {
		for _, prune := range []bool{false, true} {
			t.Run(fmt.Sprintf("transaction %d, pruned %t", tries, prune), func(t *testing.T) {
				t.Parallel()
				a := openPatrons(t, patronHistory)
				other, key := a.other(), Patron{ID: "1"}
				_, err := other.Create(t.Context(), Patron{ID: "1", Note: "first life"})
				require.NoError(t, err)
				require.NoError(t, other.Delete(t.Context(), key))
				var lived Patron
				meddle := func() {
					lived, err = other.Create(context.Background(), Patron{ID: "1", Note: "second life"})
					assert.NoError(t, err)
					assert.NoError(t, other.Delete(context.Background(), key))
					if prune {
						assert.NoError(t, other.History().Prune(context.Background(), key, 1))
					}
				}
				for range tries {
					next := meddle
					meddle = func() { a.client.beforeTransaction = next }
				}
				a.client.beforeTransaction = meddle
				got, err := a.repo.Create(t.Context(), Patron{ID: "1", Note: "third life"})
				require.NoError(t, err)
				assert.Greater(t, got.Version, lived.Version)
				for range 2 {
					next, err := a.repo.Modify(t.Context(), key, func(x *Patron) error { x.N++; return nil })
					require.NoError(t, err)
					assert.Equal(t, got.Version+1, next.Version)
					got = next
				}
			})
		}
	}
}

// The same between the two reads that look a number up.
func TestANumberIsLookedUpInOrder(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"GetItem", "Query"} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprint(operation, " ", after), func(t *testing.T) {
				t.Parallel()
				l, told := openLoans(t, ddb.Options{}, loanHistory), numbers{}
				x, err := l.repo.Create(t.Context(), Loan{ID: "1"})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.repo.Delete(t.Context(), x))
				do := func() {
					for n := range 2 { // Prune keeps the newest version: that of the first life goes
						x, err := l.other().Create(context.Background(), Loan{ID: "1", N: 100 + n})
						assert.NoError(t, err)
						told.told(t, x)
						assert.NoError(t, l.other().Delete(context.Background(), x))
					}
					assert.NoError(t, l.other().History().Prune(context.Background(), Loan{ID: "1"}, 1))
				}
				if after {
					l.wire.afterNext(operation, do)
				} else {
					l.wire.beforeNext(operation, do)
				}
				x, err = l.repo.Create(t.Context(), Loan{ID: "1", N: 7})
				require.NoError(t, err)
				require.True(t, l.wire.done())
				told.told(t, x)
				told.check(t, l)
			})
		}
	}
}

// Items from before the history, whose numbers it does not hold, go on from their own.
func TestNumbersOfItemsFromBeforeTheHistoryGoOn(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]int64{"without a version": 0, "with version 57": 57} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBothPaths(t, func(t *testing.T, o ddb.Options) {
				l, told, version := openLoans(t, o, loanHistory), numbers{}, version
				for range 2 { // Delete, then Take
					attrs, err := l.entity.Encode(Loan{ID: "1", N: 1, Version: version})
					require.NoError(t, err)
					if version == 0 {
						delete(attrs, "version")
					}
					l.put(t, attrs)
					x, err := l.repo.Modify(t.Context(), Loan{ID: "1"}, func(x *Loan) error { x.N = 2; return nil })
					require.NoError(t, err)
					assert.Greater(t, x.Version, version)
					told.told(t, x)
					require.NoError(t, l.repo.Delete(t.Context(), Loan{ID: "1"}))
					version = x.Version + 10
				}
				x, err := l.repo.Create(t.Context(), Loan{ID: "1", N: 3})
				require.NoError(t, err)
				told.told(t, x)
				told.check(t, l)
			})
		})
	}
}
