package compress_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// A value that its codec does not read back is not written, by no verb: else it would be lost.
func TestWhatACodecDoesNotReadBackIsNotWritten(t *testing.T) {
	t.Parallel()
	limit := errors.New("over the limit")
	unchanged := func(dst, _ []byte) ([]byte, error) { return dst, nil }
	for name, c := range map[string]failing{
		"nothing was compressed":    {codec: 200, compress: unchanged},
		"nothing was decompressed":  {codec: 200, decompress: unchanged},
		"other bytes":               {codec: 200, decompress: func(dst, _ []byte) ([]byte, error) { return append(dst, long(299)+"?"...), nil }},
		"a limit of the codec's":    {codec: 200, decompress: func([]byte, []byte) ([]byte, error) { return nil, limit }},
		"the content was changed":   {codec: 200, compress: func(dst, src []byte) ([]byte, error) { clear(src); return append(dst, 1), nil }},
		"a part of it was returned": {codec: 200, compress: func(_, src []byte) ([]byte, error) { return src[:100], nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := engine(t)
			ctx := t.Context()
			p := open(t, client, nil, versioned, contentOf(100, c))
			_, err := p.repo.Create(ctx, page{ID: "a", Topic: "go"})
			require.NoError(t, err)
			before := raw(t, client, "a")
			refused := func(err error) {
				t.Helper()
				require.ErrorIs(t, err, ddb.ErrValue)
				require.ErrorContains(t, err, "Content: ")
				require.ErrorContains(t, err, "codec 200 does not read back what it compressed")
				if name == "a limit of the codec's" {
					require.ErrorIs(t, err, limit)
				}
				assert.Equal(t, before, raw(t, client, "a"))
			}
			large := page{ID: "a", Topic: "go", Version: 1, body: body{long(300)}}
			_, err = p.repo.Put(ctx, large)
			refused(err)
			_, err = p.repo.Modify(ctx, large, func(p *page) error { p.Content = long(300); return nil })
			refused(err)
			refused(p.db.Batch(ctx, p.entity.Put(large)))
			_, err = p.entity.Encode(large)
			refused(err)
			_, err = p.repo.Update(ctx, page{ID: "a"}, ddb.Set(&p.f.Content, long(300)))
			require.ErrorIs(t, err, ddb.ErrValue)
			assert.Equal(t, before, raw(t, client, "a"))
		})
	}
}
