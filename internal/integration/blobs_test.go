package integration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/integration"
)

type scroll struct {
	ID      string       `dynamodbav:"-"`
	Body    ddbblob.Blob `dynamodbav:"body"`
	Version int64        `dynamodbav:"version"`
}

// The conditions on references, and the reads of a sweep, are understood as they are meant.
func TestContentsInADirectory(t *testing.T) {
	t.Parallel()
	for name, history := range map[string]bool{"plain": false, "history": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				ctx := t.Context()
				table := ddb.NewTable("pk", "sk")
				scrolls := ddb.MustDefine(table, "scroll", func(s *scroll, d *ddb.Definition) {
					id := ddb.Key(ddb.Prefix("scroll#"), ddb.Str(&s.ID))
					d.Primary(id, id)
					if history {
						d.Version(&s.Version)
						d.History(ddb.Key(ddb.Prefix("v#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&s.Version, 6)))
					}
				})
				later := time.Duration(0)
				now := func() time.Time { return time.Now().Add(later) }
				db := env.OpenWith(t, table, &ddb.Options{Blobs: ddbblob.Dir(t.TempDir()), Now: now})
				repo := ddb.NewRepository(db, scrolls).Consistent()

				first, err := repo.Put(ctx, scroll{ID: "ä/1", Body: ddbblob.FromString("first")})
				require.NoError(t, err)
				kept, err := repo.Put(ctx, first)
				require.NoError(t, err)
				require.Equal(t, first.Body, kept.Body)
				kept.Body = ddbblob.FromString("second")
				second, err := repo.Replace(ctx, kept)
				require.NoError(t, err)
				_, err = repo.Put(ctx, first)
				require.ErrorIs(t, err, ddb.ErrConflict)
				stale := second
				stale.Body = first.Body
				_, err = repo.Replace(ctx, stale)
				require.ErrorIs(t, err, ddb.ErrConflict)
				other := scroll{ID: "2", Body: second.Body}
				_, err = repo.Create(ctx, other)
				require.NoError(t, err)
				require.NoError(t, repo.Delete(ctx, second))

				var swept ddbblob.Swept
				for range 2 {
					later += 25 * time.Hour
					swept, err = db.SweepBlobs(ctx, nil)
					require.NoError(t, err)
				}
				want := ddbblob.Swept{Objects: 3, Referenced: 1, Deleted: 2, Bytes: 11}
				if history {
					want = ddbblob.Swept{Objects: 3, Referenced: 3}
				}
				require.Equal(t, want, swept)
				got, err := repo.Get(ctx, scroll{ID: "2"})
				require.NoError(t, err)
				content, err := got.Body.Load(ctx)
				require.NoError(t, err)
				require.Equal(t, "second", string(content))
			})
		})
	}
}
