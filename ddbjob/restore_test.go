package ddbjob_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

var shopEntities = ddbjob.Select{Entities: []ddb.AnyEntity{customers, orders, articles}}

// exported is the table "old" in files, but for what no entity claims.
func exported(t require.TestingT, w *world) memory {
	to := memory{fstest.MapFS{}, nil}
	_, err := ddbjob.Export(context.Background(), w.open("old"), to, &ddbjob.ExportOptions{
		JobOptions: ddb.JobOptions{Segments: 4}, Select: shopEntities, FileBytes: 1,
	})
	require.NoError(t, err)
	return to
}

// A restore into an empty table, however often it is killed, makes the same table: versions, times, unique values, histories.
func TestARestoreThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		n := rapid.IntRange(0, 50).Draw(rt, "items")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(must, "old", "new")
			w.fill(must, r, "old", n)
			files := exported(must, w)
			l := &life{w: w, r: r, first: 150}
			err := l.live(func(ctx context.Context, o ddb.JobOptions) error {
				o.Workers, o.Rate = workers, 20
				_, err := ddbjob.Restore(ctx, w.db("new"), files, &ddbjob.RestoreOptions{JobOptions: o})
				return err
			})
			if err != nil {
				return err
			}
			want := w.dump(must, "old")
			for key := range want {
				if strings.HasPrefix(key, `S"x#`) || strings.HasPrefix(key, `S"~a#`) || strings.HasPrefix(key, `S"~d#`) {
					delete(want, key)
				}
			}
			if d := differ(want, w.dump(must, "new")); d != "" {
				return fmt.Errorf("after %d runs: %s", l.runs, d)
			}
			return nil
		}))
	})
}

// What a table in use has is not destroyed: an item that is there stays, or is replaced as asked, and one that was deleted comes back
// with its unique value. Each history is one line of numbers.
func TestARestoreIntoATableInUse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		existing := rapid.SampledFrom([]ddbjob.Existing{ddbjob.Keep, ddbjob.Older, ddbjob.Replace}).Draw(rt, "existing")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			ctx := context.Background()
			w := newWorld(must, "old")
			w.fill(must, r, "old", 40)
			files := exported(must, w)
			was := shopOf(must, w)
			db := w.open("old")
			cs, as, os := ddb.NewRepository(db, customers), ddb.NewRepository(db, articles), ddb.NewRepository(db, orders)
			for id, v := range was { // the table goes on
				var err error
				switch v := v.(type) {
				case customer:
					switch r.IntN(3) {
					case 0:
						err = cs.Delete(ctx, v)
					case 1:
						v.Email += "-changed"
						v.Tier = "changed"
						_, err = cs.Replace(ctx, v)
					}
				case article:
					switch r.IntN(4) {
					case 0:
						err = as.Delete(ctx, v)
					case 1:
						v.Text = "changed"
						_, err = as.Replace(ctx, v)
					case 2:
						if err = as.Delete(ctx, v); err == nil {
							_, err = as.Create(ctx, article{ID: v.ID, Text: "again"})
						}
					}
				case order:
					switch r.IntN(3) {
					case 0:
						err = os.Delete(ctx, v)
					case 1:
						v.Text = "changed"
						_, err = os.Put(ctx, v)
					}
				}
				if err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
			}
			before := shopOf(must, w)
			l := &life{w: w, r: r, first: 150}
			err := l.live(func(ctx context.Context, o ddb.JobOptions) error {
				o.Rate = 20
				_, err := ddbjob.Restore(ctx, w.db("old"), files, &ddbjob.RestoreOptions{JobOptions: o, Existing: existing})
				return err
			})
			if err != nil {
				return err
			}
			after := shopOf(must, w)
			if len(after) != len(was) {
				return fmt.Errorf("%d items of %d", len(after), len(was))
			}
			for id, now := range after {
				want := was[id]
				if before[id] != nil && existing != ddbjob.Replace {
					want = before[id]
				}
				if content(now) != content(want) {
					return fmt.Errorf("%s: %+v, not %+v", id, now, want)
				}
				if a, ok := now.(article); ok {
					if err := line(ctx, as, a); err != nil {
						return err
					}
				}
			}
			return uniquesAgree(must, w, after)
		}))
	})
}

