package read_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Title has an owner, who is the key of an index; a Acre had one once.
type Title struct {
	ID    string `dynamodbav:"-"`
	Owner string `dynamodbav:"owner,omitempty"`
	N     int    `dynamodbav:"n"`
	V     int64  `dynamodbav:"v"`
}

type Acre struct {
	ID string `dynamodbav:"-"`
}

type deedTable struct {
	*ddb.DB
	client  ddb.Client
	byOwner *ddb.Index
	deeds   *ddb.Entity[Title]
	repo    *ddb.Repository[Title]
}

func newDeedTable(t *testing.T) *deedTable {
	table := ddb.NewTable("pk", "")
	d := &deedTable{byOwner: table.GSI("by-owner", "owner", ""), client: ddbmem.New().Client()}
	d.deeds = ddb.MustDefine(table, "deed", func(x *Title, e *ddb.Definition) {
		e.Primary(ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.ID)))
		e.Index(d.byOwner, ddb.Key(ddb.Native(&x.Owner))).When(ddb.Present(&x.Owner))
	})
	ddb.MustDefine(table, "plot", func(x *Acre, e *ddb.Definition) { e.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))) })
	d.DB = ddb.New(d.client, "deeds", table, nil)
	d.repo = ddb.NewRepository(d.DB, d.deeds)
	require.NoError(t, d.CreateTable(t.Context()))
	return d
}

// put stores what a text says of each attribute.
func (d *deedTable) put(t *testing.T, attrs map[string]string) {
	it := map[string]types.AttributeValue{}
	for name, s := range attrs {
		it[name] = &types.AttributeValueMemberS{Value: s}
	}
	_, err := d.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("deeds"), Item: it})
	require.NoError(t, err)
}

// IgnoreUnknown skips an item of an entity that has left the index, be the read one of an entity or of a collection.
func TestIgnoreUnknownSkipsWhatLeftTheIndex(t *testing.T) {
	t.Parallel()
	d := newDeedTable(t)
	d.put(t, map[string]string{"pk": "p#17", "entityType": "plot", "owner": "o"})
	q := d.deeds.On(d.byOwner, Title{Owner: "o"})
	_, err := ddb.Collect(d.Items(t.Context(), q.Collection()))
	require.ErrorIs(t, err, ddb.ErrUnknown)
	all, err := ddb.Collect(d.Items(t.Context(), q.Collection().IgnoreUnknown()))
	require.NoError(t, err)
	assert.Empty(t, all)
	deeds := []Title{{ID: "stays"}}
	require.NoError(t, d.Gather(t.Context(), q.Collection().IgnoreUnknown(), d.deeds.Into(&deeds)))
	assert.Empty(t, deeds)
	own, err := ddb.Collect(d.repo.Query(t.Context(), q.IgnoreUnknown()))
	require.NoError(t, err)
	assert.Empty(t, own)
}

// What somebody else wrote under a key that begins with ~ is an item that no entity claims, to whatever meets it.
func TestWhatIsNotTheLibrarysIsUnknown(t *testing.T) {
	t.Parallel()
	d := newDeedTable(t)
	for i := range 5 {
		d.put(t, map[string]string{"pk": fmt.Sprint("~somebody#", i), "owner": "o"})
	}
	q := d.deeds.On(d.byOwner, Title{Owner: "o"})
	n, err := d.repo.Count(t.Context(), q)
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	unread := func(err error) int {
		t.Helper()
		require.ErrorIs(t, err, ddb.ErrUnknown)
		joined, ok := errors.AsType[interface {
			error
			Unwrap() []error
		}](err)
		require.True(t, ok)
		return len(joined.Unwrap())
	}
	_, err = ddb.CollectAll(d.repo.Query(t.Context(), q))
	assert.Equal(t, 5, unread(err))
	_, err = ddb.CollectAll(d.Scan(t.Context(), nil))
	assert.Equal(t, 5, unread(err))
	n, err = d.repo.Count(t.Context(), q.IgnoreUnknown())
	require.NoError(t, err)
	assert.Zero(t, n)
	n, err = d.Purge(t.Context(), nil)
	require.ErrorContains(t, err, "5 are of no entity")
	assert.Zero(t, n)
	require.ErrorContains(t, d.DropTable(t.Context()), "5 are of no entity")
	n, err = d.ForcePurge(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 5, n)
}

// A message says operation, entity, key and cause, whichever read it is of.
func TestEachReadNamesEntityAndKey(t *testing.T) {
	t.Parallel()
	d := newDeedTable(t)
	q := d.deeds.On(d.byOwner, Title{Owner: "o"})
	_, err := d.repo.One(t.Context(), q)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	require.ErrorContains(t, err, "ddb: one deed: not found")
	for _, id := range []string{"1", "2"} {
		d.put(t, map[string]string{"pk": "d#" + id, "entityType": "deed", "owner": "o"})
	}
	_, err = d.repo.One(t.Context(), q)
	require.ErrorIs(t, err, ddb.ErrTooMany)
	require.ErrorContains(t, err, "ddb: one deed: more than one")
	d.put(t, map[string]string{"pk": "p#17", "entityType": "plot", "owner": "x"})
	d.put(t, map[string]string{"pk": "d#3", "entityType": "deed", "owner": "y", "n": "text"})
	for owner, key := range map[string]string{"x": `pk="p#17"`, "y": `pk="d#3"`} {
		_, err = ddb.Collect(d.repo.Query(t.Context(), d.deeds.On(d.byOwner, Title{Owner: owner})))
		require.ErrorContains(t, err, "ddb: query deed")
		assert.ErrorContains(t, err, key)
	}

	table := ddb.NewTable("pk", "sk")
	deeds := ddb.MustDefine(table, "deed", func(x *Title, e *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.ID))
		e.Primary(id, id)
		e.Version(&x.V)
		e.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.V, 6)))
	})
	db := ddb.New(d.client, "histories", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, deeds)
	_, err = repo.Create(t.Context(), Title{ID: "1", N: 1})
	require.NoError(t, err)
	_, err = d.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: new("histories"), UpdateExpression: new("SET n = :n"),
		Key:                       map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "h#1"}, "sk": &types.AttributeValueMemberS{Value: "v#000001"}},
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberS{Value: "text"}},
	})
	require.NoError(t, err)
	_, err = ddb.Collect(repo.History().All(t.Context(), Title{ID: "1"}))
	require.ErrorContains(t, err, `ddb: history deed pk="h#1" sk="v#000001": `)
}

// A sink that nothing was made of says so.
func TestAZeroSinkPrints(t *testing.T) {
	t.Parallel()
	assert.Contains(t, ddb.Sink{}.String(), "nothing")
}
