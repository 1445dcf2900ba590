package write_test

import (
	"context"
	"maps"
	"slices"
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

// Crate is an entity with a field of each kind that edits are about.
type Crate struct {
	ID      string   `dynamodbav:"-"`
	Label   string   `dynamodbav:"label"`
	Count   int8     `dynamodbav:"count"`
	Stack   []string `dynamodbav:"stack"`
	Maybe   []string `dynamodbav:"maybe,omitempty"`
	Tags    []string `dynamodbav:"tags,stringset"`
	Numbers []int    `dynamodbav:"numbers,numberset,omitempty"`
	Blobs   [][]byte `dynamodbav:"blobs,binaryset,omitempty"`
	Version int64    `dynamodbav:"version"`
}

type crates struct {
	engine *ddbmem.Engine
	db     *ddb.DB
	entity *ddb.Entity[Crate]
	repo   *ddb.Repository[Crate]
	f      *Crate
}

func openCrates(t *testing.T, opts ddb.Options, declare ...func(*Crate, *ddb.Definition)) *crates {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	c := &crates{engine: ddbmem.New()}
	c.entity = ddb.MustDefine(table, "crate", func(x *Crate, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("crate#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		for _, f := range declare {
			f(x, d)
		}
	})
	c.f = c.entity.Fields()
	c.db = ddb.New(c.engine.Client(fixture.Impatient), "crates", table, &opts)
	c.repo = ddb.NewRepository(c.db, c.entity)
	require.NoError(t, c.db.CreateTable(t.Context()))
	return c
}

func crateVersion(x *Crate, d *ddb.Definition) { d.Version(&x.Version) }

// put stores crate 1 anew.
func (c *crates) put(t *testing.T, x Crate) {
	t.Helper()
	require.NoError(t, c.repo.Delete(t.Context(), Crate{ID: "1"}))
	x.ID = "1"
	_, err := c.repo.Put(t.Context(), x)
	require.NoError(t, err)
}

// raw is crate 1 as it is stored.
func (c *crates) raw(t *testing.T) map[string]types.AttributeValue {
	t.Helper()
	key := map[string]types.AttributeValue{}
	for _, attr := range []string{"pk", "sk"} {
		key[attr] = &types.AttributeValueMemberS{Value: "crate#1"}
	}
	out, err := c.engine.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("crates"), Key: key})
	require.NoError(t, err)
	return out.Item
}

// edited are the verbs that take edits, of crate 1, by which way they go.
func (c *crates) edited() map[string]func(context.Context, ...ddb.Edit) error {
	key := Crate{ID: "1"}
	return map[string]func(context.Context, ...ddb.Edit) error{
		"update": func(ctx context.Context, e ...ddb.Edit) error { _, err := c.repo.Update(ctx, key, e...); return err },
		"upsert": func(ctx context.Context, e ...ddb.Edit) error { _, err := c.repo.Upsert(ctx, key, e...); return err },
		"once": func(ctx context.Context, e ...ddb.Edit) error {
			return c.db.Do(ctx, c.entity.Update(key, append(e, ddb.Once)...))
		},
		"transaction":   func(ctx context.Context, e ...ddb.Edit) error { return c.db.Transact(ctx, c.entity.Update(key, e...)) },
		"batch":         func(ctx context.Context, e ...ddb.Edit) error { return c.db.Batch(ctx, c.entity.Update(key, e...)) },
		"batch, upsert": func(ctx context.Context, e ...ddb.Edit) error { return c.db.Batch(ctx, c.entity.Upsert(key, e...)) },
	}
}

// each runs a check for each way, of an entity with a version and of one without.
func eachEdited(t *testing.T, check func(t *testing.T, c *crates, run func(context.Context, ...ddb.Edit) error)) {
	t.Helper()
	for kind, declare := range map[string][]func(*Crate, *ddb.Definition){"plain": nil, "versioned": {crateVersion}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				c := openCrates(t, o, declare...)
				ways := c.edited()
				for _, way := range slices.Sorted(maps.Keys(ways)) {
					check(t, c, ways[way])
					require.False(t, t.Failed(), way)
				}
			})
		})
	}
}