// content is an item without what a new version changes.
func content(v any) string {
	switch v := v.(type) {
	case customer:
		v.Version, v.Changed = 0, v.Since
		return fmt.Sprintf("%+v", v)
	case article:
		v.Version = 0
		return fmt.Sprintf("%+v", v)
	}
	return fmt.Sprintf("%+v", v)
}

// line reports an article whose newest version is not that of the item.
func line(ctx context.Context, repo *ddb.Repository[article], a article) error {
	for v, err := range repo.History().All(ctx, article{ID: a.ID}) {
		if err != nil {
			return err
		}
		if v != a {
			return fmt.Errorf("article %+v, its newest version %+v", a, v)
		}
		return nil
	}
	return fmt.Errorf("article %+v has no version", a)
}

func uniquesAgree(t require.TestingT, w *world, items map[string]any) error {
	held := map[string]string{}
	for item := range w.items(t, "old") {
		if pk := item["pk"].(*types.AttributeValueMemberS).Value; strings.HasPrefix(pk, "~u#") {
			held[pk] = item["~o"].(*types.AttributeValueMemberM).Value["pk"].(*types.AttributeValueMemberS).Value
		}
	}
	for _, v := range items {
		if c, ok := v.(customer); ok {
			key := "~u#customer~email=" + strings.ToLower(c.Email)
			if held[key] != "c#"+c.ID {
				return fmt.Errorf("%s is of %q, not of %s", key, held[key], c.ID)
			}
			delete(held, key)
		}
	}
	if len(held) > 0 {
		return fmt.Errorf("left: %v", held)
	}
	return nil
}

func shopOf(t require.TestingT, w *world) map[string]any {
	out := map[string]any{}
	for v, err := range w.open("old").Scan(context.Background(), &ddb.ScanOptions{IgnoreUnknown: true}) {
		require.NoError(t, err)
		switch x := v.(type) {
		case customer:
			out["c"+x.ID] = x
		case article:
			out["a"+x.ID] = x
		case order:
			out["o"+x.Customer+"/"+x.ID] = x
		}
	}
	return out
}

