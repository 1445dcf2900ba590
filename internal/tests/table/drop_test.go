package table_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// What is in a table that is not the model's stays, until its deletion is forced.
func TestATableOfAnotherModelIsNotDeleted(t *testing.T) {
	t.Parallel()
	m := newDepot()
	plain := func(in *dynamodb.CreateTableInput) { // pk and sk, as everybody's table
		in.GlobalSecondaryIndexes = nil
		in.AttributeDefinitions = in.AttributeDefinitions[:2]
	}
	type table struct {
		change func(*dynamodb.CreateTableInput)
		fill   func(*testing.T, *dynamodb.Client, *ddb.DB)
		model  *ddb.Table // default m's
		err    error
		says   []string
	}
	for what, c := range map[string]table{
		"other keys": {
			change: func(in *dynamodb.CreateTableInput) {
				plain(in)
				in.KeySchema = []types.KeySchemaElement{{AttributeName: new("id"), KeyType: types.KeyTypeHash}}
				in.AttributeDefinitions = []types.AttributeDefinition{{AttributeName: new("id"), AttributeType: types.ScalarAttributeTypeS}}
			},
			fill: func(t *testing.T, client *dynamodb.Client, db *ddb.DB) {
				for i := range 60 {
					putForeign(t, client, db.Name(), map[string]string{"id": fmt.Sprint(i)})
				}
			},
			err: ddb.ErrModel, says: []string{"primary: the key is [id] [], in the model [pk] [sk]", "by-city: the table does not have this index"},
		},
		"key attributes of another type": {
			change: func(in *dynamodb.CreateTableInput) {
				for i := range in.AttributeDefinitions {
					if *in.AttributeDefinitions[i].AttributeName == "csk" {
						in.AttributeDefinitions[i].AttributeType = types.ScalarAttributeTypeN
					}
				}
			},
			err: ddb.ErrModel, says: []string{`by-city: key attribute "csk" is of type N, in the model S`},
		},
		"an index that the model does not have": {
			change: withGSI("by-name", "pk", "csk"),
			fill:   func(t *testing.T, _ *dynamodb.Client, db *ddb.DB) { m.putStops(t, db, "1", 3) },
			err:    ddb.ErrModel, says: []string{"by-name: the model does not have this index"},
		},
		"the same keys and indexes, and items of another model": {
			fill: func(t *testing.T, client *dynamodb.Client, db *ddb.DB) {
				for i := range 5 {
					putForeign(t, client, db.Name(), map[string]string{"pk": fmt.Sprint("invoice#", i), "sk": "total"})
				}
			},
			err: ddb.ErrUnknown, says: []string{"of 5 items sampled, 5 are of no entity of the model", `pk="invoice#`, "and 2 more"},
		},
		"items of another entity under the model's keys": {
			fill: func(t *testing.T, client *dynamodb.Client, db *ddb.DB) {
				putForeign(t, client, db.Name(), map[string]string{"pk": "parcel#1", "sk": "stop#0001", "entityType": "visit"})
			},
			err: ddb.ErrUnknown, says: []string{`item pk="parcel#1" sk="stop#0001" says it is a "visit"`},
		},
		"another model's items among the model's": {
			fill: func(t *testing.T, client *dynamodb.Client, db *ddb.DB) {
				m.putStops(t, db, "1", 1000) // a large partition fills one place of the sample alone
				for i := range 10 {
					putForeign(t, client, db.Name(), map[string]string{"pk": fmt.Sprint("invoice#", i), "sk": "total"})
				}
			},
			err: ddb.ErrUnknown, says: []string{"are of no entity of the model", `sk="total" has a key of no entity's shape`},
		},
		"the leases of a stream's readers": {
			change: plain, model: newNotes().table,
			fill: func(t *testing.T, client *dynamodb.Client, db *ddb.DB) {
				store := ddbstream.NewTableStore(client, db.Name(), "readers")
				for i := range 4 {
					require.NoError(t, store.Swap(t.Context(), ddbstream.Lease{Stream: "arn", Shard: fmt.Sprint(i), Counter: 1}, 0))
				}
			},
			err: ddb.ErrUnknown, says: []string{`all of the 4 items sampled are leases of a stream's readers, such as pk="~l#readers"`},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			client := ddbmem.New().Client()
			db := m.live(t, client, "table", c.change)
			if c.model != nil {
				db = ddb.New(client, "table", c.model, nil)
			}
			if c.fill != nil {
				c.fill(t, client, db)
			}
			before := countLive(t, client, "table")

			n, err := db.Purge(t.Context(), nil)
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, `ddb: purge "table": refused, and nothing was deleted: `)
			require.ErrorContains(t, err, "ForcePurge goes on all the same")
			assert.Zero(t, n)
			dropped := db.DropTable(t.Context())
			require.ErrorIs(t, dropped, c.err)
			require.ErrorContains(t, dropped, `ddb: drop table "table": refused, and nothing was deleted: `)
			require.ErrorContains(t, dropped, "ForceDropTable goes on all the same")
			for _, want := range c.says {
				require.ErrorContains(t, err, want)
				require.ErrorContains(t, dropped, want)
			}
			require.Equal(t, before, countLive(t, client, "table"))

			n, err = db.ForcePurge(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, before, n)
			assert.Zero(t, countLive(t, client, "table"))
			require.NoError(t, db.ForceDropTable(t.Context()))
			require.ErrorIs(t, db.VerifyTable(t.Context()), ddb.ErrNotFound)
		})
	}
}