// An edit of no elements changes nothing of its field, alone and beside others.
func TestEditsOfNoElementsChangeNothing(t *testing.T) {
	t.Parallel()
	eachEdited(t, func(t *testing.T, c *crates, run func(context.Context, ...ddb.Edit) error) {
		f := c.f
		for _, none := range []ddb.Edit{
			ddb.Append(&f.Stack), ddb.Prepend(&f.Stack), ddb.Append(&f.Maybe), ddb.Prepend(&f.Maybe),
			ddb.Append(&f.Stack, []string{}...), ddb.AddTo(&f.Tags), ddb.DeleteFrom(&f.Tags),
			ddb.AddTo(&f.Numbers), ddb.DeleteFrom(&f.Numbers), ddb.AddTo(&f.Blobs), ddb.DeleteFrom(&f.Blobs),
		} {
			for _, beside := range [][]ddb.Edit{nil, {ddb.Set(&f.Label, "new")}} {
				c.put(t, Crate{Label: "old", Stack: []string{"s"}, Tags: []string{"t"}, Numbers: []int{1}})
				want := c.raw(t)
				require.NoError(t, run(t.Context(), append(beside, none)...))
				got := c.raw(t)
				if beside != nil {
					require.Equal(t, &types.AttributeValueMemberS{Value: "new"}, got["label"])
				}
				for _, kept := range []string{"version", "~w", "label"} { // of the write, and beside
					delete(got, kept)
					delete(want, kept)
				}
				require.Equal(t, want, got)
			}
		}
	})
}

// An empty set is stored as null, to which nothing can be added: the error says so, and what to do.
func TestASetThatWasPutEmptyCannotBeAddedTo(t *testing.T) {
	t.Parallel()
	eachEdited(t, func(t *testing.T, c *crates, run func(context.Context, ...ddb.Edit) error) {
		c.put(t, Crate{Tags: []string{}})
		err := run(t.Context(), ddb.AddTo(&c.f.Tags, "x"))
		require.ErrorContains(t, err, "an empty set, which nothing can be added to: set the whole of it")
		require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
		require.NoError(t, run(t.Context(), ddb.Set(&c.f.Tags, []string{"x"})))
		require.NoError(t, run(t.Context(), ddb.AddTo(&c.f.Tags, "y"), ddb.AddTo(&c.f.Numbers, 1)), "one with omitempty is not stored when it is empty")
		got, err := c.repo.Get(t.Context(), Crate{ID: "1"})
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"x", "y"}, got.Tags)
		require.Equal(t, []int{1}, got.Numbers)
	})
}

// Whatever grows an item over what DynamoDB stores, by whichever edit, is too large, and nothing is written.
func TestWhateverGrowsAnItemTooFarIsTooLarge(t *testing.T) {
	t.Parallel()
	eachEdited(t, func(t *testing.T, c *crates, run func(context.Context, ...ddb.Edit) error) {
		half := strings.Repeat("x", 250<<10)
		for _, edit := range []ddb.Edit{
			ddb.Set(&c.f.Label, half), ddb.Append(&c.f.Stack, half), ddb.Prepend(&c.f.Stack, half), ddb.AddTo(&c.f.Tags, half),
			ddb.AddTo(&c.f.Blobs, []byte(half)), ddb.Set(&c.f.Maybe, []string{half}), ddb.SetIfAbsent(&c.f.Maybe, []string{half}),
			ddb.Set(&c.f.Stack, []string{half, half}), ddb.Set(&c.f.Label, half+half),
		} {
			c.put(t, Crate{Stack: []string{half}, Tags: []string{"t"}})
			want := c.raw(t)
			err := run(t.Context(), edit)
			require.ErrorIs(t, err, ddb.ErrTooLarge)
			require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
			require.Equal(t, want, c.raw(t))
		}
	})
	for name, run := range map[string]func(context.Context, *crates, string) error{
		"modify": func(ctx context.Context, c *crates, half string) error {
			_, err := c.repo.Modify(ctx, Crate{ID: "1"}, func(x *Crate) error { x.Label = half; return nil })
			return err
		},
		"move": func(ctx context.Context, c *crates, half string) error {
			_, err := c.repo.Move(ctx, Crate{ID: "1"}, Crate{ID: "2", Stack: []string{half}, Label: half})
			return err
		},
		"put": func(ctx context.Context, c *crates, half string) error {
			_, err := c.repo.Put(ctx, Crate{ID: "1", Stack: []string{half}, Label: half, Version: 1})
			return err
		},
		"replace in a transaction": func(ctx context.Context, c *crates, half string) error {
			return c.db.Transact(ctx, c.entity.Replace(Crate{ID: "1", Stack: []string{half}, Label: half, Version: 1}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				half := strings.Repeat("x", 250<<10)
				c := openCrates(t, o, crateVersion)
				c.put(t, Crate{Stack: []string{half}})
				want := c.raw(t)
				require.ErrorIs(t, run(t.Context(), c, half), ddb.ErrTooLarge)
				require.Equal(t, want, c.raw(t))
			})
		})
	}
}

