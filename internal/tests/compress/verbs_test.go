package compress_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Every kind of field comes back as it was given, from the JSON of responses and from attribute maps, and takes less room.
func TestEveryKindOfFieldComesBack(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		p := open(t, client, &opts, allOf(1000))
		in := full("a")
		created, err := p.repo.Create(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, in, created)
		stored := raw(t, client, "a")
		for _, attr := range compressed {
			assert.Equal(t, byte(1), header(stored[attr]), attr)
		}
		got, err := p.repo.Get(t.Context(), page{ID: "a"})
		require.NoError(t, err)
		assert.Equal(t, in, got)
		for _, name := range []string{"topic", "keys"} { // one projects all, the other none
			ix := map[string]*ddb.Index{"topic": p.topic, "keys": p.keys}[name]
			all, err := ddb.Collect(p.repo.Query(t.Context(), p.entity.On(ix, page{Topic: "go"})))
			require.NoError(t, err)
			assert.Equal(t, []page{in}, all, name)
		}
		encoded, err := p.entity.Encode(in)
		require.NoError(t, err)
		assert.Equal(t, stored, encoded)
		decoded, err := p.entity.Decode(encoded)
		require.NoError(t, err)
		assert.Equal(t, in, decoded)
	})
}

// A value below the threshold, and one that does not become smaller, are stored as they are.
func TestOnlyWhatBecomesSmallerIsCompressed(t *testing.T) {
	t.Parallel()
	m, err := define(contentOf(100))
	require.NoError(t, err)
	noise, random := make([]byte, 200), rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(' ' + random.IntN(95))
	}
	for content, want := range map[string]byte{
		"": 0, long(99): 0, long(100): 1, long(101): 1, string(noise): 0, string(slices.Concat(noise, noise)): 1,
	} {
		attrs, err := m.entity.Encode(page{ID: "a", Topic: "go", body: body{content}})
		require.NoError(t, err)
		assert.Equal(t, want, header(attrs["content"]), "%d bytes", len(content))
	}
}
