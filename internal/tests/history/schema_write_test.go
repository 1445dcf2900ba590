package history_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// WikiPage is an entity whose schema changes.
type WikiPage struct {
	ID      string   `dynamodbav:"-"`
	Slug    string   `dynamodbav:"slug"`
	Tags    []string `dynamodbav:"tags,stringset,omitempty"`
	Raw     []byte   `dynamodbav:"raw"`
	Open    bool     `dynamodbav:"open"`
	Version int64    `dynamodbav:"version"`
}

type wiki struct {
	client *fixture.Interrupted
	db     *ddb.DB
	entity *ddb.Entity[WikiPage]
	repo   *ddb.Repository[WikiPage]
}

// openWiki opens wiki as a program of a schema does.
func openWiki(t *testing.T, engine *ddbmem.Engine, schema int, upgrade func(from int, attrs map[string]types.AttributeValue) error, declare ...func(*WikiPage, *ddb.Definition)) *wiki {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	p := &wiki{client: &fixture.Interrupted{Client: engine.Client()}}
	p.entity = ddb.MustDefine(table, "wiki", func(x *WikiPage, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("wiki#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Schema(schema, upgrade)
		for _, f := range declare {
			f(x, d)
		}
	})
	p.db = ddb.New(p.client, "wiki", table, nil)
	p.repo = ddb.NewRepository(p.db, p.entity)
	if err := p.db.CreateTable(t.Context()); err != nil {
		require.ErrorIs(t, err, ddb.ErrExists)
	}
	return p
}

func wikiVersion(x *WikiPage, d *ddb.Definition) { d.Version(&x.Version) }

func wikiUnique(x *WikiPage, d *ddb.Definition) { d.Unique("slug", ddb.Str(&x.Slug)) }

// An upgrade that changes sets, bytes and bools in place changes a copy: what was read is what a rewrite asserts.
func TestAnUpgradeMayChangeInPlace(t *testing.T) {
	t.Parallel()
	upgrade := func(_ int, attrs map[string]types.AttributeValue) error {
		tags := attrs["tags"].(*types.AttributeValueMemberSS)
		tags.Value[0] = "new"
		attrs["raw"].(*types.AttributeValueMemberB).Value[0] = 2
		attrs["open"].(*types.AttributeValueMemberBOOL).Value = true
		return nil
	}
	for name, declare := range map[string][]func(*WikiPage, *ddb.Definition){"versioned": {wikiVersion}, "not": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := ddbmem.New()
			_, err := openWiki(t, engine, 1, nil, declare...).repo.Create(t.Context(), WikiPage{ID: "1", Tags: []string{"old"}, Raw: []byte{1}})
			require.NoError(t, err)
			p := openWiki(t, engine, 2, upgrade, declare...)
			n, err := p.repo.Reindex(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, 1, n.Rewritten)
			got, err := p.repo.Get(t.Context(), WikiPage{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, []string{"new"}, got.Tags)
			assert.Equal(t, []byte{2}, got.Raw)
			assert.True(t, got.Open)
		})
	}
}

