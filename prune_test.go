package ddb_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
)

// versions returns the numbers of the versions of loan 1, oldest first.
func (l *loans) versions(t require.TestingT) (numbers []int64) {
	for v, err := range l.repo.History().All(context.Background(), Loan{ID: "1"}) {
		require.NoError(t, err)
		numbers = append(numbers, v.Version)
	}
	slices.Reverse(numbers)
	return numbers
}

// A deletion is no version, and does not count among those that are to be kept.
func TestPruneCountsVersionsAndNotDeletions(t *testing.T) {
	t.Parallel()
	onBothPaths(t, func(t *testing.T, o ddb.Options) {
		l, key := openLoans(t, o, loanHistory), Loan{ID: "1"}
		ctx, history := t.Context(), l.repo.History()
		_, err := l.repo.Create(ctx, Loan{ID: "1", N: 1})
		require.NoError(t, err)
		for n := 2; n <= 3; n++ {
			_, err = l.repo.Modify(ctx, key, func(x *Loan) error { x.N = n; return nil })
			require.NoError(t, err)
		}
		require.NoError(t, l.repo.Delete(ctx, key))
		again, err := l.repo.Create(ctx, Loan{ID: "1", N: 5})
		require.NoError(t, err)
		require.EqualValues(t, 5, again.Version)

		require.NoError(t, history.Prune(ctx, key, 2))
		assert.Equal(t, []int64{3, 5}, l.versions(t))
		_, err = history.At(ctx, key, 3)
		require.NoError(t, err)
		_, err = history.At(ctx, key, 4)
		requireClass(t, ddb.ErrNotFound, err)
		require.ErrorContains(t, err, "the deletion")
		for _, n := range []int64{1, 2} {
			_, err = history.At(ctx, key, n)
			require.ErrorIs(t, err, ddb.ErrPruned)
		}
		require.NoError(t, history.Prune(ctx, key, 2), "again")
		assert.Equal(t, []int64{3, 5}, l.versions(t))
		require.NoError(t, history.Prune(ctx, key, 1))
		assert.Equal(t, []int64{5}, l.versions(t))
	})
}

// The deletion that is the newest stays, as the number that the next version follows, and a version beside it.
func TestPruneOfADeletedItemKeepsAVersionAndTheNewestNumber(t *testing.T) {
	t.Parallel()
	l, key := openLoans(t, ddb.Options{}, loanHistory), Loan{ID: "1"}
	ctx := t.Context()
	_, err := l.repo.Create(ctx, Loan{ID: "1", N: 1})
	require.NoError(t, err)
	_, err = l.repo.Modify(ctx, key, func(x *Loan) error { x.N = 2; return nil })
	require.NoError(t, err)
	require.NoError(t, l.repo.Delete(ctx, key))
	require.NoError(t, l.repo.History().Prune(ctx, key, 1))
	assert.Equal(t, []int64{2}, l.versions(t))
	again, err := l.repo.Create(ctx, Loan{ID: "1", N: 4})
	require.NoError(t, err)
	assert.EqualValues(t, 4, again.Version)
}

