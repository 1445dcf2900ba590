package ddb_test

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
)

// An Update of a unique field read no item, and another process created one before the write: the new value is claimed and
// the old one given up.
func TestAnUpdateOfAUniqueFieldSeesAnItemThatWasJustCreated(t *testing.T) {
	t.Parallel()
	onBothPaths(t, func(t *testing.T, opts ddb.Options) {
		l := openLoans(t, opts, loanUnique)
		l.wire.afterNext("GetItem", func() {
			_, err := l.other().Create(context.Background(), Loan{ID: "1", Email: "old@x"})
			assert.NoError(t, err)
		})
		got, err := l.repo.Update(t.Context(), Loan{ID: "1"}, ddb.Set(&l.f.Email, "new@x"))
		require.NoError(t, err)
		require.Equal(t, "new@x", got.Email)
		require.True(t, l.wire.done())
		assert.Equal(t, held{"new@x": "1"}, l.holders(t))
		_, err = l.repo.Create(t.Context(), Loan{ID: "2", Email: "new@x"})
		requireClass(t, ddb.ErrNotUnique, err)
		_, err = l.repo.Create(t.Context(), Loan{ID: "3", Email: "old@x"})
		require.NoError(t, err)
	})
}

// uniqueWrites are writes of loan 1, in every verb that moves constraints, as ops and by themselves.
func uniqueWrites(l *loans) map[string]func(context.Context) error {
	e, f, key := l.entity, l.f, Loan{ID: "1"}
	version := func(ctx context.Context) int64 {
		have, _ := l.other().Consistent().Get(ctx, key)
		return have.Version
	}
	put := func(ctx context.Context) Loan { return Loan{ID: "1", Email: "new@x", Version: version(ctx)} }
	ops := map[string]func(context.Context) ddb.Op{
		"update": func(context.Context) ddb.Op { return e.Update(key, ddb.Set(&f.Email, "new@x")) },
		"update of the time to live": func(context.Context) ddb.Op {
			return e.Update(key, ddb.Set(&f.Expires, l.clock.read().Add(7*time.Hour)))
		},
		"remove":            func(context.Context) ddb.Op { return e.Update(key, ddb.Remove(&f.Email)) },
		"put":               func(ctx context.Context) ddb.Op { return e.Put(put(ctx)) },
		"replace":           func(ctx context.Context) ddb.Op { return e.Replace(put(ctx)) },
		"delete":            func(context.Context) ddb.Op { return e.Delete(key) },
		"delete by example": func(context.Context) ddb.Op { return e.Delete(Loan{ID: "1", Email: "old@x"}) },
		"move": func(context.Context) ddb.Op {
			return e.Move(key, Loan{ID: "9", Email: "new@x", Note: "moved"})
		},
	}
	out := map[string]func(context.Context) error{
		"modify": func(ctx context.Context) error {
			_, err := l.repo.Modify(ctx, key, func(x *Loan) error { x.Email = "new@x"; return nil })
			return err
		},
		"take": func(ctx context.Context) error {
			_, err := l.repo.Take(ctx, key)
			return err
		},
		"put once": func(ctx context.Context) error {
			_, err := l.repo.Put(ctx, put(ctx), ddb.Once, ddb.ReturnOld)
			return err
		},
	}
	for name, op := range ops {
		out[name] = func(ctx context.Context) error { return l.db.Do(ctx, op(ctx)) }
		out[name+" in a transaction"] = func(ctx context.Context) error { return l.db.Transact(ctx, op(ctx)) }
		out[name+" in a batch"] = func(ctx context.Context) error { return l.db.Batch(ctx, op(ctx)) }
	}
	return out
}