// A Reindex that loses the race against a program of a newer schema leaves its items alone.
func TestReindexDoesNotStampAnOlderSchemaOnNewerData(t *testing.T) {
	t.Parallel()
	upTo := func(newest int) func(int, map[string]types.AttributeValue) error {
		return func(from int, attrs map[string]types.AttributeValue) error {
			slug := attrs["slug"].(*types.AttributeValueMemberS)
			for n := from + 1; n <= newest; n++ {
				slug.Value += ">" + string(rune('0'+n))
			}
			return nil
		}
	}
	for name, declare := range map[string][]func(*WikiPage, *ddb.Definition){"versioned": {wikiVersion}, "not": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := ddbmem.New()
			_, err := openWiki(t, engine, 1, nil, declare...).repo.Create(t.Context(), WikiPage{ID: "1", Slug: "a"})
			require.NoError(t, err)
			second, third := openWiki(t, engine, 2, upTo(2), declare...), openWiki(t, engine, 3, upTo(3), declare...)
			second.client.BeforeUpdate = func() {
				_, err := third.repo.Reindex(t.Context(), nil)
				assert.NoError(t, err)
				_, err = third.repo.Update(t.Context(), WikiPage{ID: "1"}, ddb.Set(&third.entity.Fields().Slug, "c"))
				assert.NoError(t, err)
			}
			n, err := second.repo.Reindex(t.Context(), nil)
			require.NoError(t, err)
			assert.Zero(t, n.Rewritten, "the item is of the newer program")
			got, err := third.repo.Get(t.Context(), WikiPage{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, "c", got.Slug, "each upgrade once")
			stored, err := engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new("wiki")})
			require.NoError(t, err)
			require.Len(t, stored.Items, 1)
			assert.Equal(t, &types.AttributeValueMemberN{Value: "3"}, stored.Items[0]["~s"])
			n, err = second.repo.Reindex(t.Context(), nil)
			require.NoError(t, err)
			assert.Zero(t, n, "nor does it count what it does not know")
			again, err := engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new("wiki")})
			require.NoError(t, err)
			assert.Equal(t, stored.Items, again.Items)
		})
	}
}

// Conditions are asked of an item as its upgrade makes it.
func TestConditionsSeeTheUpgradedItem(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	old := openWiki(t, engine, 1, nil, wikiVersion)
	for _, id := range []string{"update", "modify", "delete", "take", "put", "replace", "move", "check", "transact"} {
		_, err := old.repo.Create(t.Context(), WikiPage{ID: id, Slug: "O"})
		require.NoError(t, err)
	}
	p := openWiki(t, engine, 2, func(_ int, attrs map[string]types.AttributeValue) error {
		attrs["slug"] = &types.AttributeValueMemberS{Value: "open"}
		return nil
	}, wikiVersion)
	ctx, f := t.Context(), p.entity.Fields()
	holds, not := ddb.If(ddb.Eq(&f.Slug, "open")), ddb.If(ddb.Eq(&f.Slug, "O"))
	open := func(x *WikiPage) error { x.Open = true; return nil }
	for name, run := range map[string]func(WikiPage, ddb.Option) error{
		"update": func(x WikiPage, o ddb.Option) error {
			_, err := p.repo.Update(ctx, x, ddb.Set(&f.Open, true), o)
			return err
		},
		"modify":  func(x WikiPage, o ddb.Option) error { _, err := p.repo.Modify(ctx, x, open, o); return err },
		"delete":  func(x WikiPage, o ddb.Option) error { return p.repo.Delete(ctx, x, o) },
		"take":    func(x WikiPage, o ddb.Option) error { _, err := p.repo.Take(ctx, x, o); return err },
		"put":     func(x WikiPage, o ddb.Option) error { _, err := p.repo.Put(ctx, x, o); return err },
		"replace": func(x WikiPage, o ddb.Option) error { _, err := p.repo.Replace(ctx, x, o); return err },
		"move": func(x WikiPage, o ddb.Option) error {
			to := x
			to.ID += "2"
			_, err := p.repo.Move(ctx, x, to, o)
			return err
		},
		"transact": func(x WikiPage, o ddb.Option) error {
			return p.db.Transact(ctx, p.entity.Update(x, ddb.Set(&f.Open, true), o))
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := WikiPage{ID: name, Slug: "open", Version: 1}
			require.ErrorIs(t, run(x, not), ddb.ErrCondition)
			require.NoError(t, run(x, holds))
		})
	}
	require.ErrorIs(t, p.db.Transact(ctx, p.entity.Check(WikiPage{ID: "check"}, ddb.Eq(&f.Slug, "O"))), ddb.ErrCondition)
	require.NoError(t, p.db.Transact(ctx, p.entity.Check(WikiPage{ID: "check"}, ddb.Eq(&f.Slug, "open"))))
	created := ddb.If(ddb.Absent(&f.Slug))
	require.NoError(t, p.db.Do(ctx, p.entity.Put(WikiPage{ID: "new"}, created)), "an item that is not there has no schema")
}

