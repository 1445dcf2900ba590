package write_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// An Update of a unique field read no item, and another process created one before the write: the new value is claimed and
// the old one given up.
func TestAnUpdateOfAUniqueFieldSeesAnItemThatWasJustCreated(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		l := fixture.OpenLoans(t, opts, fixture.LoanUnique)
		l.Wire.AfterNext("GetItem", func() {
			_, err := l.Other().Create(context.Background(), fixture.Loan{ID: "1", Email: "old@x"})
			assert.NoError(t, err)
		})
		got, err := l.Repo.Update(t.Context(), fixture.Loan{ID: "1"}, ddb.Set(&l.Fields.Email, "new@x"))
		require.NoError(t, err)
		require.Equal(t, "new@x", got.Email)
		require.True(t, l.Wire.Done())
		assert.Equal(t, fixture.Held{"new@x": "1"}, l.Holders(t))
		_, err = l.Repo.Create(t.Context(), fixture.Loan{ID: "2", Email: "new@x"})
		fixture.RequireClass(t, ddb.ErrNotUnique, err)
		_, err = l.Repo.Create(t.Context(), fixture.Loan{ID: "3", Email: "old@x"})
		require.NoError(t, err)
	})
}

// uniqueWrites are writes of loan 1, in every verb that moves constraints, as ops and by themselves.
func uniqueWrites(l *fixture.Loans) map[string]func(context.Context) error {
	e, f, key := l.Entity, l.Fields, fixture.Loan{ID: "1"}
	version := func(ctx context.Context) int64 {
		have, _ := l.Other().Consistent().Get(ctx, key)
		return have.Version
	}
	put := func(ctx context.Context) fixture.Loan {
		return fixture.Loan{ID: "1", Email: "new@x", Version: version(ctx)}
	}
	ops := map[string]func(context.Context) ddb.Op{
		"update": func(context.Context) ddb.Op { return e.Update(key, ddb.Set(&f.Email, "new@x")) },
		"update of the time to live": func(context.Context) ddb.Op {
			return e.Update(key, ddb.Set(&f.Expires, l.Clock.Read().Add(7*time.Hour)))
		},
		"remove":            func(context.Context) ddb.Op { return e.Update(key, ddb.Remove(&f.Email)) },
		"put":               func(ctx context.Context) ddb.Op { return e.Put(put(ctx)) },
		"replace":           func(ctx context.Context) ddb.Op { return e.Replace(put(ctx)) },
		"delete":            func(context.Context) ddb.Op { return e.Delete(key) },
		"delete by example": func(context.Context) ddb.Op { return e.Delete(fixture.Loan{ID: "1", Email: "old@x"}) },
		"move": func(context.Context) ddb.Op {
			return e.Move(key, fixture.Loan{ID: "9", Email: "new@x", Note: "moved"})
		},
	}
	out := map[string]func(context.Context) error{
		"modify": func(ctx context.Context) error {
			_, err := l.Repo.Modify(ctx, key, func(x *fixture.Loan) error { x.Email = "new@x"; return nil })
			return err
		},
		"take": func(ctx context.Context) error {
			_, err := l.Repo.Take(ctx, key)
			return err
		},
		"put once": func(ctx context.Context) error {
			_, err := l.Repo.Put(ctx, put(ctx), ddb.Once, ddb.ReturnOld)
			return err
		},
	}
	for name, op := range ops {
		out[name] = func(ctx context.Context) error { return l.DB.Do(ctx, op(ctx)) }
		out[name+" in a transaction"] = func(ctx context.Context) error { return l.DB.Transact(ctx, op(ctx)) }
		out[name+" in a batch"] = func(ctx context.Context) error { return l.DB.Batch(ctx, op(ctx)) }
	}
	return out
}

