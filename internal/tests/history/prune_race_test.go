package history_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Between the look-up of a number and its use, another process makes an item, deletes it and prunes its versions.
func TestANumberIsNotUsedTwiceAcrossAPrune(t *testing.T) {
	t.Parallel()
	a := fixture.OpenPatrons(t, fixture.PatronHistory)
	ctx, other := t.Context(), a.Other()
	_, err := other.Create(ctx, fixture.Patron{ID: "1", Note: "first life"})
	require.NoError(t, err)
	require.NoError(t, other.Delete(ctx, fixture.Patron{ID: "1"}))
	var second fixture.Patron
	a.Client.BeforeTransaction = func() { // the first try, which meets the first version
		a.Client.BeforeTransaction = func() { // the second, with the number that was looked up
			second, err = other.Create(ctx, fixture.Patron{ID: "1", Note: "second life"})
			assert.NoError(t, err)
			assert.NoError(t, other.Delete(ctx, fixture.Patron{ID: "1"}))
			assert.NoError(t, other.History().Prune(ctx, fixture.Patron{ID: "1"}, 1))
		}
	}
	third, err := a.Repo.Create(ctx, fixture.Patron{ID: "1", Note: "third life"})
	require.NoError(t, err)
	assert.Greater(t, third.Version, second.Version)
}

// A prune that has deleted the later of two versions and not the earlier one, which is the one looked up.
func TestANumberIsNotUsedTwiceAcrossHalfAPrune(t *testing.T) {
	t.Parallel()
	a := fixture.OpenPatrons(t, fixture.PatronHistory)
	ctx, other := t.Context(), a.Other()
	_, err := other.Create(ctx, fixture.Patron{ID: "1"}) // 1
	require.NoError(t, err)
	_, err = other.Modify(ctx, fixture.Patron{ID: "1"}, func(x *fixture.Patron) error { x.N++; return nil }) // 2
	require.NoError(t, err)
	require.NoError(t, other.Delete(ctx, fixture.Patron{ID: "1"})) // 3
	items := 0
	a.Client.BeforeTransaction = func() {
		a.Client.BeforeTransaction = func() { // number 4 was looked up
			_, err := other.Create(ctx, fixture.Patron{ID: "1"}) // 4
			assert.NoError(t, err)
			assert.NoError(t, other.Delete(ctx, fixture.Patron{ID: "1"})) // 5
			_, err = other.Create(ctx, fixture.Patron{ID: "1"})           // 6
			assert.NoError(t, err)
			assert.NoError(t, other.Delete(ctx, fixture.Patron{ID: "1"})) // 7
			a.Engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
				if c.Operation == "BatchWriteItem" && c.Item {
					if items++; items > 3 { // the mark and the versions 5 and 4, not 3 and 2
						return ddbmem.Unprocessed
					}
				}
				return ddbmem.Pass
			}})
			hasty := ddb.NewRepository(ddb.New(a.Engine.Client(fixture.Impatient), a.DB.Name(), a.DB.Table(), &ddb.Options{MaxAttempts: 2}), a.Entity)
			assert.ErrorIs(t, hasty.History().Prune(ctx, fixture.Patron{ID: "1"}, 1), ddb.ErrThrottled)
			a.Engine.SetFaults(ddbmem.Faults{})
		}
	}
	got, err := a.Repo.Create(ctx, fixture.Patron{ID: "1"})
	require.NoError(t, err)
	assert.EqualValues(t, 8, got.Version)
}

// A deletion is no version: Prune(2) leaves two that can be read.
func TestPruneCountsVersions(t *testing.T) {
	t.Parallel()
	a := fixture.OpenPatrons(t, fixture.PatronHistory)
	ctx, key := t.Context(), fixture.Patron{ID: "1"}
	_, err := a.Repo.Create(ctx, fixture.Patron{ID: "1", Note: "1"})
	require.NoError(t, err)
	for _, note := range []string{"2", "3"} {
		_, err = a.Repo.Modify(ctx, key, func(x *fixture.Patron) error { x.Note = note; return nil })
		require.NoError(t, err)
	}
	require.NoError(t, a.Repo.Delete(ctx, key)) // 4
	_, err = a.Repo.Create(ctx, fixture.Patron{ID: "1", Note: "5"})
	require.NoError(t, err)
	for range 2 { // the second time there is nothing to do
		require.NoError(t, a.Repo.History().Prune(ctx, key, 2))
		all, err := ddb.Collect(a.Repo.History().All(ctx, key))
		require.NoError(t, err)
		require.Len(t, all, 2)
		assert.Equal(t, "5", all[0].Note)
		assert.Equal(t, "3", all[1].Note)
	}
	_, err = a.Repo.History().At(ctx, key, 4)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	for _, n := range []int64{1, 2} {
		_, err = a.Repo.History().At(ctx, key, n)
		require.ErrorIs(t, err, ddb.ErrPruned)
	}
	require.NoError(t, a.Repo.Delete(ctx, key)) // 6: the newest stays although it is no version
	require.NoError(t, a.Repo.History().Prune(ctx, key, 1))
	got, err := a.Repo.Create(ctx, fixture.Patron{ID: "1"})
	require.NoError(t, err)
	assert.EqualValues(t, 7, got.Version)
}

