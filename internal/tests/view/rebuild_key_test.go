package view_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

type score struct {
	ID     string `dynamodbav:"-"`
	Player string `dynamodbav:"player"`
}

type player struct {
	ID     string `dynamodbav:"-"`
	Scores int    `dynamodbav:"scores"`
}

// A source whose primary key the model no longer makes is no source that is gone: a Rebuild says that it left it out.
func TestRebuildReportsSourcesUnderAnEarlierPrimaryKey(t *testing.T) {
	t.Parallel()
	model := func(sort ddb.Prefix) (*ddb.Table, *ddb.Entity[score], *ddb.View) {
		table := ddb.NewTable("pk", "sk")
		players := ddb.MustDefine(table, "player", func(x *player, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)))
		})
		scores := ddb.MustDefine(table, "score", func(x *score, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(sort, ddb.Str(&x.ID)))
		})
		return table, scores, ddbview.MustAggregate("scores", scores, players, func(s *score, p *player) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&s.Player, &p.ID), ddbview.Count(&p.Scores)}
		})
	}
	client := ddbmem.New().Client()
	table, scores, _ := model("s#")
	db := ddb.New(client, "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := ddb.NewRepository(db, scores).Create(t.Context(), score{ID: "1", Player: "ann"})
	require.NoError(t, err)

	table, _, view := model("v2#")
	err = view.Rebuild(t.Context(), ddb.New(client, "table", table, nil), nil)
	require.ErrorContains(t, err, `item pk="s#1" sk="s#1" says it is a score, but its key is not of the shape s#{ID} / v2#{ID}`)
	require.ErrorIs(t, err, ddb.ErrUnknown)
}