// Whatever another process does between the read of a write and the write itself, each value has one holder, and no
// constraint is left behind. Where tests do not run in full, each verb meets every third way of getting in between.
func TestConstraintsFollowWhateverGetsInBetween(t *testing.T) {
	t.Parallel()
	const id = "1"
	seed := func(t *testing.T, l *fixture.Loans) {
		t.Helper()
		_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: id, Email: "old@x"})
		require.NoError(t, err)
	}
	change := func(ctx context.Context, l *fixture.Loans, how func(*fixture.Loan)) error {
		x, err := l.Other().Consistent().Get(ctx, fixture.Loan{ID: id})
		if err != nil {
			return err
		}
		how(&x)
		_, err = l.Other().Put(ctx, x)
		return err
	}
	interferences := map[string]struct {
		before func(*testing.T, *fixture.Loans)
		do     func(context.Context, *fixture.Loans) error
	}{
		"created": {nil, func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Other().Create(ctx, fixture.Loan{ID: id, Email: "old@x"})
			return err
		}},
		"created with the new value": {nil, func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Other().Create(ctx, fixture.Loan{ID: id, Email: "NEW@x", Expires: l.Clock.Read().Add(time.Hour)})
			return err
		}},
		"the new value taken": {seed, func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Other().Create(ctx, fixture.Loan{ID: "2", Email: "new@x"})
			return err
		}},
		"deleted": {seed, func(ctx context.Context, l *fixture.Loans) error { return l.Other().Delete(ctx, fixture.Loan{ID: id}) }},
		"deleted and created anew": {seed, func(ctx context.Context, l *fixture.Loans) error {
			if err := l.Other().Delete(ctx, fixture.Loan{ID: id}); err != nil {
				return err
			}
			_, err := l.Other().Create(ctx, fixture.Loan{ID: id, Email: "third@x"})
			return err
		}},
		"deleted, and the old value taken": {seed, func(ctx context.Context, l *fixture.Loans) error {
			if err := l.Other().Delete(ctx, fixture.Loan{ID: id}); err != nil {
				return err
			}
			_, err := l.Other().Create(ctx, fixture.Loan{ID: "2", Email: "old@x"})
			return err
		}},
		"moved away": {seed, func(ctx context.Context, l *fixture.Loans) error {
			_, err := l.Other().Move(ctx, fixture.Loan{ID: id}, fixture.Loan{ID: "2", Email: "old@x", Note: "moved"})
			return err
		}},
		"changed": {seed, func(ctx context.Context, l *fixture.Loans) error {
			return change(ctx, l, func(x *fixture.Loan) { x.Email = "third@x" })
		}},
		"expired": {
			func(t *testing.T, l *fixture.Loans) {
				t.Helper()
				_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: id, Email: "old@x", Expires: l.Clock.Read().Add(time.Hour)})
				require.NoError(t, err)
			},
			func(_ context.Context, l *fixture.Loans) error { l.Clock.Advance(2 * time.Hour); return nil },
		},
		"expired, and the old value taken": {
			func(t *testing.T, l *fixture.Loans) {
				t.Helper()
				_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: id, Email: "old@x", Expires: l.Clock.Read().Add(time.Hour)})
				require.NoError(t, err)
			},
			func(ctx context.Context, l *fixture.Loans) error {
				l.Clock.Advance(2 * time.Hour)
				_, err := l.Other().Create(ctx, fixture.Loan{ID: "2", Email: "old@x"})
				return err
			},
		},
		"given another time to live": {seed, func(ctx context.Context, l *fixture.Loans) error {
			return change(ctx, l, func(x *fixture.Loan) { x.Expires = l.Clock.Read().Add(3 * time.Hour) })
		}},
	}
	every := scale.Of(1, 3)
	for _, kind := range []string{"unique", "versioned and unique", "history and unique"} {
		for n, what := range slices.Sorted(maps.Keys(interferences)) {
			c := interferences[what]
			if what == "moved away" && strings.HasPrefix(kind, "history") {
				continue // it would leave its versions behind, and is refused
			}
			t.Run(kind+", "+what, func(t *testing.T) {
				t.Parallel()
				verbs := slices.Sorted(maps.Keys(uniqueWrites(fixture.OpenLoans(t, ddb.Options{}, fixture.LoanKinds[kind]...))))
				for i, verb := range verbs {
					if (i+n)%every != 0 {
						continue
					}
					for _, operation := range []string{"GetItem", "TransactWriteItems"} { // after the first read, or before the first write
						l := fixture.OpenLoans(t, ddb.Options{UseAttributeMaps: len(verb)%2 == 0}, fixture.LoanKinds[kind]...)
						write := uniqueWrites(l)[verb]
						if c.before != nil {
							c.before(t, l)
						}
						do := func() { assert.NoError(t, c.do(context.Background(), l), verb) }
						if operation == "GetItem" {
							l.Wire.AfterNext(operation, do)
						} else {
							l.Wire.BeforeNext(operation, do)
						}
						err := write(t.Context())
						require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown, "%s: no response was lost", verb)
						l.Holders(t)
						if t.Failed() {
							t.Fatalf("%s, %s: %v", verb, operation, err)
						}
					}
				}
			})
		}
	}
}

