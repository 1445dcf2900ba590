package write_test

import (
	"context"
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

// Player3 has a field that an aggregate fills, and whatever else a test declares.
type Player3 struct {
	ID      string `dynamodbav:"-"`
	Name    string `dynamodbav:"name"`
	XP      int    `dynamodbav:"xp"`
	Version int64  `dynamodbav:"version"`
}

// beforeGet is a client in which another process gets in before a read, once.
type beforeGet struct {
	*dynamodb.Client
	do func()
}

func (c *beforeGet) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	fixture.Once(&c.do)
	return c.Client.GetItem(ctx, in, o...)
}

// openPlayers opens a table of players, and returns what writes to player 1 as the aggregate, or as another program, does.
func openPlayers(t *testing.T, client func(*dynamodb.Client) ddb.Client, declare ...func(*Player3, *ddb.Definition)) (repo *ddb.Repository[Player3], set func(attr string, av types.AttributeValue)) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	players := ddb.MustDefine(table, "player", func(p *Player3, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		for _, f := range declare {
			f(p, d)
		}
	})
	matches := ddb.MustDefine(table, "match", func(m *Match, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("m#"), ddb.Str(&m.ID))
		d.Primary(id, id)
	})
	ddbview.MustAggregate("player-xp", matches, players, func(m *Match, p *Player3) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&m.Player, &p.ID), ddbview.Sum(&m.XP, &p.XP)}
	})
	raw := ddbmem.New().Client()
	db := ddb.New(client(raw), "players", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	return ddb.NewRepository(db, players), func(attr string, av types.AttributeValue) {
		_, err := raw.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: new("players"), Key: map[string]types.AttributeValue{"pk": s("p#1"), "sk": s("p#1")},
			UpdateExpression: new("SET #a = :v"), ExpressionAttributeNames: map[string]string{"#a": attr},
			ExpressionAttributeValues: map[string]types.AttributeValue{":v": av},
		})
		require.NoError(t, err)
	}
}

func TestModifyReturnsWhatAnAggregateWroteMeanwhile(t *testing.T) {
	t.Parallel()
	repo, set := openPlayers(t, func(c *dynamodb.Client) ddb.Client { return c }, func(p *Player3, d *ddb.Definition) { d.Version(&p.Version) })
	_, err := repo.Create(t.Context(), Player3{ID: "1", Name: "ann"})
	require.NoError(t, err)
	got, err := repo.Modify(t.Context(), Player3{ID: "1"}, func(p *Player3) error {
		set("xp", &types.AttributeValueMemberN{Value: "7"})
		p.Name = "eve"
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, Player3{ID: "1", Name: "eve", XP: 7, Version: 2}, got)
}

// A transaction returns nothing, and derived fields are read after it, when another writer may have been there.
func TestWritesThroughATransactionReturnWhatTheyWroteWithDerivedFieldsAsTheyAre(t *testing.T) {
	t.Parallel()
	c := &beforeGet{}
	repo, set := openPlayers(t, func(raw *dynamodb.Client) ddb.Client { c.Client = raw; return c },
		func(p *Player3, d *ddb.Definition) { d.Version(&p.Version); d.Unique("name", ddb.Str(&p.Name)) })
	others := func() {
		c.do = func() {
			set("xp", &types.AttributeValueMemberN{Value: "7"})
			set("name", &types.AttributeValueMemberS{Value: "another's"})
			set("version", &types.AttributeValueMemberN{Value: "12"})
		}
	}
	others()
	got, err := repo.Create(t.Context(), Player3{ID: "1", Name: "ann", XP: 99})
	require.NoError(t, err)
	assert.Equal(t, Player3{ID: "1", Name: "ann", XP: 7, Version: 1}, got)
}