// Notes have no index and no TTL, so that their table looks like any other.
type Note struct {
	ID string `dynamodbav:"-"`
}

type notes struct {
	table *ddb.Table
	notes *ddb.Entity[Note]
}

func newNotes() notes {
	n := notes{table: ddb.NewTable("pk", "sk")}
	n.notes = ddb.MustDefine(n.table, "note", func(x *Note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("note#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Alias("remark")
	})
	return n
}

// What the library keeps beside the items of a model belongs to it, and so does what has expired or has an older name.
func TestWhatBelongsToTheModelIsDeleted(t *testing.T) {
	t.Parallel()
	m, engine, db := openDepot(t, ddbmem.Options{TTLDelay: 1000 * time.Hour})
	client := engine.Client()
	r := ddb.NewRepository(db, m.parcels)
	_, err := r.Create(t.Context(), Parcel{ID: "1", City: "Ulm", Code: "x"})
	require.NoError(t, err)
	_, err = r.Modify(t.Context(), Parcel{ID: "1"}, func(p *Parcel) error { p.City = "Bonn"; return nil })
	require.NoError(t, err)
	require.NoError(t, r.Delete(t.Context(), Parcel{ID: "1"}), "it leaves versions, a tombstone among them")
	_, err = r.Create(t.Context(), Parcel{ID: "2", City: "Ulm", Code: "y", Expires: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	it, err := m.parcels.Encode(Parcel{ID: "3", City: "Ulm", Version: 1, Expires: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("parcels"), Item: it})
	require.NoError(t, err)
	n := countLive(t, client, "parcels")
	require.Equal(t, 3+1+2+1, n, "three versions of 1, one of 2; 2 with its constraint; 3")
	got, err := db.Purge(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, n, got)
	assert.Zero(t, countLive(t, client, "parcels"))

	_, err = r.Create(t.Context(), Parcel{ID: "1", City: "Ulm", Code: "x"})
	require.NoError(t, err)
	require.NoError(t, db.DropTable(t.Context()))

	s := newNotes()
	db = ddb.New(client, "notes", s.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), s.notes.Create(Note{ID: "1"})))
	putForeign(t, client, "notes", map[string]string{"pk": "note#2", "sk": "note#2", "entityType": "remark"})
	require.NoError(t, ddbstream.NewTableStore(client, "notes", "readers").Swap(t.Context(), ddbstream.Lease{Stream: "arn", Shard: "1", Counter: 1}, 0))
	got, err = db.Purge(t.Context(), nil)
	require.NoError(t, err, "leases beside the model's items are the library's own")
	assert.Equal(t, 3, got)
}

func TestAnEmptyOrMissingTable(t *testing.T) {
	t.Parallel()
	m, engine, db := openDepot(t)
	n, err := db.Purge(t.Context(), nil)
	require.NoError(t, err, "there is nothing to delete")
	assert.Zero(t, n)
	require.NoError(t, db.DropTable(t.Context()))
	for _, purge := range []func(context.Context, *ddb.JobOptions) (int, error){db.Purge, db.ForcePurge} {
		n, err = purge(t.Context(), nil)
		require.ErrorIs(t, err, ddb.ErrNotFound)
		require.ErrorContains(t, err, `ddb: purge "parcels": not found: `)
		assert.Zero(t, n)
	}
	for _, err := range []error{db.DropTable(t.Context()), db.ForceDropTable(t.Context())} {
		require.ErrorIs(t, err, ddb.ErrNotFound)
		require.ErrorContains(t, err, `ddb: drop table "parcels": not found: `)
	}
	db = m.live(t, engine.Client(), "other", withGSI("by-name", "pk", "csk"))
	_, err = db.Purge(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel, "empty as it is")
	require.ErrorIs(t, db.DropTable(t.Context()), ddb.ErrModel)
}

// A client that cannot describe tables cannot tell whose one is.
func TestPurgeByAClientWithoutCallsForTables(t *testing.T) {
	t.Parallel()
	m, engine, db := openDepot(t)
	m.putStops(t, db, "1", 30)
	cached := ddb.New(itemClient{engine.Client()}, "parcels", m.table, nil)
	_, err := cached.Purge(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, `ddb: purge "parcels": the client, a table_test.itemClient, has no calls for tables`)
	require.ErrorContains(t, err, "ForcePurge")
	n, err := cached.ForcePurge(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 30, n)
}

func TestDropTableWaitsUntilItIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 30 * time.Second}).Client()
		db := ddb.New(client, "parcels", m.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		results := make(chan error, 3)
		for range 3 { // whoever comes second finds it DELETING
			go func() {
				err := db.DropTable(t.Context())
				assert.ErrorIs(t, db.VerifyTable(t.Context()), ddb.ErrNotFound)
				results <- err
			}()
		}
		for range 3 {
			require.NoError(t, <-results)
		}
		require.ErrorIs(t, db.DropTable(t.Context()), ddb.ErrNotFound)

		m.live(t, client, "parcels", nil)
		err := db.DropTable(t.Context())
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "the table is CREATING: wait until it is ACTIVE")
	})
}