// A lasting conflict is a conflict: it does not mean that the item is gone, nor that its value is claimed.
func TestEnsureUniqueUnderALastingConflictSaysSo(t *testing.T) {
	t.Parallel()
	before := fixture.OpenLoans(t, ddb.Options{})
	_, err := before.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x"})
	require.NoError(t, err)
	l := before.As(t, ddb.Options{MaxAttempts: 2}, fixture.LoanUnique)
	l.Engine.SetFaults(fixture.Script("TransactWriteItems", fixture.Forever(nil, ddbmem.Conflicting)...))
	fixture.RequireClass(t, ddb.ErrConflict, l.Repo.EnsureUnique(t.Context(), nil))
	l.Engine.SetFaults(fixture.Script("TransactWriteItems"))
	require.NoError(t, l.Repo.EnsureUnique(t.Context(), nil))
	assert.Equal(t, fixture.Held{"a@x": "1"}, l.Holders(t))
}

// EnsureUnique meets items that change, go and come while it runs.
func TestEnsureUniqueClaimsWhatIsThereWhenItWrites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(context.Context, *fixture.Loans) error
		want fixture.Held
	}{
		"deleted": {func(ctx context.Context, old *fixture.Loans) error {
			return old.Other().Delete(ctx, fixture.Loan{ID: "1"})
		}, fixture.Held{}},
		"changed": {func(ctx context.Context, old *fixture.Loans) error {
			_, err := old.Other().Update(ctx, fixture.Loan{ID: "1"}, ddb.Set(&old.Fields.Email, "b@x"))
			return err
		}, fixture.Held{"b@x": "1"}},
		"expired": {func(_ context.Context, old *fixture.Loans) error { old.Clock.Advance(2 * time.Hour); return nil }, fixture.Held{}},
		"given an end": {func(ctx context.Context, old *fixture.Loans) error {
			_, err := old.Other().Update(ctx, fixture.Loan{ID: "1"}, ddb.Set(&old.Fields.Expires, old.Clock.Read().Add(5*time.Hour)))
			return err
		}, fixture.Held{"a@x": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := fixture.OpenLoans(t, ddb.Options{})
			_, err := before.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", Expires: before.Clock.Read().Add(time.Hour)})
			require.NoError(t, err)
			l := before.As(t, ddb.Options{}, fixture.LoanUnique)
			l.Wire.BeforeNext("TransactWriteItems", func() { assert.NoError(t, c.do(context.Background(), before)) })
			require.NoError(t, l.Repo.EnsureUnique(t.Context(), nil))
			require.True(t, l.Wire.Done())
			assert.Equal(t, c.want, l.Holders(t))
		})
	}
}

// A constraint that is there costs a read, and one that is not a transaction.
func TestEnsureUniqueSendsNothingForConstraintsThatAreThere(t *testing.T) {
	t.Parallel()
	l := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanUnique)
	for _, id := range []string{"1", "2", "3"} {
		_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: id, Email: id, Expires: l.Clock.Read().Add(time.Hour)})
		require.NoError(t, err)
	}
	ctx, meter := ddb.WithMeter(t.Context())
	require.NoError(t, l.Repo.EnsureUnique(ctx, nil))
	assert.Zero(t, meter.RequestsOf("TransactWriteItems"))

	attrs, err := l.Entity.Encode(fixture.Loan{ID: "4", Email: "4"})
	require.NoError(t, err)
	l.Put(t, attrs)
	require.NoError(t, l.Repo.EnsureUnique(ctx, nil))
	assert.Equal(t, 1, meter.RequestsOf("TransactWriteItems"))
	assert.Len(t, l.Holders(t), 4)
}