// Whatever another process does between the read of a write and the write itself, each value has one holder, and no
// constraint is left behind.
func TestConstraintsFollowWhateverGetsInBetween(t *testing.T) {
	t.Parallel()
	const id = "1"
	seed := func(t *testing.T, l *loans) {
		t.Helper()
		_, err := l.repo.Create(t.Context(), Loan{ID: id, Email: "old@x"})
		require.NoError(t, err)
	}
	change := func(ctx context.Context, l *loans, how func(*Loan)) error {
		x, err := l.other().Consistent().Get(ctx, Loan{ID: id})
		if err != nil {
			return err
		}
		how(&x)
		_, err = l.other().Put(ctx, x)
		return err
	}
	interferences := map[string]struct {
		before func(*testing.T, *loans)
		do     func(context.Context, *loans) error
	}{
		"created": {nil, func(ctx context.Context, l *loans) error {
			_, err := l.other().Create(ctx, Loan{ID: id, Email: "old@x"})
			return err
		}},
		"created with the new value": {nil, func(ctx context.Context, l *loans) error {
			_, err := l.other().Create(ctx, Loan{ID: id, Email: "NEW@x", Expires: l.clock.read().Add(time.Hour)})
			return err
		}},
		"the new value taken": {seed, func(ctx context.Context, l *loans) error {
			_, err := l.other().Create(ctx, Loan{ID: "2", Email: "new@x"})
			return err
		}},
		"deleted": {seed, func(ctx context.Context, l *loans) error { return l.other().Delete(ctx, Loan{ID: id}) }},
		"deleted and created anew": {seed, func(ctx context.Context, l *loans) error {
			if err := l.other().Delete(ctx, Loan{ID: id}); err != nil {
				return err
			}
			_, err := l.other().Create(ctx, Loan{ID: id, Email: "third@x"})
			return err
		}},
		"deleted, and the old value taken": {seed, func(ctx context.Context, l *loans) error {
			if err := l.other().Delete(ctx, Loan{ID: id}); err != nil {
				return err
			}
			_, err := l.other().Create(ctx, Loan{ID: "2", Email: "old@x"})
			return err
		}},
		"moved away": {seed, func(ctx context.Context, l *loans) error {
			_, err := l.other().Move(ctx, Loan{ID: id}, Loan{ID: "2", Email: "old@x", Note: "moved"})
			return err
		}},
		"changed": {seed, func(ctx context.Context, l *loans) error {
			return change(ctx, l, func(x *Loan) { x.Email = "third@x" })
		}},
		"expired": {
			func(t *testing.T, l *loans) {
				t.Helper()
				_, err := l.repo.Create(t.Context(), Loan{ID: id, Email: "old@x", Expires: l.clock.read().Add(time.Hour)})
				require.NoError(t, err)
			},
			func(_ context.Context, l *loans) error { l.clock.advance(2 * time.Hour); return nil },
		},
		"expired, and the old value taken": {
			func(t *testing.T, l *loans) {
				t.Helper()
				_, err := l.repo.Create(t.Context(), Loan{ID: id, Email: "old@x", Expires: l.clock.read().Add(time.Hour)})
				require.NoError(t, err)
			},
			func(ctx context.Context, l *loans) error {
				l.clock.advance(2 * time.Hour)
				_, err := l.other().Create(ctx, Loan{ID: "2", Email: "old@x"})
				return err
			},
		},
		"given another time to live": {seed, func(ctx context.Context, l *loans) error {
			return change(ctx, l, func(x *Loan) { x.Expires = l.clock.read().Add(3 * time.Hour) })
		}},
	}
	for _, kind := range []string{"unique", "versioned and unique", "history and unique"} {
		for what, c := range interferences {
			if what == "moved away" && strings.HasPrefix(kind, "history") {
				continue // it would leave its versions behind, and is refused
			}
			t.Run(kind+", "+what, func(t *testing.T) {
				t.Parallel()
				verbs := slices.Sorted(maps.Keys(uniqueWrites(openLoans(t, ddb.Options{}, loanKinds[kind]...))))
				for _, verb := range verbs {
					for _, operation := range []string{"GetItem", "TransactWriteItems"} { // after the first read, or before the first write
						l := openLoans(t, ddb.Options{AttributePath: len(verb)%2 == 0}, loanKinds[kind]...)
						write := uniqueWrites(l)[verb]
						if c.before != nil {
							c.before(t, l)
						}
						do := func() { assert.NoError(t, c.do(context.Background(), l), verb) }
						if operation == "GetItem" {
							l.wire.afterNext(operation, do)
						} else {
							l.wire.beforeNext(operation, do)
						}
						err := write(t.Context())
						require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown, "%s: no response was lost", verb)
						l.holders(t)
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
	before := openLoans(t, ddb.Options{})
	_, err := before.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x"})
	require.NoError(t, err)
	l := before.as(t, ddb.Options{MaxAttempts: 2}, loanUnique)
	l.engine.SetFaults(script("TransactWriteItems", forever(nil, ddbmem.Conflicting)...))
	requireClass(t, ddb.ErrConflict, l.repo.EnsureUnique(t.Context(), nil))
	l.engine.SetFaults(script("TransactWriteItems"))
	require.NoError(t, l.repo.EnsureUnique(t.Context(), nil))
	assert.Equal(t, held{"a@x": "1"}, l.holders(t))
}

// EnsureUnique meets items that change, go and come while it runs.
func TestEnsureUniqueClaimsWhatIsThereWhenItWrites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(context.Context, *loans) error
		want held
	}{
		"deleted": {func(ctx context.Context, old *loans) error { return old.other().Delete(ctx, Loan{ID: "1"}) }, held{}},
		"changed": {func(ctx context.Context, old *loans) error {
			_, err := old.other().Update(ctx, Loan{ID: "1"}, ddb.Set(&old.f.Email, "b@x"))
			return err
		}, held{"b@x": "1"}},
		"expired": {func(_ context.Context, old *loans) error { old.clock.advance(2 * time.Hour); return nil }, held{}},
		"given an end": {func(ctx context.Context, old *loans) error {
			_, err := old.other().Update(ctx, Loan{ID: "1"}, ddb.Set(&old.f.Expires, old.clock.read().Add(5*time.Hour)))
			return err
		}, held{"a@x": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := openLoans(t, ddb.Options{})
			_, err := before.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", Expires: before.clock.read().Add(time.Hour)})
			require.NoError(t, err)
			l := before.as(t, ddb.Options{}, loanUnique)
			l.wire.beforeNext("TransactWriteItems", func() { assert.NoError(t, c.do(context.Background(), before)) })
			require.NoError(t, l.repo.EnsureUnique(t.Context(), nil))
			require.True(t, l.wire.done())
			assert.Equal(t, c.want, l.holders(t))
		})
	}
}

// A constraint that is there costs a read, and one that is not a transaction.
func TestEnsureUniqueSendsNothingForConstraintsThatAreThere(t *testing.T) {
	t.Parallel()
	l := openLoans(t, ddb.Options{}, loanUnique)
	for _, id := range []string{"1", "2", "3"} {
		_, err := l.repo.Create(t.Context(), Loan{ID: id, Email: id, Expires: l.clock.read().Add(time.Hour)})
		require.NoError(t, err)
	}
	ctx, meter := ddb.WithMeter(t.Context())
	require.NoError(t, l.repo.EnsureUnique(ctx, nil))
	assert.Zero(t, meter.RequestsOf("TransactWriteItems"))

	attrs, err := l.entity.Encode(Loan{ID: "4", Email: "4"})
	require.NoError(t, err)
	l.put(t, attrs)
	require.NoError(t, l.repo.EnsureUnique(ctx, nil))
	assert.Equal(t, 1, meter.RequestsOf("TransactWriteItems"))
	assert.Len(t, l.holders(t), 4)
}

// A value from before there was the constraint is another item's, and not given up: until the other is gone and the item,
// made anew, holds it. A write that met the one sees the other.
func TestAValueThatBecomesTheItemsOwnIsGivenUp(t *testing.T) {
	t.Parallel()
	for kind, older := range map[string]string{"unique": "plain", "versioned and unique": "versioned"} {
		for _, verb := range slices.Sorted(maps.Keys(uniqueWrites(openLoans(t, ddb.Options{}, loanKinds[kind]...)))) {
			if kind == "unique" && verb == "modify" {
				continue // it needs a version
			}
			t.Run(kind+", "+verb, func(t *testing.T) {
				t.Parallel()
				l := openLoans(t, ddb.Options{}, loanKinds[kind]...)
				before := l.as(t, ddb.Options{}, loanKinds[older]...)
				_, err := before.repo.Create(t.Context(), Loan{ID: "1", Email: "old@x"})
				require.NoError(t, err)
				_, err = l.repo.Create(t.Context(), Loan{ID: "2", Email: "old@x"})
				require.NoError(t, err)
				l.wire.afterNext("TransactWriteItems", func() {
					for _, id := range []string{"2", "1"} {
						assert.NoError(t, l.other().Delete(context.Background(), Loan{ID: id}))
					}
					_, err := l.other().Create(context.Background(), Loan{ID: "1", Email: "old@x"})
					assert.NoError(t, err)
				})
				_ = uniqueWrites(l)[verb](t.Context())
				require.True(t, l.wire.done())
				l.holders(t) // each constraint has its item
			})
		}
	}
}

// Items that are older than the constraint hold one value. A transaction that takes all of them out of the way is one.
func TestATransactionGivesUpAValueThatSeveralHold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claimed string // the item that has the constraint
		ops     func(e *ddb.Entity[Loan], f *Loan) []ddb.Op
		want    held
	}{
		"deleted": {"1", func(e *ddb.Entity[Loan], _ *Loan) []ddb.Op {
			return []ddb.Op{e.Delete(Loan{ID: "1"}), e.Delete(Loan{ID: "2"})}
		}, held{}},
		"deleted, the second has it": {"2", func(e *ddb.Entity[Loan], _ *Loan) []ddb.Op {
			return []ddb.Op{e.Delete(Loan{ID: "1"}), e.Delete(Loan{ID: "2"})}
		}, held{}},
		"deleted, a third has it": {"3", func(e *ddb.Entity[Loan], _ *Loan) []ddb.Op {
			return []ddb.Op{e.Delete(Loan{ID: "1"}), e.Delete(Loan{ID: "2"})}
		}, held{"old@x": "3"}},
		"deleted, and taken": {"2", func(e *ddb.Entity[Loan], _ *Loan) []ddb.Op {
			return []ddb.Op{e.Delete(Loan{ID: "1"}), e.Delete(Loan{ID: "2"}), e.Create(Loan{ID: "4", Email: "old@x"})}
		}, held{"old@x": "4"}},
		"changed": {"1", func(e *ddb.Entity[Loan], f *Loan) []ddb.Op {
			return []ddb.Op{e.Update(Loan{ID: "2"}, ddb.Set(&f.Email, "b@x")), e.Delete(Loan{ID: "1"})}
		}, held{"b@x": "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := openLoans(t, ddb.Options{})
			for _, id := range []string{"1", "2"} {
				if id != c.claimed {
					_, err := before.repo.Create(t.Context(), Loan{ID: id, Email: "old@x"})
					require.NoError(t, err)
				}
			}
			l := before.as(t, ddb.Options{}, loanUnique)
			_, err := l.repo.Create(t.Context(), Loan{ID: c.claimed, Email: "old@x"})
			require.NoError(t, err)
			require.NoError(t, l.db.Transact(t.Context(), c.ops(l.entity, l.f)...))
			assert.Equal(t, c.want, l.holders(t))
		})
	}
}
