package history_test

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
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// versionsOf returns the numbers of the versions of loan 1, oldest first.
func versionsOf(t require.TestingT, l *fixture.Loans) (numbers []int64) {
	for v, err := range l.Repo.History().All(context.Background(), fixture.Loan{ID: "1"}) {
		require.NoError(t, err)
		numbers = append(numbers, v.Version)
	}
	slices.Reverse(numbers)
	return numbers
}

// A deletion is no version, and does not count among those that are to be kept.
func TestPruneCountsVersionsAndNotDeletions(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
		l, key := fixture.OpenLoans(t, o, fixture.LoanHistory), fixture.Loan{ID: "1"}
		ctx, history := t.Context(), l.Repo.History()
		_, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 1})
		require.NoError(t, err)
		for n := 2; n <= 3; n++ {
			_, err = l.Repo.Modify(ctx, key, func(x *fixture.Loan) error { x.N = n; return nil })
			require.NoError(t, err)
		}
		require.NoError(t, l.Repo.Delete(ctx, key))
		again, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 5})
		require.NoError(t, err)
		require.EqualValues(t, 5, again.Version)

		require.NoError(t, history.Prune(ctx, key, 2))
		assert.Equal(t, []int64{3, 5}, versionsOf(t, l))
		_, err = history.At(ctx, key, 3)
		require.NoError(t, err)
		_, err = history.At(ctx, key, 4)
		fixture.RequireClass(t, ddb.ErrNotFound, err)
		require.ErrorContains(t, err, "a deletion of the item")
		for _, n := range []int64{1, 2} {
			_, err = history.At(ctx, key, n)
			require.ErrorIs(t, err, ddb.ErrPruned)
		}
		require.NoError(t, history.Prune(ctx, key, 2), "again")
		assert.Equal(t, []int64{3, 5}, versionsOf(t, l))
		require.NoError(t, history.Prune(ctx, key, 1))
		assert.Equal(t, []int64{5}, versionsOf(t, l))
	})
}

// The deletion that is the newest stays, as the number that the next version follows, and a version beside it.
func TestPruneOfADeletedItemKeepsAVersionAndTheNewestNumber(t *testing.T) {
	t.Parallel()
	l, key := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanHistory), fixture.Loan{ID: "1"}
	ctx := t.Context()
	_, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 1})
	require.NoError(t, err)
	_, err = l.Repo.Modify(ctx, key, func(x *fixture.Loan) error { x.N = 2; return nil })
	require.NoError(t, err)
	require.NoError(t, l.Repo.Delete(ctx, key))
	require.NoError(t, l.Repo.History().Prune(ctx, key, 1))
	assert.Equal(t, []int64{2}, versionsOf(t, l))
	again, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 4})
	require.NoError(t, err)
	assert.EqualValues(t, 4, again.Version)
}

// An item from before there were versions can be deleted, taken, created anew and pruned.
func TestAnItemWithoutAVersionGetsAHistory(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(context.Context, *ddb.Repository[fixture.Loan]) error{
		"delete": func(ctx context.Context, r *ddb.Repository[fixture.Loan]) error {
			return r.Delete(ctx, fixture.Loan{ID: "1"})
		},
		"take": func(ctx context.Context, r *ddb.Repository[fixture.Loan]) error {
			x, err := r.Take(ctx, fixture.Loan{ID: "1"})
			if err == nil && x.N != 7 {
				err = context.Canceled
			}
			return err
		},
		"delete in a transaction": func(ctx context.Context, r *ddb.Repository[fixture.Loan]) error {
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := fixture.OpenLoans(t, ddb.Options{}) // another program's item
			ctx := t.Context()
			_, err := before.Repo.Create(ctx, fixture.Loan{ID: "1", N: 7})
			require.NoError(t, err)
			for _, attrs := range before.Stored(t) {
				delete(attrs, "version")
				before.Put(t, attrs)
			}
			l := before.As(t, ddb.Options{}, fixture.LoanHistory)
			if name == "delete in a transaction" {
				require.NoError(t, l.DB.Transact(ctx, l.Entity.Delete(fixture.Loan{ID: "1"}), l.Entity.CheckAbsent(fixture.Loan{ID: "2"})))
			}
			require.NoError(t, remove(ctx, l.Repo))
			_, err = l.Repo.Take(ctx, fixture.Loan{ID: "1"})
			fixture.RequireClass(t, ddb.ErrNotFound, err)
			assert.Empty(t, l.Live(t))
			again, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 8})
			require.NoError(t, err)
			assert.EqualValues(t, 2, again.Version, "the deletion was number 1")
			require.NoError(t, l.Repo.Delete(ctx, again))
			require.NoError(t, l.Repo.History().Prune(ctx, again, 1))
			again, err = l.Repo.Create(ctx, fixture.Loan{ID: "1", N: 9})
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
			l, told := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanHistory), numbers{}
			ctx := t.Context()
			for life := range 3 {
				x, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", N: life, Expires: l.Clock.Read().Add(time.Hour)})
				require.NoError(t, err)
				told.told(t, x)
				x, err = l.Repo.Modify(ctx, x, func(x *fixture.Loan) error { x.N += 10; return nil })
				require.NoError(t, err)
				told.told(t, x)
				l.Clock.Advance(2 * time.Hour)
				if physically {
					removeRaw(t, l, "loan#1", "loan#1")
				}
				if life == 1 {
					require.NoError(t, l.Repo.History().Prune(ctx, x, 1))
				}
			}
			told.check(t, l)
			assert.Equal(t, []int64{4, 5, 6}, versionsOf(t, l))
		})
	}
}

// removeRaw deletes an item as DynamoDB does that has expired: nothing else is written.
func removeRaw(t *testing.T, l *fixture.Loans, pk, sk string) {
	t.Helper()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	l.Delete(t, map[string]types.AttributeValue{"pk": s(pk), "sk": s(sk)})
}

// Whatever was written, deleted and pruned: Prune keeps as many versions as it was told, the newest ones, and no number is
// used twice.
func TestPruneKeepsTheNewestVersions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l, key := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanHistory), fixture.Loan{ID: "1"}
		ctx := context.Background()
		var want []int64 // versions, oldest first
		next, there := int64(1), false
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"write", "write", "write", "delete", "prune"}).Draw(rt, "step") {
			case "write":
				x, err := l.Repo.Put(ctx, fixture.Loan{ID: "1", N: int(next), Version: map[bool]int64{true: next - 1}[there]})
				require.NoError(rt, err)
				require.Equal(rt, next, x.Version)
				want, next, there = append(want, next), next+1, true
			case "delete":
				require.NoError(rt, l.Repo.Delete(ctx, key))
				if there {
					next, there = next+1, false
				}
			case "prune":
				keep := rapid.IntRange(1, 4).Draw(rt, "keep")
				require.NoError(rt, l.Repo.History().Prune(ctx, key, keep))
				want = want[max(0, len(want)-keep):]
			}
			require.Equal(rt, want, versionsOf(rt, l))
			for _, n := range want {
				x, err := l.Repo.History().At(ctx, key, n)
				require.NoError(rt, err)
				require.EqualValues(rt, n, x.N)
			}
		}
	})
}