// A value from before there was the constraint is another item's, and not given up: until the other is gone and the item,
// made anew, holds it. A write that met the one sees the other.
func TestAValueThatBecomesTheItemsOwnIsGivenUp(t *testing.T) {
	t.Parallel()
	for kind, older := range map[string]string{"unique": "plain", "versioned and unique": "versioned"} {
		for _, verb := range slices.Sorted(maps.Keys(uniqueWrites(fixture.OpenLoans(t, ddb.Options{}, fixture.LoanKinds[kind]...)))) {
			if kind == "unique" && verb == "modify" {
				continue // it needs a version
			}
			t.Run(kind+", "+verb, func(t *testing.T) {
				t.Parallel()
				l := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanKinds[kind]...)
				before := l.As(t, ddb.Options{}, fixture.LoanKinds[older]...)
				_, err := before.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "old@x"})
				require.NoError(t, err)
				_, err = l.Repo.Create(t.Context(), fixture.Loan{ID: "2", Email: "old@x"})
				require.NoError(t, err)
				l.Wire.AfterNext("TransactWriteItems", func() {
					for _, id := range []string{"2", "1"} {
						assert.NoError(t, l.Other().Delete(context.Background(), fixture.Loan{ID: id}))
					}
					_, err := l.Other().Create(context.Background(), fixture.Loan{ID: "1", Email: "old@x"})
					assert.NoError(t, err)
				})
				_ = uniqueWrites(l)[verb](t.Context())
				require.True(t, l.Wire.Done())
				l.Holders(t) // each constraint has its item
			})
		}
	}
}

// Items that are older than the constraint hold one value. A transaction that takes all of them out of the way is one.
func TestATransactionGivesUpAValueThatSeveralHold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claimed string // the item that has the constraint
		ops     func(e *ddb.Entity[fixture.Loan], f *fixture.Loan) []ddb.Op
		want    fixture.Held
	}{
		"deleted": {"1", func(e *ddb.Entity[fixture.Loan], _ *fixture.Loan) []ddb.Op {
			return []ddb.Op{e.Delete(fixture.Loan{ID: "1"}), e.Delete(fixture.Loan{ID: "2"})}
		}, fixture.Held{}},
		"deleted, the second has it": {"2", func(e *ddb.Entity[fixture.Loan], _ *fixture.Loan) []ddb.Op {
			return []ddb.Op{e.Delete(fixture.Loan{ID: "1"}), e.Delete(fixture.Loan{ID: "2"})}
		}, fixture.Held{}},
		"deleted, a third has it": {"3", func(e *ddb.Entity[fixture.Loan], _ *fixture.Loan) []ddb.Op {
			return []ddb.Op{e.Delete(fixture.Loan{ID: "1"}), e.Delete(fixture.Loan{ID: "2"})}
		}, fixture.Held{"old@x": "3"}},
		"deleted, and taken": {"2", func(e *ddb.Entity[fixture.Loan], _ *fixture.Loan) []ddb.Op {
			return []ddb.Op{e.Delete(fixture.Loan{ID: "1"}), e.Delete(fixture.Loan{ID: "2"}), e.Create(fixture.Loan{ID: "4", Email: "old@x"})}
		}, fixture.Held{"old@x": "4"}},
		"changed": {"1", func(e *ddb.Entity[fixture.Loan], f *fixture.Loan) []ddb.Op {
			return []ddb.Op{e.Update(fixture.Loan{ID: "2"}, ddb.Set(&f.Email, "b@x")), e.Delete(fixture.Loan{ID: "1"})}
		}, fixture.Held{"b@x": "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := fixture.OpenLoans(t, ddb.Options{})
			for _, id := range []string{"1", "2"} {
				if id != c.claimed {
					_, err := before.Repo.Create(t.Context(), fixture.Loan{ID: id, Email: "old@x"})
					require.NoError(t, err)
				}
			}
			l := before.As(t, ddb.Options{}, fixture.LoanUnique)
			_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: c.claimed, Email: "old@x"})
			require.NoError(t, err)
			require.NoError(t, l.DB.Transact(t.Context(), c.ops(l.Entity, l.Fields)...))
			assert.Equal(t, c.want, l.Holders(t))
		})
	}
}
