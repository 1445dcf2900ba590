package write_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Pass expires, unless its time is zero; the lasting ones are in an index.
type Pass struct {
	ID      string    `dynamodbav:"-"`
	Holder  string    `dynamodbav:"holder"`
	Score   int       `dynamodbav:"score"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
	Version int64     `dynamodbav:"version"`
}

type passes struct {
	lasting *ddb.Index
	entity  *ddb.Entity[Pass]
	engine  *ddbmem.Engine
	db      *ddb.DB
	repo    *ddb.Repository[Pass]
}

func openPasses(t *testing.T) passes {
	t.Helper()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	p := passes{lasting: table.GSI("lasting", "lasting", "")}
	p.entity = ddb.MustDefine(table, "pass", func(x *Pass, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("pass#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(p.lasting, ddb.Key(ddb.Prefix("lasting"))).When(ddb.Eq(&x.Expires, time.Time{}))
		d.TTL(&x.Expires)
		d.Version(&x.Version)
	})
	p.engine = ddbmem.New()
	p.db = ddb.New(p.engine.Client(), "passes", table, nil)
	require.NoError(t, p.db.CreateTable(t.Context()))
	p.repo = ddb.NewRepository(p.db, p.entity)
	return p
}

// Whatever verb leaves a zero TTL, the item stays, and stands in the index of those that do.
func TestAZeroTTLIsNever(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	ctx, f := t.Context(), p.entity.Fields()
	soon := time.Now().Add(time.Hour)
	verbs := map[string]func(id string) error{
		"create": func(id string) error { return p.repo.Delete(ctx, Pass{ID: id}) },
		"update": func(id string) error {
			_, err := p.repo.Update(ctx, Pass{ID: id}, ddb.Set(&f.Expires, time.Time{}))
			return err
		},
		"remove": func(id string) error {
			_, err := p.repo.Update(ctx, Pass{ID: id}, ddb.Remove(&f.Expires))
			return err
		},
		"modify": func(id string) error {
			_, err := p.repo.Modify(ctx, Pass{ID: id}, func(x *Pass) error { x.Expires = time.Time{}; return nil })
			return err
		},
		"move": func(id string) error {
			_, err := p.repo.Move(ctx, Pass{ID: id}, Pass{ID: id + "2", Holder: "h"})
			return err
		},
		"upsert": func(id string) error {
			_, err := p.repo.Upsert(ctx, Pass{ID: id}, ddb.Set(&f.Expires, time.Time{}), ddb.Set(&f.Holder, "h"))
			return err
		},
	}
	for name, verb := range verbs {
		_, err := p.repo.Create(ctx, Pass{ID: name, Holder: "h", Expires: soon})
		require.NoError(t, err)
		require.NoError(t, verb(name), name)
	}
	_, err := p.repo.Create(ctx, Pass{ID: "create", Holder: "h"})
	require.NoError(t, err)
	lasting, err := ddb.Collect(p.repo.Query(ctx, p.entity.On(p.lasting, Pass{})))
	require.NoError(t, err)
	assert.Len(t, lasting, len(verbs))
	for _, x := range lasting {
		got, err := p.repo.Get(ctx, x)
		require.NoError(t, err, x.ID)
		assert.Zero(t, got.Expires)
	}
	_, err = p.repo.Update(ctx, Pass{ID: "create"}, ddb.If(ddb.Eq(&f.Expires, time.Time{})), ddb.Set(&f.Holder, "x"))
	require.NoError(t, err, "zero equals absent")
}

// A batch with a mistake in it writes nothing.
func TestABatchWithAMistakeWritesNothing(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	f := p.entity.Fields()
	err := p.db.Batch(t.Context(), p.entity.Create(Pass{ID: "1"}), p.entity.Update(Pass{ID: "2"}, ddb.Set(&f.Version, 3)))
	require.ErrorIs(t, err, ddb.ErrModel)
	_, partly := errors.AsType[*ddb.BatchError](err)
	assert.False(t, partly)
	_, err = p.repo.Get(t.Context(), Pass{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

// A Move to a bare key would empty the item.
func TestMoveToABareKeyIsRefused(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	_, err := p.repo.Create(t.Context(), Pass{ID: "1", Holder: "h"})
	require.NoError(t, err)
	_, err = p.repo.Move(t.Context(), Pass{ID: "1"}, Pass{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "pass the complete new item, such as a changed copy of one that was read")
}

// A Modify takes conditions, and returns the item as it was where that is asked for.
func TestModifyTakesOptions(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	ctx, f := t.Context(), p.entity.Fields()
	_, err := p.repo.Create(ctx, Pass{ID: "1", Holder: "ann"})
	require.NoError(t, err)
	bump := func(x *Pass) error { x.Score++; return nil }
	old, err := p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.If(ddb.Eq(&f.Holder, "ann")), ddb.ReturnOld)
	require.NoError(t, err)
	assert.Equal(t, 0, old.Score)
	_, err = p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.If(ddb.Eq(&f.Holder, "bob")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	have, ok := p.entity.Current(err)
	assert.True(t, ok)
	assert.Equal(t, 1, have.Score)
	now, err := p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.Once)
	require.NoError(t, err)
	assert.Equal(t, 2, now.Score)
}

// An If that does not hold does not begin to hold by trying again: the function runs once where nobody else writes, and the
// error comes at once.
func TestAModifyWhoseIfDoesNotHoldRunsOnce(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		if !strings.Contains(kind, "versioned") && !strings.Contains(kind, "history") {
			continue
		}
		for _, opts := range [][]ddb.Option{nil, {ddb.Once}} {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
					l := fixture.OpenLoans(t, o, declare...)
					_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					runs := 0
					ctx, m := ddb.WithMeter(t.Context())
					_, err = l.Repo.Modify(ctx, fixture.Loan{ID: "1"}, func(x *fixture.Loan) error { runs++; x.Email = "b@x"; return nil },
						append(opts, ddb.If(ddb.Eq(&l.Fields.N, 11)))...)
					fixture.RequireClass(t, ddb.ErrCondition, err)
					assert.Equal(t, 1, runs)
					assert.Equal(t, 2, m.Requests(), "a read and a write")
					assert.Equal(t, "a@x", l.Live(t)["1"].Email)
				})
			})
		}
	}
}