// What is no item of the model is reported with its line, and so is a value that another item holds. Index keys are made anew.
func TestARestoreGoesThroughTheModel(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old", "new")
	repo := ddb.NewRepository(w.open("old"), customers)
	for _, id := range []string{"1", "2"} {
		_, err := repo.Create(ctx, customer{ID: id, Email: "mail" + id, Tier: "gold"})
		require.NoError(t, err)
	}
	files := memory{fstest.MapFS{}, nil}
	_, err := ddbjob.Export(ctx, w.open("old"), files, nil)
	require.NoError(t, err)
	lines := unzip(t, files.MapFS["data/000001.json.gz"].Data)
	lines = strings.ReplaceAll(lines, `"t#gold"`, `"t#stale"`)
	lines += `{"Item":{"pk":{"S":"x"},"sk":{"S":"x"}}}` + "\n"
	lines += `{"Item":{"pk":{"S":"c#3"},"sk":{"S":"c#3"},"entityType":{"S":"customer"},"points":{"S":"many"}}}` + "\n"
	lines += `{"Item":{"pk":{"S":"c#4"},"sk":{"S":"o#4"},"entityType":{"S":"customer"}}}` + "\n"
	other := ddb.NewRepository(w.open("new"), customers)
	_, err = other.Create(ctx, customer{ID: "9", Email: "MAIL2", Tier: "gold"})
	require.NoError(t, err)
	said := map[int]error{}
	done, err := ddbjob.Restore(ctx, w.open("new"), fstest.MapFS{"all.json": {Data: []byte(lines)}}, &ddbjob.RestoreOptions{
		Damaged: func(e *ddbjob.LineError) { said[e.Line] = e },
	})
	require.Error(t, err)
	assert.Equal(t, 4, done.Damaged)
	assert.Equal(t, 1, done.Written)
	n := strings.Count(lines, "\n")
	require.ErrorIs(t, said[n-2], ddb.ErrUnknown)
	require.ErrorIs(t, said[n], ddb.ErrUnknown)
	assert.ErrorContains(t, said[n-1], "Points")
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	_, err = other.Get(ctx, customer{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrNotFound, "nothing of it is written")
	found, err := ddb.Collect(other.Query(ctx, customers.On(byTier, customer{Tier: "gold"})))
	require.NoError(t, err)
	assert.Len(t, found, 2)
}

// A lower version is replaced if asked for.
func TestAnOlderItemIsReplaced(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old")
	repo := ddb.NewRepository(w.open("old"), customers)
	c, err := repo.Create(ctx, customer{ID: "1", Email: "first", Tier: "t"})
	require.NoError(t, err)
	first := exported(t, w)
	c.Email = "second"
	c, err = repo.Replace(ctx, c)
	require.NoError(t, err)
	second := exported(t, w)
	want := w.dump(t, "old")

	w.empty(t, "old")
	for _, step := range []struct {
		files    memory
		existing ddbjob.Existing
		want     ddbjob.Restored
	}{
		{first, ddbjob.Keep, ddbjob.Restored{Items: 2, Written: 1, LeftOut: 1}},
		{second, ddbjob.Keep, ddbjob.Restored{Items: 2, Kept: 1, LeftOut: 1}},
		{second, ddbjob.Older, ddbjob.Restored{Items: 2, Written: 1, LeftOut: 1}},
		{second, ddbjob.Replace, ddbjob.Restored{Items: 2, Same: 1, LeftOut: 1}},
		{first, ddbjob.Older, ddbjob.Restored{Items: 2, Kept: 1, LeftOut: 1}},
	} {
		done, err := ddbjob.Restore(ctx, w.open("old"), step.files, &ddbjob.RestoreOptions{Existing: step.existing})
		require.NoError(t, err)
		assert.Equal(t, step.want, done)
	}
	assert.Equal(t, want, w.dump(t, "old"))
	_, err = ddbjob.Restore(ctx, w.open("old"), first, &ddbjob.RestoreOptions{Existing: ddbjob.Replace})
	require.NoError(t, err)
	now, err := repo.Get(ctx, c)
	require.NoError(t, err)
	assert.EqualValues(t, 3, now.Version)
	assert.Equal(t, "first", now.Email)
	_, err = repo.Replace(ctx, c)
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.NoError(t, uniquesAgree(t, w, map[string]any{"1": now}))
}

// A version that the table has stays, also if the export has another of its number.
func TestAVersionThatIsThereStays(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old")
	repo := ddb.NewRepository(w.open("old"), articles)
	_, err := repo.Create(ctx, article{ID: "1", Text: "exported"})
	require.NoError(t, err)
	files := exported(t, w)
	w.empty(t, "old")
	_, err = repo.Create(ctx, article{ID: "1", Text: "another"})
	require.NoError(t, err)
	before := w.dump(t, "old")
	for _, existing := range []ddbjob.Existing{ddbjob.Keep, ddbjob.Older} {
		done, err := ddbjob.Restore(ctx, w.open("old"), files, &ddbjob.RestoreOptions{Existing: existing})
		require.NoError(t, err)
		assert.Equal(t, ddbjob.Restored{Items: 2, Kept: 2}, done)
		assert.Equal(t, before, w.dump(t, "old"))
	}
	_, err = ddbjob.Restore(ctx, w.open("old"), files, &ddbjob.RestoreOptions{Existing: ddbjob.Replace})
	require.NoError(t, err)
	now, err := repo.Get(ctx, article{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, article{ID: "1", Text: "exported", Version: 2}, now)
	first, err := repo.History().At(ctx, article{ID: "1"}, 1)
	require.NoError(t, err)
	assert.Equal(t, "another", first.Text)
}
