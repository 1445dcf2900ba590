package ddbaccess_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbview"
)

// No file has a value of chance or of the day: stamps of the library's own items, revisions, creation times.
func TestTheFilesAreTheSameInEachRun(t *testing.T) {
	t.Chdir(t.TempDir())
	type (
		A struct {
			ID string `dynamodbav:"-"`
			N  int64  `dynamodbav:"n"`
		}
		B struct {
			ID      string       `dynamodbav:"id"`
			AID     string       `dynamodbav:"aid"`
			Size    int64        `dynamodbav:"size"`
			Version int64        `dynamodbav:"version"`
			Rev     ddb.Revision `dynamodbav:"-"`
		}
	)
	table := ddb.NewTable("pk", "sk")
	as := ddb.MustDefine(table, "a", func(a *A, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("a#")))
	})
	bs := ddb.MustDefine(table, "b", func(b *B, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&b.ID)), ddb.Key(ddb.Prefix("b#")))
		d.Version(&b.Version)
		d.Revision(&b.Rev)
		d.History(ddb.Key(ddb.Prefix("bv#"), ddb.Str(&b.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&b.Version, 6)))
		d.Unique("size", ddb.Num(&b.Size, 6))
	})
	v := ddbview.MustAggregate("v", bs, as, func(b *B, a *A) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&b.AID, &a.ID), ddbview.Count(&a.N)}
	})
	c := &ddbaccess.Catalog{
		Table: table, Views: []*ddb.View{v},
		Seed: func(ctx context.Context, db *ddb.DB) error {
			if err := db.Do(ctx, as.Create(A{ID: "1"})); err != nil {
				return err
			}
			return db.Do(ctx, bs.Create(B{ID: "9", AID: "1"}))
		},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Get("a", as, A{ID: "1"}),
			ddbaccess.Write("b", bs.Create, B{ID: "10", AID: "1", Size: 2}),
		},
	}
	for range 2 {
		require.Empty(t, checked(t, c, true).errors)
	}
	for range 10 {
		r := checked(t, c, false)
		require.Empty(t, r.errors)
		assert.Empty(t, r.logs)
	}
}