// An item from before there were versions can be deleted, taken, created anew and pruned.
func TestAnItemWithoutAVersionGetsAHistory(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(context.Context, *ddb.Repository[Loan]) error{
		"delete": func(ctx context.Context, r *ddb.Repository[Loan]) error { return r.Delete(ctx, Loan{ID: "1"}) },
		"take": func(ctx context.Context, r *ddb.Repository[Loan]) error {
			x, err := r.Take(ctx, Loan{ID: "1"})
			if err == nil && x.N != 7 {
				err = context.Canceled
			}
			return err
		},
		"delete in a transaction": func(ctx context.Context, r *ddb.Repository[Loan]) error {
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := openLoans(t, ddb.Options{}) // another program's item
			ctx := t.Context()
			_, err := before.repo.Create(ctx, Loan{ID: "1", N: 7})
			require.NoError(t, err)
			for _, attrs := range before.stored(t) {
				delete(attrs, "version")
				before.put(t, attrs)
			}
			l := before.as(t, ddb.Options{}, loanHistory)
			if name == "delete in a transaction" {
				require.NoError(t, l.db.Transact(ctx, l.entity.Delete(Loan{ID: "1"}), l.entity.CheckAbsent(Loan{ID: "2"})))
			}
			require.NoError(t, remove(ctx, l.repo))
			_, err = l.repo.Take(ctx, Loan{ID: "1"})
			requireClass(t, ddb.ErrNotFound, err)
			assert.Empty(t, l.live(t))
			again, err := l.repo.Create(ctx, Loan{ID: "1", N: 8})
			require.NoError(t, err)
			assert.EqualValues(t, 2, again.Version, "the deletion was number 1")
			require.NoError(t, l.repo.Delete(ctx, again))
			require.NoError(t, l.repo.History().Prune(ctx, again, 1))
			again, err = l.repo.Create(ctx, Loan{ID: "1", N: 9})
			require.NoError(t, err)
			assert.EqualValues(t, 4, again.Version)
		})
	}
}

// Numbers go on where DynamoDB has deleted the item for its age, and left no deletion in the history.
func TestNumbersGoOnAfterAnItemExpired(t *testing.T) {
	t.Parallel()
	for name, physically := range map[string]bool{"deleted by DynamoDB": true, "still there": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, told := openLoans(t, ddb.Options{}, loanHistory), numbers{}
			ctx := t.Context()
			for life := range 3 {
				x, err := l.repo.Create(ctx, Loan{ID: "1", N: life, Expires: l.clock.read().Add(time.Hour)})
				require.NoError(t, err)
				told.told(t, x)
				x, err = l.repo.Modify(ctx, x, func(x *Loan) error { x.N += 10; return nil })
				require.NoError(t, err)
				told.told(t, x)
				l.clock.advance(2 * time.Hour)
				if physically {
					l.remove(t, "loan#1", "loan#1")
				}
				if life == 1 {
					require.NoError(t, l.repo.History().Prune(ctx, x, 1))
				}
			}
			told.check(t, l)
			assert.Equal(t, []int64{4, 5, 6}, l.versions(t))
		})
	}
}

// remove deletes an item as DynamoDB does that has expired: nothing else is written.
func (l *loans) remove(t *testing.T, pk, sk string) {
	t.Helper()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	l.delete(t, map[string]types.AttributeValue{"pk": s(pk), "sk": s(sk)})
}

// Whatever was written, deleted and pruned: Prune keeps as many versions as it was told, the newest ones, and no number is
// used twice.
func TestPruneKeepsTheNewestVersions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l, key := openLoans(t, ddb.Options{}, loanHistory), Loan{ID: "1"}
		ctx := context.Background()
		var want []int64 // versions, oldest first
		next, there := int64(1), false
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"write", "write", "write", "delete", "prune"}).Draw(rt, "step") {
			case "write":
				x, err := l.repo.Put(ctx, Loan{ID: "1", N: int(next), Version: map[bool]int64{true: next - 1}[there]})
				require.NoError(rt, err)
				require.Equal(rt, next, x.Version)
				want, next, there = append(want, next), next+1, true
			case "delete":
				require.NoError(rt, l.repo.Delete(ctx, key))
				if there {
					next, there = next+1, false
				}
			case "prune":
				keep := rapid.IntRange(1, 4).Draw(rt, "keep")
				require.NoError(rt, l.repo.History().Prune(ctx, key, keep))
				want = want[max(0, len(want)-keep):]
			}
			require.Equal(rt, want, l.versions(rt))
			for _, n := range want {
				x, err := l.repo.History().At(ctx, key, n)
				require.NoError(rt, err)
				require.EqualValues(rt, n, x.N)
			}
		}
	})
}
