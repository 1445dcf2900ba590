package history_test

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
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// numbers collects the numbers that writes were told, and what each of them stored.
type numbers map[int64]int

// told notes the number of a write that succeeded.
func (n numbers) told(t *testing.T, x fixture.Loan) {
	t.Helper()
	_, twice := n[x.Version]
	assert.False(t, twice, "number %d was used twice", x.Version)
	n[x.Version] = x.N
}

// check asserts that each number is in the history with what was stored under it, or was pruned.
func (n numbers) check(t *testing.T, l *fixture.Loans) {
	t.Helper()
	for number, want := range n {
		v, err := l.Other().History().At(t.Context(), fixture.Loan{ID: "1"}, number)
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
	lives := map[string]func(ctx context.Context, r *ddb.Repository[fixture.Loan], told func(fixture.Loan)) error{
		"created, deleted, pruned": func(ctx context.Context, r *ddb.Repository[fixture.Loan], told func(fixture.Loan)) error {
			x, err := r.Create(ctx, fixture.Loan{ID: "1", N: 100})
			told(x)
			return errors.Join(err, r.Delete(ctx, x), r.History().Prune(ctx, x, 1))
		},
		"created, modified, deleted, pruned": func(ctx context.Context, r *ddb.Repository[fixture.Loan], told func(fixture.Loan)) error {
			x, err := r.Create(ctx, fixture.Loan{ID: "1", N: 100})
			told(x)
			y, err2 := r.Modify(ctx, x, func(x *fixture.Loan) error { x.N++; return nil })
			told(y)
			return errors.Join(err, err2, r.Delete(ctx, fixture.Loan{ID: "1"}), r.History().Prune(ctx, x, 1))
		},
		"created, deleted, not pruned": func(ctx context.Context, r *ddb.Repository[fixture.Loan], told func(fixture.Loan)) error {
			x, err := r.Create(ctx, fixture.Loan{ID: "1", N: 100})
			told(x)
			return errors.Join(err, r.Delete(ctx, x))
		},
		"two lives, each pruned": func(ctx context.Context, r *ddb.Repository[fixture.Loan], told func(fixture.Loan)) error {
			var errs []error
			for i := range 2 {
				x, err := r.Create(ctx, fixture.Loan{ID: "1", N: 100 + i})
				told(x)
				errs = append(errs, err, r.Delete(ctx, x), r.History().Prune(ctx, x, 1))
			}
			return errors.Join(errs...)
		},
		"pruned": func(ctx context.Context, r *ddb.Repository[fixture.Loan], _ func(fixture.Loan)) error {
			return r.History().Prune(ctx, fixture.Loan{ID: "1"}, 1)
		},
	}
	writes := map[string]func(context.Context, *fixture.Loans) error{
		"create": func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 7})
			return err
		},
		"put of version 0": func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Repo.Put(ctx, fixture.Loan{ID: "1", N: 7})
			return err
		},
		"create in a transaction": func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Transact(ctx, l.Entity.Create(fixture.Loan{ID: "1", N: 7}), l.Entity.CheckAbsent(fixture.Loan{ID: "8"}))
		},
		"create in a batch": func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Batch(ctx, l.Entity.Create(fixture.Loan{ID: "1", N: 7}))
		},
	}
	seeds := map[string]func(*testing.T, *fixture.Loans, numbers){
		"new": func(*testing.T, *fixture.Loans, numbers) {},
		"after two lives": func(t *testing.T, l *fixture.Loans, told numbers) {
			for i := range 2 {
				x, err := l.Other().Create(t.Context(), fixture.Loan{ID: "1", N: i})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.Other().Delete(t.Context(), x))
			}
		},
		"after two lives, pruned": func(t *testing.T, l *fixture.Loans, told numbers) {
			for i := range 2 {
				x, err := l.Other().Create(t.Context(), fixture.Loan{ID: "1", N: i})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.Other().Delete(t.Context(), x))
				require.NoError(t, l.Other().History().Prune(t.Context(), x, 1))
			}
		},
	}
	for seed, prepare := range seeds {
		for life, live := range lives {
			t.Run(seed+", "+life, func(t *testing.T) {
				t.Parallel()
				for _, verb := range slices.Sorted(maps.Keys(writes)) {
					for try := range 3 { // before which transaction of the write
						l, told := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanHistory), numbers{}
						prepare(t, l, told)
						for range try {
							l.Wire.BeforeNext("TransactWriteItems", func() {})
						}
						l.Wire.BeforeNext("TransactWriteItems", func() {
							assert.NoError(t, live(context.Background(), l.Other(), func(x fixture.Loan) { told.told(t, x) }))
						})
						require.NoError(t, writes[verb](t.Context(), l))
						l.Wire.Clear() // it may have taken fewer transactions
						x, err := l.Other().Consistent().Get(t.Context(), fixture.Loan{ID: "1"})
						require.NoError(t, err)
						told.told(t, x)
						for range 2 {
							x, err = l.Repo.Modify(t.Context(), x, func(x *fixture.Loan) error { x.N++; return nil })
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
				a := fixture.OpenPatrons(t, fixture.PatronHistory)
				other, key := a.Other(), fixture.Patron{ID: "1"}
				_, err := other.Create(t.Context(), fixture.Patron{ID: "1", Note: "first life"})
				require.NoError(t, err)
				require.NoError(t, other.Delete(t.Context(), key))
				var lived fixture.Patron
				meddle := func() {
					lived, err = other.Create(context.Background(), fixture.Patron{ID: "1", Note: "second life"})
					assert.NoError(t, err)
					assert.NoError(t, other.Delete(context.Background(), key))
					if prune {
						assert.NoError(t, other.History().Prune(context.Background(), key, 1))
					}
				}
				for range tries {
					next := meddle
					meddle = func() { a.Client.BeforeTransaction = next }
				}
				a.Client.BeforeTransaction = meddle
				got, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "third life"})
				require.NoError(t, err)
				assert.Greater(t, got.Version, lived.Version)
				for range 2 {
					next, err := a.Repo.Modify(t.Context(), key, func(x *fixture.Patron) error { x.N++; return nil })
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
				l, told := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanHistory), numbers{}
				x, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1"})
				require.NoError(t, err)
				told.told(t, x)
				require.NoError(t, l.Repo.Delete(t.Context(), x))
				do := func() {
					for n := range 2 { // Prune keeps the newest version: that of the first life goes
						x, err := l.Other().Create(context.Background(), fixture.Loan{ID: "1", N: 100 + n})
						assert.NoError(t, err)
						told.told(t, x)
						assert.NoError(t, l.Other().Delete(context.Background(), x))
					}
					assert.NoError(t, l.Other().History().Prune(context.Background(), fixture.Loan{ID: "1"}, 1))
				}
				if after {
					l.Wire.AfterNext(operation, do)
				} else {
					l.Wire.BeforeNext(operation, do)
				}
				x, err = l.Repo.Create(t.Context(), fixture.Loan{ID: "1", N: 7})
				require.NoError(t, err)
				require.True(t, l.Wire.Done())
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
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				l, told, version := fixture.OpenLoans(t, o, fixture.LoanHistory), numbers{}, version
				for range 2 { // Delete, then Take
					attrs, err := l.Entity.Encode(fixture.Loan{ID: "1", N: 1, Version: version})
					require.NoError(t, err)
					if version == 0 {
						delete(attrs, "version")
					}
					l.Put(t, attrs)
					x, err := l.Repo.Modify(t.Context(), fixture.Loan{ID: "1"}, func(x *fixture.Loan) error { x.N = 2; return nil })
					require.NoError(t, err)
					assert.Greater(t, x.Version, version)
					told.told(t, x)
					require.NoError(t, l.Repo.Delete(t.Context(), fixture.Loan{ID: "1"}))
					version = x.Version + 10
				}
				x, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", N: 3})
				require.NoError(t, err)
				told.told(t, x)
				told.check(t, l)
			})
		})
	}
}