// A table that another program creates under the name meanwhile is not waited for.
func TestDropTableBesideCreateTable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 30 * time.Second}).Client()
		db := ddb.New(client, "parcels", m.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		started := time.Now()
		dropped := make(chan error)
		go func() { dropped <- db.DropTable(t.Context()) }()
		time.Sleep(time.Second)
		require.NoError(t, db.CreateTable(t.Context()), "it waits for the deletion, and creates the table anew")
		require.NoError(t, <-dropped)
		assert.Less(t, time.Since(started), 2*time.Minute)
		require.NoError(t, db.VerifyTable(t.Context()))
	})
}

// A TTL that is not the model's stops a deletion too, as VerifyTable would say: it may be another model's table.
func TestATableOfAnotherTTLIsNotDeleted(t *testing.T) {
	t.Parallel()
	m, n := newDepot(), newNotes()
	for what, c := range map[string]struct {
		open func(t *testing.T, client *dynamodb.Client) *ddb.DB
		says string
	}{
		"on another attribute": {func(t *testing.T, client *dynamodb.Client) *ddb.DB {
			db := m.live(t, client, "table", nil)
			switchTTLOn(t, client, "table", "other")
			return db
		}, `TTL is on attribute "other", in the model on attribute "expires"`},
		"off": {func(t *testing.T, client *dynamodb.Client) *ddb.DB {
			return m.live(t, client, "table", nil)
		}, `TTL is off, in the model on attribute "expires"`},
		"on": {func(t *testing.T, client *dynamodb.Client) *ddb.DB {
			db := ddb.New(client, "table", n.table, nil)
			require.NoError(t, db.CreateTable(t.Context()))
			require.NoError(t, db.Do(t.Context(), n.notes.Put(Note{"1"})))
			switchTTLOn(t, client, "table", "other")
			return db
		}, `TTL is on attribute "other", in the model off`},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			client := ddbmem.New().Client()
			db := c.open(t, client)
			before := countLive(t, client, "table")
			verified := db.VerifyTable(t.Context())
			_, purged := db.Purge(t.Context(), nil)
			for _, err := range []error{verified, purged, db.DropTable(t.Context())} {
				require.ErrorIs(t, err, ddb.ErrModel)
				require.ErrorContains(t, err, c.says)
			}
			assert.Equal(t, before, countLive(t, client, "table"))
			_, err := db.ForcePurge(t.Context(), nil)
			require.NoError(t, err)
			require.NoError(t, db.ForceDropTable(t.Context()))
		})
	}
}
