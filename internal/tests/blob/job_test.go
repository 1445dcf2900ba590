package blob_test

import (
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/write"
)

func TestAnItemThatIsRestoredGetsItsOwnObject(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{plain, versioned, historical} {
		s := newSchool(t, k)
		ctx := t.Context()
		old, err := s.lectures.Create(ctx, one("old"))
		require.NoError(t, err)
		backup := rawItem(t, s, "c#go", "l#1")
		restore := func(existing write.Existing) (write.Restoration, error) {
			return face.DB(s.db).Restore(ctx, face.Entity(s.entity), backup, existing)
		}
		out, err := restore(write.ExistingReplaced)
		require.NoError(t, err)
		require.Equal(t, write.RestoredSame, out)

		changed := old
		changed.Slides = ddbblob.FromString("new")
		_, err = s.lectures.Put(ctx, changed)
		require.NoError(t, err)
		out, err = restore(write.ExistingReplaced)
		require.NoError(t, err)
		require.Equal(t, write.RestoredItem, out)
		got := s.get(old)
		require.Equal(t, "old", s.load(got.Slides))
		require.NotEqual(t, old.Slides, got.Slides)

		require.NoError(t, s.lectures.Delete(ctx, got))
		gone := 3
		if k == historical {
			require.NoError(t, s.lectures.History().Prune(ctx, old, 1))
			gone-- // the newest version stays
		}
		require.Equal(t, gone, s.sweep().Deleted)
		_, err = restore(write.ExistingKept)
		require.ErrorIs(t, err, ddbblob.ErrNoObject)
		_, err = s.lectures.Get(ctx, old)
		require.ErrorIs(t, err, ddb.ErrNotFound)
	}
}

func TestAVersionThatIsRestoredGetsItsOwnObject(t *testing.T) {
	t.Parallel()
	s := newSchool(t, historical)
	ctx := t.Context()
	first, err := s.lectures.Create(ctx, one("first"))
	require.NoError(t, err)
	second := first
	second.Slides = ddbblob.FromString("second")
	second, err = s.lectures.Put(ctx, second)
	require.NoError(t, err)
	_, err = s.lectures.Modify(ctx, second, func(l *lecture) error { l.Title = "third"; return nil })
	require.NoError(t, err)
	db := face.DB(s.db)
	attrs := rawItem(t, s, "v#go#v1", "v#000001")
	out, err := db.RestoreVersion(ctx, face.Entity(s.entity), attrs)
	require.NoError(t, err)
	require.Equal(t, write.RestoredSame, out)
	require.NoError(t, s.lectures.History().Prune(ctx, first, 1))
	attrs = deleteRaw(t, s, "v#go#v1", "v#000001", attrs)
	out, err = db.RestoreVersion(ctx, face.Entity(s.entity), attrs)
	require.NoError(t, err)
	require.Equal(t, write.RestoredItem, out)
	v, err := s.lectures.History().At(ctx, first, 1)
	require.NoError(t, err)
	require.Equal(t, "first", s.load(v.Slides))
	require.NotEqual(t, first.Slides, v.Slides)
	require.Equal(t, 1, s.sweep().Deleted)
	v, err = s.lectures.History().At(ctx, first, 1)
	require.NoError(t, err)
	require.Equal(t, "first", s.load(v.Slides))
}

func TestJobsThatWriteItemsAsTheyAreStoredRefuseBlobs(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	other := ddb.New(s.engine.Client(), "another", s.db.Table(), nil)
	_, err := ddbjob.Copy(t.Context(), s.db, other, nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "Blobs")
	_, err = ddbjob.Import(t.Context(), s.db, fstest.MapFS{}, nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "Blobs")
}

func TestAnEntityWithBlobsCanBeLeftOut(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx := t.Context()
	_, err := s.lectures.Create(ctx, one("content"))
	require.NoError(t, err)
	type hall struct {
		ID string `dynamodbav:"-"`
	}
	table, lectures := model(plain)
	halls := ddb.MustDefine(table, "hall", func(r *hall, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("h#"), ddb.Str(&r.ID)), ddb.Key(ddb.Prefix("hall")))
	})
	from := ddb.New(s.engine.Client(), "school", table, nil)
	to := ddb.New(s.engine.Client(), "another", table, nil)
	require.NoError(t, to.CreateTable(ctx))
	require.NoError(t, from.Do(ctx, halls.Put(hall{"1"})))
	dir := ddbjob.Dir(t.TempDir())
	_, err = ddbjob.Export(ctx, from, dir, nil)
	require.NoError(t, err)

	_, err = ddbjob.Import(ctx, to, dir, &ddbjob.ImportOptions{Select: ddbjob.Select{Entities: []ddb.AnyEntity{halls, lectures}}})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "leave it out with Select.Entities, or use Restore")
	only := ddbjob.Select{Entities: []ddb.AnyEntity{halls}}
	in, err := ddbjob.Import(ctx, to, dir, &ddbjob.ImportOptions{Select: only})
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, [2]int{in.Written, in.LeftOut})
	copied, err := ddbjob.Copy(ctx, from, to, &ddbjob.CopyOptions{Select: only, Overwrite: true})
	require.NoError(t, err)
	require.Equal(t, 1, copied.Written)
	_, err = ddbjob.Copy(ctx, from, to, &ddbjob.CopyOptions{
		Select: only, Overwrite: true,
		Transform: func(it map[string]types.AttributeValue) (map[string]types.AttributeValue, error) { return it, nil },
	})
	require.ErrorIs(t, err, ddb.ErrModel) // it could make items of any entity
}