// An Add can make a number that its field does not hold. The item is written then; the error says so, and it is no definite one,
// since a caller that tries again would add twice.
func TestAnAddThatItsFieldCannotHoldSaysThatItIsWritten(t *testing.T) {
	t.Parallel()
	for _, upsert := range []bool{false, true} {
		fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
			c := openCrates(t, o)
			c.put(t, Crate{Count: 100})
			write := c.repo.Update
			if upsert {
				write = c.repo.Upsert
			}
			_, err := write(t.Context(), Crate{ID: "1"}, ddb.Add(&c.f.Count, 100))
			require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
			require.ErrorContains(t, err, "written, but the item cannot be read")
			require.ErrorContains(t, err, "Count")
			require.ErrorContains(t, err, "200")
			assert.Equal(t, &types.AttributeValueMemberN{Value: "200"}, c.raw(t)["count"])
			_, err = c.repo.Get(t.Context(), Crate{ID: "1"})
			require.ErrorContains(t, err, "Count", "the item is said to be wrong, and where")
			require.NoError(t, c.db.Do(t.Context(), c.entity.Update(Crate{ID: "1"}, ddb.Sub(&c.f.Count, 100))), "it can be mended")
			got, err := c.repo.Get(t.Context(), Crate{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, int8(100), got.Count)
		})
	}
}

// An Upsert whose edits only remove makes an item where there is none, or is refused: by DynamoDB's rules it makes one only
// where something is set, such as the type attribute.
func TestAnUpsertThatOnlyRemovesMakesAnItemOrIsRefused(t *testing.T) {
	t.Parallel()
	key := Crate{ID: "1"}
	for name, c := range map[string]struct {
		table   *ddb.Table
		declare []func(*Crate, *ddb.Definition)
		makes   bool
	}{
		"with a type":    {ddb.NewTable("pk", "sk"), nil, true},
		"without a type": {ddb.NewTable("pk", "sk").TypeAttribute(""), nil, false},
		"with a version": {ddb.NewTable("pk", "sk").TypeAttribute(""), []func(*Crate, *ddb.Definition){crateVersion}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crate := ddb.MustDefine(c.table, "crate", func(x *Crate, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("crate#"), ddb.Str(&x.ID))
				d.Primary(id, id)
				for _, f := range c.declare {
					f(x, d)
				}
			})
			db := ddb.New(ddbmem.New().Client(), "crates", c.table, nil)
			require.NoError(t, db.CreateTable(t.Context()))
			repo, f := ddb.NewRepository(db, crate), crate.Fields()
			for _, edits := range [][]ddb.Edit{{ddb.Remove(&f.Label)}, {ddb.DeleteFrom(&f.Tags, "x")}, {ddb.Set(&f.Maybe, nil)}, {ddb.Append(&f.Stack)}} {
				for _, write := range []func() error{
					func() error { _, err := repo.Upsert(t.Context(), key, edits...); return err },
					func() error { return db.Transact(t.Context(), crate.Upsert(key, edits...)) },
					func() error { return db.Batch(t.Context(), crate.Upsert(key, edits...)) },
				} {
					err := write()
					_, gone := repo.Get(t.Context(), key)
					if c.makes {
						require.NoError(t, err)
						require.NoError(t, gone)
					} else {
						require.ErrorIs(t, err, ddb.ErrModel)
						require.ErrorContains(t, err, "only remove")
						require.ErrorIs(t, gone, ddb.ErrNotFound)
					}
					require.NoError(t, repo.Delete(t.Context(), key))
				}
			}
		})
	}
}