// Items from before there were versions can be deleted, and their numbers go on.
func TestHistoryOfItemsWithoutVersions(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*testing.T, *fixture.Patrons){
		"delete": func(t *testing.T, a *fixture.Patrons) {
			require.NoError(t, a.Repo.Delete(t.Context(), fixture.Patron{ID: "1"}))
		},
		"take": func(t *testing.T, a *fixture.Patrons) {
			got, err := a.Repo.Take(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, "old", got.Note)
		},
		"modify and delete": func(t *testing.T, a *fixture.Patrons) {
			_, err := a.Repo.Modify(t.Context(), fixture.Patron{ID: "1"}, func(x *fixture.Patron) error { x.N++; return nil })
			require.NoError(t, err)
			require.NoError(t, a.Repo.Delete(t.Context(), fixture.Patron{ID: "1"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := ddbmem.New()
			_, err := fixture.OpenPatronsOn(t, engine, nil).Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "old"})
			require.NoError(t, err)
			a := fixture.OpenPatronsOn(t, engine, nil, fixture.PatronHistory)
			remove(t, a)
			got, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
			assert.Greater(t, got.Version, int64(1))
			require.NoError(t, a.Repo.Delete(t.Context(), fixture.Patron{ID: "1"}))
			again, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
			assert.Greater(t, again.Version, got.Version+1)
		})
	}
}

// Lease is an entity with History whose items DynamoDB deletes.
type Lease struct {
	ID      string    `dynamodbav:"-"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// DynamoDB leaves no trace of an item that it expired but its versions, of which the first may have no row: the history was
// declared later than the version.
func TestNumbersGoOnAfterAnExpiry(t *testing.T) {
	t.Parallel()
	define := func(history bool) (*ddb.Table, *ddb.Entity[Lease]) {
		table := ddb.NewTable("pk", "sk").TTL("expires")
		return table, ddb.MustDefine(table, "lease", func(x *Lease, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("lease#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			d.TTL(&x.Expires)
			d.Version(&x.Version)
			if history {
				d.History(id, ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
			}
		})
	}
	ctx, engine := t.Context(), ddbmem.New()
	table, before := define(false)
	db := ddb.New(engine.Client(), "leases", table, nil)
	require.NoError(t, db.CreateTable(ctx))
	old := ddb.NewRepository(db, before)
	_, err := old.Create(ctx, Lease{ID: "1"})
	require.NoError(t, err)
	table, leases := define(true)
	db = ddb.New(engine.Client(), "leases", table, nil)
	repo := ddb.NewRepository(db, leases)
	got, err := repo.Modify(ctx, Lease{ID: "1"}, func(x *Lease) error { x.Expires = time.Now().Add(time.Hour); return nil })
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
	key, err := leases.Encode(got)
	require.NoError(t, err)
	_, err = engine.Client().DeleteItem(ctx, &dynamodb.DeleteItemInput{ // as DynamoDB does
		TableName: new("leases"), Key: fixture.OnlyKey(key),
	})
	require.NoError(t, err)
	for _, make := range []func(Lease) (Lease, error){
		func(x Lease) (Lease, error) { return repo.Create(ctx, x) },
		func(x Lease) (Lease, error) { x.Version = 0; return repo.Put(ctx, x) },
	} {
		next, err := make(Lease{ID: "1"})
		require.NoError(t, err)
		assert.Greater(t, next.Version, got.Version)
		got = next
		require.NoError(t, repo.Delete(ctx, Lease{ID: "1"}))
	}
}
