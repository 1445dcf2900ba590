package view_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// Rules are added, dropped and added again while sources change: each time a Rebuild makes everything right.
func TestRebuildAfterAChangeOfRules(t *testing.T) {
	t.Parallel()
	type Visit struct {
		ID    string `dynamodbav:"-"`
		Place string `dynamodbav:"place"`
		City  string `dynamodbav:"city"`
		Days  int    `dynamodbav:"days"`
	}
	type Trip struct {
		ID     string `dynamodbav:"-"`
		Cities int    `dynamodbav:"cities"`
		Long   int    `dynamodbav:"long"`
		Visits int    `dynamodbav:"visits"`
	}
	engine := ddbmem.New()
	// model is a release of the program.
	model := func(all bool) (visits *ddb.Entity[Visit], trips *ddb.Entity[Trip], v *ddb.View, db *ddb.DB) {
		table := ddb.NewTable("pk", "sk")
		visits = ddb.MustDefine(table, "visit", func(v *Visit, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("v#"), ddb.Str(&v.ID))
			d.Primary(id, id)
		})
		trips = ddb.MustDefine(table, "trip", func(v *Trip, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&v.ID))
			d.Primary(id, id)
		})
		v = ddbview.MustAggregate("trip", visits, trips, func(v *Visit, t *Trip) []ddbview.Rule {
			rules := []ddbview.Rule{ddbview.By(&v.Place, &t.ID), ddbview.Count(&t.Visits)}
			if all {
				rules = append(rules, ddbview.Distinct(&v.City, &t.Cities), ddbview.Max(&v.Days, &t.Long))
			}
			return rules
		})
		return visits, trips, v, ddb.New(engine.Client(), "trips", table, nil)
	}
	put := func(db *ddb.DB, visits *ddb.Entity[Visit], vs ...Visit) {
		for _, v := range vs {
			_, err := ddb.NewRepository(db, visits).Put(t.Context(), v)
			require.NoError(t, err)
		}
	}
	check := func(db *ddb.DB, trips *ddb.Entity[Trip], v *ddb.View, want Trip) {
		t.Helper()
		require.NoError(t, v.Rebuild(t.Context(), db, nil))
		got, err := ddb.NewRepository(db, trips).Get(t.Context(), Trip{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, want, got)
		for d, err := range v.Verify(t.Context(), db, nil) {
			require.NoError(t, err)
			t.Error(d)
		}
	}

	visits, trips, v, db := model(true)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := ddb.NewRepository(db, trips).Create(t.Context(), Trip{ID: "1"})
	require.NoError(t, err)
	put(db, visits, Visit{"a", "1", "Rome", 3}, Visit{"b", "1", "Rome", 9}, Visit{"c", "1", "Oslo", 4})
	check(db, trips, v, Trip{ID: "1", Visits: 3, Cities: 2, Long: 9})

	visits, _, v, db = model(false)
	put(db, visits, Visit{"a", "1", "Bern", 1}, Visit{"b", "1", "Bern", 2})
	require.NoError(t, v.Rebuild(t.Context(), db, nil))

	_, trips, v, db = model(true)
	check(db, trips, v, Trip{ID: "1", Visits: 3, Cities: 2, Long: 4})

	// Somebody writes what is none of his business.
	_, err = engine.Client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String("trips"),
		Key:                       map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "~d#trip#distinct cities#3#t#1#t#1"}, "sk": &types.AttributeValueMemberS{Value: "=Bern\x00\x00"}},
		UpdateExpression:          aws.String("SET #n = :n"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeNames:  map[string]string{"#n": "~n"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "77"}},
	})
	require.NoError(t, err)
	n := 0
	for d, err := range v.Verify(t.Context(), db, nil) {
		require.NoError(t, err)
		assert.Equal(t, "sources is 77, should be 2", d.Field+" is "+d.Have+", should be "+d.Want)
		n++
	}
	assert.Equal(t, 1, n)
	check(db, trips, v, Trip{ID: "1", Visits: 3, Cities: 2, Long: 4})
}
