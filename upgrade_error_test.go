package ddb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// An error of an upgrade is told by each verb as its own, once, and unwraps to the error itself.
func TestEveryVerbTellsAnUpgradeThatFails(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	before := openPatronsOn(t, engine, nil, patronVersion)
	_, err := before.repo.Create(t.Context(), Patron{ID: "1", Note: "old"})
	require.NoError(t, err)
	boom := errors.New("boom")
	a := openPatronsOn(t, engine, nil, patronVersion, func(_ *Patron, d *ddb.Definition) {
		d.Schema(1, func(int, map[string]types.AttributeValue) error { return boom })
	})
	p, ctx, note := Patron{ID: "1", Version: 1}, t.Context(), ddb.If(ddb.Eq(&a.f.Note, "old"))
	set := ddb.Set(&a.f.Note, "new")
	for name, do := range map[string]func() error{
		"get":     func() error { _, err := a.repo.Get(ctx, p); return err },
		"put":     func() error { _, err := a.repo.Put(ctx, p, note); return err },
		"replace": func() error { _, err := a.repo.Replace(ctx, p, note); return err },
		"update":  func() error { _, err := a.repo.Update(ctx, p, set); return err },
		"upsert":  func() error { _, err := a.repo.Upsert(ctx, Patron{ID: "1"}, set); return err },
		"modify": func() error {
			_, err := a.repo.Modify(ctx, p, func(p *Patron) error { p.Note = "new"; return nil })
			return err
		},
		"move":     func() error { _, err := a.repo.Move(ctx, p, Patron{ID: "2", Note: "x"}); return err },
		"delete":   func() error { return a.repo.Delete(ctx, p, note) },
		"reindex":  func() error { _, err := a.repo.Reindex(ctx, nil); return err },
		"transact": func() error { return a.db.Transact(ctx, a.entity.Check(p, ddb.Eq(&a.f.Note, "old"))) },
		"batch":    func() error { return a.db.Batch(ctx, a.entity.Update(p, set), a.entity.Put(Patron{ID: "2"})) },
	} {
		err := do()
		require.ErrorIs(t, err, boom, name)
		assert.Equal(t, 1, strings.Count(err.Error(), "ddb: "), "%s: %v", name, err)
		assert.Regexp(t, "^ddb: "+name+"[: ]", err.Error())
		assert.Contains(t, err.Error(), `patron pk="patron#1" sk="patron#1": `)
	}
}
