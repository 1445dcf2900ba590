package compress_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// stored is what Compress stores for a content that is written by level.
func stored(content string, level int) []byte {
	b := bytes.NewBuffer([]byte{1})
	w, _ := flate.NewWriter(b, level)
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return binary.BigEndian.AppendUint32(b.Bytes(), crc32.ChecksumIEEE([]byte(content)))
}

// What is damaged, cut off or hostile is an error that names the item, the field and the cause; the items beside it are read.
func TestDamagedValuesAreErrorsOfTheirItems(t *testing.T) {
	t.Parallel()
	good := stored(long(3000), 6)
	cut := func(n int) []byte { return good[:n] }
	flip := func(i int) []byte {
		b := bytes.Clone(good)
		b[i] ^= 4
		return b
	}
	endless := stored(strings.Repeat("\x00", 17<<20), 9)
	require.Less(t, len(endless), 20<<10)
	nested := "\xFF" + strings.Repeat(`{"L":[`, 20_000) + strings.Repeat(`]}`, 20_000)
	values := map[string]struct {
		b    []byte
		want string
	}{
		"empty":               {nil, "0 bytes are no compressed value"},
		"short":               {[]byte{1, 2, 3, 4}, "4 bytes are no compressed value"},
		"header of a later":   {append([]byte{2}, good[1:]...), "header 2 is not of this release"},
		"header 0":            {append([]byte{0}, good[1:]...), "header 0 is not of this release"},
		"header of another":   {append([]byte{130}, good[1:]...), "header 130 is of no codec that this program gives to Compress: add the codec"},
		"cut":                 {cut(len(good) - 5), "decompress with codec 1: "},
		"cut in two":          {cut(len(good) / 2), "decompress with codec 1: "},
		"flipped in front":    {flip(2), "decompress with codec 1: "},
		"flipped in the end":  {flip(len(good) - 1), "the checksum is wrong"},
		"more behind the end": {append(append(bytes.Clone(good[:len(good)-4]), 0, 0, 0, 0), good[len(good)-4:]...), "4 bytes stand behind its end"},
		"endless":             {endless, "it has more than 16777216 bytes when it is decompressed"},
		"no text":             {stored(strings.Repeat("\xc3", 300), 6), "the text is not valid UTF-8"},
		"no text in it":       {stored("\xFF"+`{"S":"`+"\xc3"+`"}`, 6), "the text is not valid UTF-8"},
		"a document":          {stored("\xFF"+`{"L":[]}`, 6), "cannot unmarshal list into Go value type string"},
		"no JSON":             {stored("\xFF"+`{"S":`, 6), "decompress: "},
		"no value":            {stored("\xFF"+`{"S":"a","N":"1"}`, 6), "is no attribute value"},
		"two values":          {stored("\xFF"+`{"S":"a"},"y":{"S":"b"}`, 6), "decompress: "},
		"deep":                {stored(nested, 6), "exceeded max depth"},
	}
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		p := open(t, client, &opts, contentOf(100))
		for name, v := range values {
			for _, id := range []string{"bad", "good"} {
				_, err := p.repo.Put(t.Context(), page{ID: id, Topic: "go", body: body{"x"}})
				require.NoError(t, err)
			}
			item := raw(t, client, "bad")
			item["content"] = &types.AttributeValueMemberB{Value: append([]byte{}, v.b...)}
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("school"), Item: item})
			require.NoError(t, err)

			_, err = p.repo.Get(t.Context(), page{ID: "bad"})
			bad, ok := errors.AsType[*ddb.ItemError](err)
			require.True(t, ok, "%s: %v", name, err)
			assert.Equal(t, "page", bad.Entity)
			assert.Equal(t, `pk="page#bad" sk="page#bad"`, bad.Key)
			assert.ErrorContains(t, err, "Content: ", name)
			assert.ErrorContains(t, err, v.want, name)
			assert.Less(t, len(err.Error()), 500, name)
			read := 0
			for x, err := range p.repo.Query(t.Context(), p.entity.On(p.topic, page{Topic: "go"})) {
				if read++; err != nil {
					_, ok := errors.AsType[*ddb.ItemError](err)
					assert.True(t, ok, "%s: %v", name, err)
					continue
				}
				assert.Equal(t, "good", x.ID)
			}
			assert.Equal(t, 2, read, name)
			// what is not read is not written over by who has to read it
			_, err = p.repo.Update(t.Context(), page{ID: "bad"}, ddb.Set(&p.f.Content, "mended"))
			require.NoError(t, err)
			got, err := p.repo.Get(t.Context(), page{ID: "bad"})
			require.NoError(t, err)
			assert.Equal(t, "mended", got.Content)
		}
	})
}

// A value that no reader would take is not written.
func TestAValueOfMoreThan16MBIsRefused(t *testing.T) {
	t.Parallel()
	m, err := define(contentOf(100))
	require.NoError(t, err)
	_, err = m.entity.Encode(page{ID: "a", Topic: "go", body: body{long(16 << 20)}})
	require.NoError(t, err)
	_, err = m.entity.Encode(page{ID: "a", Topic: "go", body: body{long(16<<20 + 1)}})
	require.ErrorIs(t, err, ddb.ErrValue)
	assert.ErrorContains(t, err, `encode page pk="page#a" sk="page#a": Content: has 16777217 bytes before it is compressed, and 16777216 are allowed`)
}

// The size of an item is that of its compressed values.
func TestTheSizeOfAnItemIsThatOfItsCompressedValues(t *testing.T) {
	t.Parallel()
	client := engine(t)
	packed, plain := open(t, client, nil, contentOf(100)), open(t, client, nil, contentOf(readOnly))
	big := page{ID: "a", Topic: "go", body: body{long(1 << 20)}}
	_, err := packed.repo.Create(t.Context(), page{ID: "a", Topic: "go"})
	require.NoError(t, err)
	for _, p := range []*program{packed, plain} {
		f := p.f
		for name, do := range map[string]func() error{
			"put":      func() error { _, err := p.repo.Put(t.Context(), big); return err },
			"update":   func() error { _, err := p.repo.Update(t.Context(), big, ddb.Set(&f.Content, big.Content)); return err },
			"batch":    func() error { return p.db.Batch(t.Context(), p.entity.Put(big)) },
			"transact": func() error { return p.db.Transact(t.Context(), p.entity.Put(big)) },
		} {
			if err := do(); p == packed {
				require.NoError(t, err, name)
			} else {
				require.ErrorIs(t, err, ddb.ErrTooLarge, name)
			}
		}
		got, err := p.repo.Get(t.Context(), page{ID: "a"})
		require.NoError(t, err)
		assert.Equal(t, big, got)
	}
}
