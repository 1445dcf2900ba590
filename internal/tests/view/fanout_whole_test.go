package view_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Booth stands under a shop, in a local index of which the shop's fan-out finds it.
type Booth struct {
	Shop     string `dynamodbav:"-"`
	ID       string `dynamodbav:"-"`
	ShopName string `dynamodbav:"shopName"`
	Floor    string `dynamodbav:"floor"`
}

// What a fan-out writes back it has read in whole, and it is of its target.
func TestAFanOutWritesBackWholeItems(t *testing.T) {
	t.Parallel()
	const shop, booth, at ddb.Prefix = "shop#", "booth#", "at#"
	table := ddb.NewTable("pk", "sk")
	byFloor := table.LSI("by-floor", "lsi_sk").Include("shopName", "floor")
	shops := ddb.MustDefine(table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&s.ID)), ddb.Key(shop))
	})
	booths := ddb.MustDefine(table, "booth", func(b *Booth, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&b.Shop)), ddb.Key(booth, ddb.Str(&b.ID)))
		d.Index(byFloor, ddb.Key(shop, ddb.Str(&b.Shop)), ddb.Key(at, ddb.Str(&b.Floor)))
	})
	f := booths.Fields()
	apply := func(c ddb.Change[Shop], b *Booth) bool {
		changed := b.ShopName != c.New.Name
		b.ShopName = c.New.Name
		return changed
	}
	views := map[string]*ddb.View{}
	for name, q := range map[string]func(string) ddb.Query[Booth]{
		"index":    func(id string) ddb.Query[Booth] { return booths.On(byFloor, Booth{Shop: id}).Limit(1) },
		"selected": func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}).Select(&f.ShopName) },
		"all":      func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}) },
		"known":    func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}).IgnoreUnknown() },
	} {
		views[name] = ddbview.MustFanOut(name, shops, booths, func(s Shop) ddb.Query[Booth] { return q(s.ID) }, apply)
	}
	client := ddbmem.New().Client()
	db := ddb.New(client, "shops", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), shops.Put(Shop{"1", "new"})))
	for _, b := range []Booth{{"1", "a", "old", "1"}, {"1", "b", "old", "2"}, {"1", "c", "old", "3"}} {
		attrs, err := booths.Encode(b)
		require.NoError(t, err)
		if b.ID == "c" {
			attrs["entityType"] = fixture.Text("stranger")
		}
		attrs["later"] = fixture.Text("of a newer program")
		fixture.PutRaw(t, client, "shops", attrs)
	}
	stored := func(id string) (name, later, kind any) {
		got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("shops"), Key: map[string]types.AttributeValue{
			"pk": fixture.Text("shop#1"), "sk": fixture.Text("booth#" + id),
		}})
		require.NoError(t, err)
		return got.Item["shopName"], got.Item["later"], got.Item["entityType"]
	}
	require.ErrorIs(t, views["selected"].Rebuild(t.Context(), db, nil), ddb.ErrModel)
	name, later, _ := stored("a")
	assert.Equal(t, fixture.Text("old"), name)
	assert.Equal(t, fixture.Text("of a newer program"), later)
	require.NoError(t, views["index"].Rebuild(t.Context(), db, nil))
	name, later, _ = stored("a")
	assert.Equal(t, fixture.Text("new"), name)
	assert.Equal(t, fixture.Text("of a newer program"), later)
	name, _, _ = stored("b")
	assert.Equal(t, fixture.Text("old"), name, "beyond the limit")
	require.ErrorIs(t, views["all"].Rebuild(t.Context(), db, nil), ddb.ErrUnknown)
	require.NoError(t, views["known"].Rebuild(t.Context(), db, nil))
	name, later, _ = stored("b")
	assert.Equal(t, fixture.Text("new"), name)
	assert.Equal(t, fixture.Text("of a newer program"), later)
	name, _, kind := stored("c")
	assert.Equal(t, fixture.Text("old"), name)
	assert.Equal(t, fixture.Text("stranger"), kind)
}
