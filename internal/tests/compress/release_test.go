package compress_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// A program from before Compress refuses what it cannot read, changes nothing of it, and names the item, the field and the cause.
func TestAProgramWithoutCompressLosesNothing(t *testing.T) {
	t.Parallel()
	client := engine(t)
	ctx := t.Context()
	writer, old := open(t, client, nil, versioned, allOf(1000)), open(t, client, nil, versioned)
	for _, id := range []string{"a", "b"} {
		_, err := writer.repo.Create(ctx, full(id))
		require.NoError(t, err)
	}
	_, err := writer.repo.Create(ctx, page{ID: "c", Topic: "go"})
	require.NoError(t, err)
	before := raw(t, client, "a")
	unread := func(err error) {
		t.Helper()
		require.Error(t, err)
		assert.ErrorContains(t, err, "page")
		assert.ErrorContains(t, err, `pk="page#a" sk="page#a"`)
		assert.ErrorContains(t, err, "Content: unmarshal failed, cannot unmarshal binary into Go value type string")
		assert.Equal(t, before, raw(t, client, "a"))
	}
	_, err = old.repo.Get(ctx, page{ID: "a"})
	unread(err)
	_, err = old.repo.Modify(ctx, page{ID: "a"}, func(p *page) error { p.Hits++; return nil })
	unread(err)
	from := full("a")
	from.Version = 1
	_, err = old.repo.Move(ctx, from, full("x"))
	unread(err)
	read, failed := 0, 0
	for p, err := range old.repo.Query(ctx, old.entity.On(old.topic, page{Topic: "go"})) {
		if err == nil {
			assert.Equal(t, "c", p.ID)
			read++
			continue
		}
		failed++
		var item *ddb.ItemError
		require.ErrorAs(t, err, &item)
		assert.Equal(t, "page", item.Entity)
		assert.Contains(t, item.Item, "content")
	}
	assert.Equal(t, []int{1, 2}, []int{read, failed}, "the others are read")

	// an Update of another field says that it was done, and leaves the value
	_, err = old.repo.Update(ctx, page{ID: "a"}, ddb.Add(&old.f.Hits, 7))
	require.Error(t, err)
	got, err := writer.repo.Get(ctx, page{ID: "a"})
	require.NoError(t, err)
	want := full("a")
	want.Hits, want.Version = 7, 2
	assert.Equal(t, want, got)
}

// Readers of both forms first, then writers: at no time does a program meet what it does not read. And back again.
func TestCompressionComesAndGoesInTwoReleases(t *testing.T) {
	t.Parallel()
	client := engine(t)
	ctx := t.Context()
	none := open(t, client, nil, versioned)
	reads := open(t, client, nil, versioned, allOf(readOnly))
	writes := open(t, client, nil, versioned, allOf(1000))
	want := full("a")
	changed := func(p *program, h byte) {
		t.Helper()
		out, err := p.repo.Modify(ctx, page{ID: "a"}, func(p *page) error { p.Content += "more"; return nil })
		require.NoError(t, err)
		want.Content += "more"
		want.Version++
		require.Equal(t, want, out)
		require.Equal(t, h, header(raw(t, client, "a")["content"]))
	}
	seen := func(ps ...*program) {
		t.Helper()
		for _, p := range ps {
			got, err := p.repo.Get(ctx, page{ID: "a"})
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
	_, err := none.repo.Create(ctx, want)
	require.NoError(t, err)
	want.Version = 1
	for _, p := range []*program{none, reads} { // the first release
		changed(p, 0)
		seen(none, reads)
	}
	for _, p := range []*program{reads, writes, writes, reads, writes} { // the second
		changed(p, map[bool]byte{true: 1}[p == writes])
		seen(reads, writes)
	}
	for _, p := range []*program{writes, reads} { // back: a program that does not compress any more reads
		changed(p, map[bool]byte{true: 1}[p == writes])
		seen(reads, writes)
	}
	for _, p := range []*program{writes, reads} { // every field is written
		got, err := p.repo.Get(ctx, page{ID: "a"})
		require.NoError(t, err)
		_, err = p.repo.Put(ctx, got)
		require.NoError(t, err)
		want.Version++
		seen(reads, writes)
		if p == writes {
			_, err = none.repo.Get(ctx, page{ID: "a"})
			require.Error(t, err)
		}
	}
	seen(none)
}

// A codec is changed in two releases, and a program that lacks it says which one it lacks.
func TestACodecIsChangedInTwoReleases(t *testing.T) {
	t.Parallel()
	client := engine(t)
	ctx := t.Context()
	deflate := open(t, client, nil, versioned, contentOf(100))
	both := open(t, client, nil, versioned, contentOf(100, codec(200), codec(201)))
	next := open(t, client, nil, versioned, contentOf(100, codec(201), codec(200)))
	for i, p := range []*program{deflate, both, next} {
		id := string(rune('a' + i))
		_, err := p.repo.Create(ctx, full(id))
		require.NoError(t, err)
		assert.Equal(t, []byte{1, 200, 201}[i], header(raw(t, client, id)["content"]))
		for _, reader := range []*program{both, next} {
			got, err := reader.repo.Get(ctx, page{ID: id})
			require.NoError(t, err)
			assert.Equal(t, full(id).Content, got.Content)
		}
	}
	_, err := deflate.repo.Get(ctx, page{ID: "b"})
	assert.ErrorContains(t, err, `Content: decompress: header 200 is of no codec that this program gives to Compress: add the codec`)
}

// written counts what is sent: the attributes of puts and updates.
type written struct {
	*dynamodb.Client
	updates []*dynamodb.UpdateItemInput
}

func (w *written) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	w.updates = append(w.updates, in)
	return w.Client.UpdateItem(ctx, in, opts...)
}

// Modify and Move send what changed, whatever the form in which the rest is stored.
func TestAValueThatStaysTheSameIsNotSentAgain(t *testing.T) {
	t.Parallel()
	plain := []declare{versioned}
	for name, stored := range map[string][]declare{"plain": plain, "deflate": {versioned, allOf(1000)}, "another codec": {versioned, allOf(1000, codec(200))}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := engine(t)
			ctx := t.Context()
			_, err := open(t, client, nil, stored...).repo.Create(ctx, full("a"))
			require.NoError(t, err)
			before := raw(t, client, "a")
			w := &written{Client: client}
			p := open(t, w, nil, versioned, allOf(500, codec(201), codec(200)))
			out, err := p.repo.Modify(ctx, page{ID: "a"}, func(p *page) error { p.Hits = 3; return nil })
			require.NoError(t, err)
			out.Hits++
			_, err = p.repo.Move(ctx, out, out)
			require.NoError(t, err)
			after := raw(t, client, "a")
			require.Len(t, w.updates, 2)
			for _, attr := range compressed {
				assert.Equal(t, before[attr], after[attr], attr)
				for _, u := range w.updates {
					for _, name := range u.ExpressionAttributeNames {
						assert.NotEqual(t, attr, name)
					}
				}
			}
			out, err = p.repo.Modify(ctx, page{ID: "a"}, func(*page) error { return nil })
			require.NoError(t, err)
			assert.Len(t, w.updates, 2)
			n, err := p.repo.Reindex(ctx, nil)
			require.NoError(t, err)
			assert.Zero(t, n.Rewritten)
			_, err = p.repo.Modify(ctx, page{ID: "a"}, func(p *page) error { p.Content += "!"; return nil })
			require.NoError(t, err)
			assert.Equal(t, byte(201), header(raw(t, client, "a")["content"]))
			assert.Equal(t, before["doc"], raw(t, client, "a")["doc"])
			_ = out
		})
	}
}
