package history_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// An error of an upgrade is told by each verb as its own, once, and unwraps to the error itself.
func TestEveryVerbTellsAnUpgradeThatFails(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	before := fixture.OpenPatronsOn(t, engine, nil, fixture.PatronVersion)
	_, err := before.Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "old"})
	require.NoError(t, err)
	boom := errors.New("boom")
	a := fixture.OpenPatronsOn(t, engine, nil, fixture.PatronVersion, func(_ *fixture.Patron, d *ddb.Definition) {
		d.Schema(1, func(int, map[string]types.AttributeValue) error { return boom })
	})
	p, ctx, note := fixture.Patron{ID: "1", Version: 1}, t.Context(), ddb.If(ddb.Eq(&a.Fields.Note, "old"))
	set := ddb.Set(&a.Fields.Note, "new")
	for name, do := range map[string]func() error{
		"get":     func() error { _, err := a.Repo.Get(ctx, p); return err },
		"put":     func() error { _, err := a.Repo.Put(ctx, p, note); return err },
		"replace": func() error { _, err := a.Repo.Replace(ctx, p, note); return err },
		"update":  func() error { _, err := a.Repo.Update(ctx, p, set); return err },
		"upsert":  func() error { _, err := a.Repo.Upsert(ctx, fixture.Patron{ID: "1"}, set); return err },
		"modify": func() error {
			_, err := a.Repo.Modify(ctx, p, func(p *fixture.Patron) error { p.Note = "new"; return nil })
			return err
		},
		"move":     func() error { _, err := a.Repo.Move(ctx, p, fixture.Patron{ID: "2", Note: "x"}); return err },
		"delete":   func() error { return a.Repo.Delete(ctx, p, note) },
		"reindex":  func() error { _, err := a.Repo.Reindex(ctx, nil); return err },
		"transact": func() error { return a.DB.Transact(ctx, a.Entity.Check(p, ddb.Eq(&a.Fields.Note, "old"))) },
		"batch":    func() error { return a.DB.Batch(ctx, a.Entity.Update(p, set), a.Entity.Put(fixture.Patron{ID: "2"})) },
	} {
		err := do()
		require.ErrorIs(t, err, boom, name)
		assert.Equal(t, 1, strings.Count(err.Error(), "ddb: "), "%s: %v", name, err)
		assert.Regexp(t, "^ddb: "+name+"[: ]", err.Error())
		assert.Contains(t, err.Error(), `patron pk="patron#1" sk="patron#1": `)
	}
}
