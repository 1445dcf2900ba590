package compress_test

import (
	"errors"
	"maps"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// fromBytes is the schema in which the content is a text; before it was bytes.
func fromBytes(_ *page, d *ddb.Definition) {
	d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
		if b, ok := attrs["content"].(*types.AttributeValueMemberB); ok {
			attrs["content"] = &types.AttributeValueMemberS{Value: string(b.Value)}
		}
		return nil
	})
}

// Compress on a field that was bytes in an older schema changes nothing for the upgrade, which gets them.
func TestAnUpgradeGetsTheBytesOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		ctx := t.Context()
		for _, id := range []string{"a", "b", "c"} {
			_, err := open(t, client, &opts, versioned).repo.Create(ctx, page{ID: id, Topic: "go"})
			require.NoError(t, err)
			item := raw(t, client, id)
			item["content"] = &types.AttributeValueMemberB{Value: []byte(long(500))}
			_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("school"), Item: item})
			require.NoError(t, err)
		}
		p := open(t, client, &opts, versioned, contentOf(100), fromBytes)
		for got, err := range p.repo.Query(ctx, p.entity.On(p.topic, page{Topic: "go"})) {
			require.NoError(t, err)
			assert.Equal(t, long(500), got.Content)
		}
		_, err := p.repo.Modify(ctx, page{ID: "a"}, func(p *page) error { p.Hits++; return nil })
		require.NoError(t, err)
		_, err = p.repo.Update(ctx, page{ID: "b"}, ddb.Add(&p.f.Hits, 1))
		require.NoError(t, err)
		_, err = p.repo.Reindex(ctx, nil)
		require.NoError(t, err)
		for _, id := range []string{"a", "b", "c"} {
			assert.Equal(t, byte(1), header(raw(t, client, id)["content"]), "compressed when it is written")
			got, err := p.repo.Get(ctx, page{ID: id})
			require.NoError(t, err)
			assert.Equal(t, long(500), got.Content)
		}
	})
}

// What an upgrade leaves as bytes that no codec wrote is an error of its item, which nothing writes over.
func TestAnUpgradeHidesNoDamage(t *testing.T) {
	t.Parallel()
	client := engine(t)
	p := open(t, client, nil, versioned, contentOf(100), func(_ *page, d *ddb.Definition) {
		d.Schema(1, func(int, map[string]types.AttributeValue) error { return nil })
	})
	_, err := open(t, client, nil, versioned).repo.Create(t.Context(), page{ID: "a", Topic: "go"})
	require.NoError(t, err)
	item := raw(t, client, "a")
	item["content"] = &types.AttributeValueMemberB{Value: append([]byte{2}, long(50)...)}
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("school"), Item: item})
	require.NoError(t, err)
	_, err = p.repo.Get(t.Context(), page{ID: "a"})
	require.ErrorContains(t, err, "Content: decompress: header 2 is not of this release")
	_, err = p.repo.Modify(t.Context(), page{ID: "a"}, func(p *page) error { p.Hits++; return nil })
	require.ErrorContains(t, err, "Content: decompress: header 2 is not of this release")
	_, err = p.repo.Reindex(t.Context(), nil)
	require.ErrorContains(t, err, "Content: decompress: header 2 is not of this release")
	assert.Equal(t, item, raw(t, client, "a"))
}

// A read of an older schema compresses nothing, so it costs what other reads do and does not fail with the codec.
func TestReadsOfAnOlderSchemaCompressNothing(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		ctx := t.Context()
		old := open(t, client, &opts, kept, contentOf(100))
		_, err := old.repo.Create(ctx, full("a"))
		require.NoError(t, err)
		broken := failing{codec: 200, compress: func([]byte, []byte) ([]byte, error) { return nil, errors.New("boom") }}
		p := open(t, client, &opts, kept, contentOf(100, broken), func(_ *page, d *ddb.Definition) {
			d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
				attrs["content"] = &types.AttributeValueMemberS{Value: attrs["content"].(*types.AttributeValueMemberS).Value + " upgraded"}
				return nil
			})
		})
		want := full("a").Content + " upgraded"
		got, err := p.repo.Get(ctx, page{ID: "a"})
		require.NoError(t, err)
		assert.Equal(t, want, got.Content)
		got, err = p.repo.One(ctx, p.entity.On(p.topic, page{Topic: "go"}).Select(&p.f.Content))
		require.NoError(t, err)
		assert.Equal(t, want, got.Content)
		got, err = p.repo.History().At(ctx, page{ID: "a"}, 1)
		require.NoError(t, err)
		assert.Equal(t, want, got.Content)
		all, err := ddb.Collect(p.repo.Scan(ctx, nil))
		require.NoError(t, err)
		assert.Len(t, all, 1)
	})
}

// A restore tells that an item is there, whatever the form in which its values are stored now.
func TestARestoreKnowsAValueInItsOtherForm(t *testing.T) {
	t.Parallel()
	client := engine(t)
	none, some := open(t, client, nil, allOf(readOnly)), open(t, client, nil, allOf(100))
	_, err := none.repo.Put(t.Context(), full("a"))
	require.NoError(t, err)
	before := raw(t, client, "a")
	dir := t.TempDir()
	_, err = ddbjob.Export(t.Context(), none.db, ddbjob.Dir(dir), nil)
	require.NoError(t, err)
	_, err = some.repo.Put(t.Context(), full("a"))
	require.NoError(t, err)
	after := raw(t, client, "a")
	require.False(t, maps.EqualFunc(before, after, func(a, b types.AttributeValue) bool { return header(a) == header(b) }))
	for _, existing := range []ddbjob.Existing{ddbjob.Keep, ddbjob.Replace} {
		n, err := ddbjob.Restore(t.Context(), some.db, os.DirFS(dir), &ddbjob.RestoreOptions{Existing: existing})
		require.NoError(t, err)
		assert.Equal(t, []int{1, 0, 0}, []int{n.Same, n.Kept, n.Written})
	}
	assert.Equal(t, after, raw(t, client, "a"))
	changed := full("a")
	changed.Content += "more"
	_, err = some.repo.Put(t.Context(), changed)
	require.NoError(t, err)
	n, err := ddbjob.Restore(t.Context(), some.db, os.DirFS(dir), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, n.Kept)
}
