package ddbs3_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbs3"
	"github.com/singletable-go/ddb/internal/tests/blobstore"
)

func TestABucketIsAStore(t *testing.T) {
	t.Parallel()
	client, bucket := connect(t)
	blobstore.Check(t, ddbs3.New(client, bucket, nil))
}

func TestAPrefixIsAStoreOfItsOwn(t *testing.T) {
	t.Parallel()
	client, bucket := connect(t)
	outside := ddbs3.New(client, bucket, &ddbs3.Options{Prefix: "pre"})
	require.NoError(t, outside.Put(t.Context(), "outside", ddbblob.FromString("x").Content()))
	blobstore.Check(t, ddbs3.New(client, bucket, &ddbs3.Options{Prefix: "pre/+ä%2/"}))
	listed := 0
	for o, err := range outside.List(t.Context(), "", "") {
		require.NoError(t, err)
		require.Equal(t, "outside", o.Key)
		listed++
	}
	require.Equal(t, 1, listed)
}

func TestAListOfSeveralPagesIsWhole(t *testing.T) {
	t.Parallel()
	client, bucket := connect(t)
	store := ddbs3.New(small{client}, bucket, nil)
	for i := range 7 {
		require.NoError(t, store.Put(t.Context(), fmt.Sprintf("t/%d", i), ddbblob.FromString("x").Content()))
	}
	var keys []string
	for o, err := range store.List(t.Context(), "t/", "t/1") {
		require.NoError(t, err)
		keys = append(keys, o.Key)
	}
	require.Equal(t, []string{"t/2", "t/3", "t/4", "t/5", "t/6"}, keys)
}

// small lists two objects at once.
type small struct{ *s3.Client }

func (s small) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	two := *in
	two.MaxKeys = new(int32(2))
	return s.Client.ListObjectsV2(ctx, &two, o...)
}

func TestRequestsAreAsTheOptionsSay(t *testing.T) {
	t.Parallel()
	client, bucket := connect(t)
	store := ddbs3.New(client, bucket, &ddbs3.Options{
		Put:  func(in *s3.PutObjectInput) { in.StorageClass = types.StorageClassStandardIa },
		Copy: func(in *s3.CopyObjectInput) { in.StorageClass = types.StorageClassOnezoneIa },
	})
	require.NoError(t, store.Put(t.Context(), "a", ddbblob.FromString("x").Content()))
	require.NoError(t, store.Copy(t.Context(), "a", "b"))
	for key, want := range map[string]types.StorageClass{"a": types.StorageClassStandardIa, "b": types.StorageClassOnezoneIa} {
		out, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
		require.NoError(t, err)
		require.Equal(t, want, out.StorageClass)
	}
}

func TestErrorsNameBucketAndKey(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	store := ddbs3.New(client, "no-such-bucket-here", nil)
	ctx := t.Context()
	_, get := store.Get(ctx, "k")
	errs := []error{store.Put(ctx, "k", ddbblob.FromString("x").Content()), get, store.Copy(ctx, "k", "l"), store.Delete(ctx, "k")}
	for _, err := range store.List(ctx, "k", "") {
		errs = append(errs, err)
	}
	require.Len(t, errs, 5)
	for _, err := range errs {
		require.ErrorContains(t, err, `"k"`)
		require.ErrorContains(t, err, "no-such-bucket-here")
		require.NotErrorIs(t, err, ddbblob.ErrNoObject)
	}
}

// The whole way of a content: written, kept, copied to another item, replaced, swept.
func TestContentsOfItemsAreInTheBucket(t *testing.T) {
	t.Parallel()
	client, bucket := connect(t)
	ctx := t.Context()
	type lecture struct {
		ID     string       `dynamodbav:"-"`
		Slides ddbblob.Blob `dynamodbav:"slides"`
	}
	table := ddb.NewTable("pk", "sk")
	entity := ddb.MustDefine(table, "lecture", func(l *lecture, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("lecture#"), ddb.Str(&l.ID))
		d.Primary(id, id)
	})
	later := time.Duration(0)
	now := func() time.Time { return time.Now().Add(later) }
	store := ddbs3.New(client, bucket, &ddbs3.Options{Prefix: "blobs/"})
	db := ddb.New(ddbmem.New().Client(), "platform", table, &ddb.Options{Blobs: store, Now: now})
	require.NoError(t, db.CreateTable(ctx))
	lectures := ddb.NewRepository(db, entity)

	first, err := lectures.Put(ctx, lecture{ID: "ä/1", Slides: ddbblob.FromString("old")})
	require.NoError(t, err)
	_, err = lectures.Put(ctx, lecture{ID: "2", Slides: first.Slides})
	require.NoError(t, err)
	first.Slides = ddbblob.FromString("new")
	_, err = lectures.Put(ctx, first)
	require.NoError(t, err)
	for _, want := range []ddbblob.Swept{{Objects: 3, Young: 3}, {Objects: 3, Referenced: 2, Marked: 1}, {Objects: 3, Referenced: 2, Deleted: 1, Bytes: 3}, {Objects: 2, Referenced: 2}} {
		swept, err := db.SweepBlobs(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, want, swept)
		later += 25 * time.Hour
	}
	for id, want := range map[string]string{"ä/1": "new", "2": "old"} {
		got, err := lectures.Get(ctx, lecture{ID: id})
		require.NoError(t, err)
		content, err := got.Slides.Load(ctx)
		require.NoError(t, err)
		require.Equal(t, want, string(content))
	}
}