// An upgrade that changes a unique value moves its constraint, by whichever verb the item is written next.
func TestAnUpgradeMovesConstraints(t *testing.T) {
	t.Parallel()
	trim := func(_ int, attrs map[string]types.AttributeValue) error {
		attrs["slug"] = &types.AttributeValueMemberS{Value: strings.TrimSpace(attrs["slug"].(*types.AttributeValueMemberS).Value)}
		return nil
	}
	for name, write := range map[string]func(*testing.T, *wiki) error{
		"reindex": func(t *testing.T, p *wiki) error { _, err := p.repo.Reindex(t.Context(), nil); return err },
		"update": func(t *testing.T, p *wiki) error {
			_, err := p.repo.Update(t.Context(), WikiPage{ID: "1"}, ddb.Set(&p.entity.Fields().Open, true))
			return err
		},
		"modify": func(t *testing.T, p *wiki) error {
			_, err := p.repo.Modify(t.Context(), WikiPage{ID: "1"}, func(x *WikiPage) error { x.Open = true; return nil })
			return err
		},
		"put": func(t *testing.T, p *wiki) error {
			_, err := p.repo.Put(t.Context(), WikiPage{ID: "1", Slug: "a", Version: 1})
			return err
		},
		"ensure unique": func(t *testing.T, p *wiki) error { return p.repo.EnsureUnique(t.Context(), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := ddbmem.New()
			_, err := openWiki(t, engine, 1, nil, wikiVersion, wikiUnique).repo.Create(t.Context(), WikiPage{ID: "1", Slug: "a "})
			require.NoError(t, err)
			p := openWiki(t, engine, 2, trim, wikiVersion, wikiUnique)
			require.NoError(t, write(t, p))
			_, err = p.repo.Create(t.Context(), WikiPage{ID: "2", Slug: "a"})
			require.ErrorIs(t, err, ddb.ErrNotUnique)
			_, err = p.repo.Create(t.Context(), WikiPage{ID: "3", Slug: "a "})
			require.NoError(t, err, "the old value is free")
		})
	}
	t.Run("a value that is taken", func(t *testing.T) {
		t.Parallel()
		engine := ddbmem.New()
		old := openWiki(t, engine, 1, nil, wikiVersion, wikiUnique)
		for _, x := range []WikiPage{{ID: "1", Slug: "a "}, {ID: "2", Slug: "a"}} {
			_, err := old.repo.Create(t.Context(), x)
			require.NoError(t, err)
		}
		p := openWiki(t, engine, 2, trim, wikiVersion, wikiUnique)
		n, err := p.repo.Reindex(t.Context(), nil)
		require.ErrorIs(t, err, ddb.ErrNotUnique)
		assert.Equal(t, 1, n.Rewritten, "the other one")
		require.NoError(t, p.repo.Delete(t.Context(), WikiPage{ID: "1"}), "and it can be deleted")
	})
}

// EnsureUnique brings an item of an older schema into that of today, and then claims what it holds, also where the upgrade did
// not change it.
func TestEnsureUniqueClaimsWhatItUpgrades(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	_, err := openWiki(t, engine, 1, nil, wikiVersion).repo.Create(t.Context(), WikiPage{ID: "1", Slug: "a"})
	require.NoError(t, err)
	p := openWiki(t, engine, 2, func(_ int, attrs map[string]types.AttributeValue) error {
		attrs["open"] = &types.AttributeValueMemberBOOL{Value: true}
		return nil
	}, wikiVersion, wikiUnique)
	require.NoError(t, p.repo.EnsureUnique(t.Context(), nil))
	_, err = p.repo.Create(t.Context(), WikiPage{ID: "2", Slug: "a"})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
}
