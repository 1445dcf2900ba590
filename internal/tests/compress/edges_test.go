package compress_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What a document has beyond the struct of this program, as a newer one stores it, stays in a Modify and a Move.
func TestWhatThisProgramDoesNotKnowOfADocumentStays(t *testing.T) {
	t.Parallel()
	type newer struct {
		ID  string `dynamodbav:"-"`
		Doc struct {
			Title string `dynamodbav:"title"`
			New   string `dynamodbav:"new"`
		} `dynamodbav:"doc"`
		Topic   string `dynamodbav:"topic"`
		Version int64  `dynamodbav:"version"`
	}
	table := ddb.NewTable("pk", "sk")
	news := ddb.MustDefine(table, "page", func(p *newer, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Version(&p.Version)
		d.Compress(&p.Doc, 100)
	})
	client := engine(t)
	later := ddb.NewRepository(ddb.New(client, "school", table, nil), news)
	now := open(t, client, nil, versioned, allOf(100))
	in := newer{ID: "a", Topic: "go"}
	in.Doc.Title, in.Doc.New = long(300), long(500)
	_, err := later.Create(t.Context(), in)
	require.NoError(t, err)
	out, err := now.repo.Modify(t.Context(), page{ID: "a"}, func(p *page) error { p.Doc.Title = "short"; return nil })
	require.NoError(t, err)
	out.Doc.Title = long(200)
	_, err = now.repo.Move(t.Context(), out, out)
	require.NoError(t, err)
	assert.Equal(t, byte(1), header(raw(t, client, "a")["doc"]))
	got, err := later.Get(t.Context(), newer{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, long(500), got.Doc.New)
	assert.Equal(t, long(200), got.Doc.Title)
}

// An upgrade gets values, not what is stored, and what it leaves alone stays as it is stored.
func TestAnUpgradeGetsValues(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		ctx := t.Context()
		old := open(t, client, &opts, versioned, allOf(100))
		for _, id := range []string{"a", "b", "c", "d"} {
			_, err := old.repo.Create(ctx, full(id))
			require.NoError(t, err)
		}
		before := raw(t, client, "a")
		var mu sync.Mutex
		kinds := map[string]bool{}
		now := open(t, client, &opts, versioned, allOf(100, codec(200)), func(_ *page, d *ddb.Definition) {
			d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
				mu.Lock()
				defer mu.Unlock()
				kinds[fmt.Sprintf("%T %T", attrs["content"], attrs["doc"])] = true
				attrs["content"] = &types.AttributeValueMemberS{Value: attrs["content"].(*types.AttributeValueMemberS).Value + " upgraded"}
				return nil
			})
		})
		want := full("a")
		want.Version, want.Content = 1, want.Content+" upgraded"
		got, err := now.repo.Get(ctx, page{ID: "a"})
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, before, raw(t, client, "a"))
		_, err = now.repo.Update(ctx, page{ID: "b"}, ddb.Add(&now.f.Hits, 1))
		require.NoError(t, err)
		_, err = now.repo.Modify(ctx, page{ID: "c"}, func(p *page) error { p.Hits++; return nil })
		require.NoError(t, err)
		n, err := now.repo.Reindex(ctx, nil)
		require.NoError(t, err)
		assert.Equal(t, 2, n.Rewritten)
		for _, id := range []string{"a", "b", "c", "d"} {
			after := raw(t, client, id)
			assert.Equal(t, byte(200), header(after["content"]), "changed, so written as this program writes")
			assert.Equal(t, before["doc"], after["doc"])
			got, err := now.repo.Get(ctx, page{ID: id})
			require.NoError(t, err)
			assert.Equal(t, want.Content, got.Content)
		}
		assert.Equal(t, []string{"*types.AttributeValueMemberS *types.AttributeValueMemberM"}, slices.Collect(maps.Keys(kinds)))
	})
}

// A response that is lost is recognized whatever the form of the values.
func TestLostResponsesOfCompressedValues(t *testing.T) {
	t.Parallel()
	for name, declare := range map[string][]declare{"versioned": {versioned, allOf(100)}, "not": {allOf(100)}, "history": {kept, allOf(100)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			memory := ddbmem.New()
			p := open(t, memory.Client(), nil, declare...)
			require.NoError(t, p.db.CreateTable(t.Context()))
			for _, op := range []string{"PutItem", "UpdateItem", "TransactWriteItems"} {
				memory.SetFaults(fixture.Script(op, ddbmem.Dropped, ddbmem.Conflicting))
				id := strings.ToLower(op)
				want := full(id)
				_, err := p.repo.Create(t.Context(), want)
				require.NoError(t, err)
				if name == "not" {
					memory.SetFaults(fixture.Script(op, ddbmem.Dropped))
					_, err = p.repo.Update(t.Context(), page{ID: id}, ddb.Set(&p.f.Content, long(777)))
				} else {
					memory.SetFaults(fixture.Script(op, ddbmem.Dropped, ddbmem.Conflicting))
					_, err = p.repo.Modify(t.Context(), page{ID: id}, func(p *page) error { p.Content = long(777); return nil })
				}
				require.NoError(t, err)
				memory.SetFaults(ddbmem.Faults{})
				got, err := p.repo.Get(t.Context(), page{ID: id})
				require.NoError(t, err)
				want.Content, want.Version = long(777), got.Version
				assert.Equal(t, want, got)
			}
		})
	}
}

// reading is a struct that unmarshals itself, and does not marshal itself.
type reading struct {
	ID      string                         `dynamodbav:"-"`
	Content string                         `dynamodbav:"content"`
	Map     map[string]map[string]document `dynamodbav:"map"`
}

func (r *reading) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	type fields reading
	return attributevalue.Unmarshal(av, (*fields)(r))
}

// An item that unmarshals itself gets values, and a field that attributevalue encodes is compressed, too.
func TestAnItemThatUnmarshalsItselfGetsValues(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		table := ddb.NewTable("pk", "sk")
		entity := ddb.MustDefine(table, "reading", func(p *reading, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&p.ID))
			d.Primary(id, id)
			d.Compress(&p.Content, 100)
			d.Compress(&p.Map, 100)
		})
		client := engine(t)
		repo := ddb.NewRepository(ddb.New(client, "school", table, &opts), entity)
		in := reading{ID: "a", Content: long(500), Map: map[string]map[string]document{"x": {"y": full("a").Doc}}}
		out, err := repo.Put(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, in, out)
		got, err := repo.Get(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, in, got)
		stored := raw(t, client, "a")
		assert.Equal(t, []byte{1, 1}, []byte{header(stored["content"]), header(stored["map"])})
	})
}

// The same value has the same bytes, whatever the order of its maps, so that equal items are equal.
func TestTheSameValueHasTheSameBytes(t *testing.T) {
	t.Parallel()
	m, err := define(allOf(100))
	require.NoError(t, err)
	first, err := m.entity.Encode(full("a"))
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				again, err := m.entity.Encode(full("a"))
				assert.NoError(t, err)
				assert.Equal(t, first, again)
			}
		})
	}
	all.Wait()
}

// An attribute in another spelling, as an older program wrote it, is read in both forms.
func TestAnotherSpellingIsRead(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		client := engine(t)
		p := open(t, client, &opts, allOf(100))
		_, err := p.repo.Put(t.Context(), full("a"))
		require.NoError(t, err)
		item := raw(t, client, "a")
		item["Content"] = item["content"]
		delete(item, "content")
		_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("school"), Item: item})
		require.NoError(t, err)
		got, err := p.repo.Get(t.Context(), page{ID: "a"})
		require.NoError(t, err)
		assert.Equal(t, full("a"), got)
	})
}

// failing is a codec that fails, panics, or breaks its contract.
type failing struct {
	codec
	compress, decompress func(dst, src []byte) ([]byte, error)
}

func (f failing) Codec() (header byte, compress, decompress func(dst, src []byte) ([]byte, error)) {
	header, compress, decompress = f.codec.Codec()
	if f.compress != nil {
		compress = f.compress
	}
	if f.decompress != nil {
		decompress = f.decompress
	}
	return header, compress, decompress
}

// The error of a codec is one of the item, with its cause. What it returns may be memory of its own.
func TestCodecsOfTheProgram(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	fail := func([]byte, []byte) ([]byte, error) { return nil, boom }
	m, err := define(contentOf(100, failing{codec: 200, compress: fail}))
	require.NoError(t, err)
	_, err = m.entity.Encode(page{ID: "a", Topic: "go", body: body{long(200)}})
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, `ddb: encode page pk="page#a" sk="page#a": Content: compress with codec 200: boom`)

	client := engine(t)
	_, err = open(t, client, nil, contentOf(100, codec(200))).repo.Put(t.Context(), full("a"))
	require.NoError(t, err)
	for name, f := range map[string]func(dst, src []byte) ([]byte, error){
		"boom": fail, "panic: oh": func([]byte, []byte) ([]byte, error) { panic("oh") },
		"more than 16777216 bytes": func([]byte, []byte) ([]byte, error) { return make([]byte, 17<<20), nil },
		"the checksum is wrong":    func(dst, src []byte) ([]byte, error) { return append(dst, src...), nil },
	} {
		for _, opts := range []ddb.Options{{}, {UseAttributeMaps: true}} {
			_, err := open(t, client, &opts, contentOf(100, failing{codec: 200, decompress: f})).repo.Get(t.Context(), page{ID: "a"})
			_, ok := errors.AsType[*ddb.ItemError](err)
			assert.True(t, ok, "%s: %v", name, err)
			assert.ErrorContains(t, err, name)
		}
	}

	var shared []byte // of a codec that keeps what it returns
	p := open(t, client, nil, contentOf(100, failing{
		codec: 201,
		compress: func(_, src []byte) ([]byte, error) {
			shared = fmt.Appendf(shared[:0], "%d", len(src))
			return shared, nil
		},
		decompress: func(_, src []byte) ([]byte, error) {
			var n int
			_, err := fmt.Sscan(string(src), &n)
			shared = append(shared[:0], long(n)...)
			return shared, err
		},
	}), func(p *page, d *ddb.Definition) { d.Compress(&p.Intro, 100) })
	for i := range 20 {
		want := page{ID: fmt.Sprint(i), Topic: "go", body: body{long(1000 + i)}, Intro: text(strings.Repeat(fmt.Sprint(i), 500))}
		_, err := p.repo.Put(t.Context(), want)
		require.NoError(t, err)
		got, err := p.repo.Get(t.Context(), want)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	assert.True(t, bytes.HasPrefix(shared, []byte("The quick")))
}

// A batch that has to read first knows the size of what it will store.
func TestABatchKnowsTheCompressedSizeBeforeItReads(t *testing.T) {
	t.Parallel()
	client := engine(t)
	p := open(t, client, nil, versioned, allOf(100), func(p *page, d *ddb.Definition) { d.Unique("topic", ddb.Str(&p.Topic)) })
	was, err := p.repo.Create(t.Context(), full("a"))
	require.NoError(t, err)
	next := was
	next.ID, next.Content = "b", long(1<<20)
	require.NoError(t, p.db.Batch(t.Context(), p.entity.Move(was, next)))
	got, err := p.repo.Get(t.Context(), page{ID: "b"})
	require.NoError(t, err)
	next.Version = 2
	assert.Equal(t, next, got)
}

// Pointed is embedded by its address.
type Pointed struct {
	Content string   `dynamodbav:"content,omitempty"`
	Tags    []string `dynamodbav:"tags,omitempty"`
}

// later is bytes for every value that is not empty, so that Define cannot see it.
type later string

func (l later) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if l == "" {
		return &types.AttributeValueMemberS{}, nil
	}
	return &types.AttributeValueMemberB{Value: []byte(l)}, nil
}

func (l *later) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	switch v := av.(type) {
	case *types.AttributeValueMemberB:
		*l = later(v.Value)
	case *types.AttributeValueMemberS:
		*l = later(v.Value)
	}
	return nil
}

type shape struct {
	ID string `dynamodbav:"-"`
	*Pointed
	Null  string                `dynamodbav:"null,nullempty"`
	Fixed [3]part               `dynamodbav:"fixed"`
	Keyed map[int]string        `dynamodbav:"keyed"`
	Late  later                 `dynamodbav:"late"`
	Deep  *document             `dynamodbav:"deep"`
	Sum   *ddb.AsText[big.Int]  `dynamodbav:"sum,omitempty"`
	Loose struct{ V any }       `dynamodbav:"loose"`
	List  []map[string]document `dynamodbav:"list"`
}

// Fields behind embedded pointers, of pointers, arrays and maps with other keys come back from every verb that returns them.
func TestOddTypesComeBack(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		define := func(compress bool) (*ddb.Table, *ddb.Entity[shape]) {
			table := ddb.NewTable("pk", "sk")
			return table, ddb.MustDefine(table, "shape", func(s *shape, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&s.ID))
				d.Primary(id, id)
				if !compress {
					return
				}
				for _, f := range []any{&s.Content, &s.Tags, &s.Null, &s.Fixed, &s.Keyed, &s.Late, &s.Deep, &s.Sum, &s.Loose, &s.List} {
					d.Compress(f, 20)
				}
			})
		}
		client := engine(t)
		doc := full("a").Doc
		sum := &ddb.AsText[big.Int]{}
		sum.Value.Exp(big.NewInt(3), big.NewInt(900), nil)
		some := shape{
			Pointed: &Pointed{long(200), []string{long(50), long(60)}}, Null: long(70), Fixed: [3]part{{long(80), 1}}, Keyed: map[int]string{1: long(90), -2: ""},
			Deep: &doc, Sum: sum, Loose: struct{ V any }{map[string]any{"b": bytes.Repeat([]byte{1}, 99), "l": []any{1.5, long(99)}}}, List: []map[string]document{{"x": doc}, {}},
		}
		for name, in := range map[string]shape{"zero": {}, "some": some, "half": {Pointed: &Pointed{Tags: []string{long(99)}}, Keyed: map[int]string{}}} {
			var want, got []shape
			for compress, to := range map[bool]*[]shape{false: &want, true: &got} {
				table, entity := define(compress)
				repo := ddb.NewRepository(ddb.New(client, "school", table, &opts), entity)
				in.ID = fmt.Sprint(name, compress)
				out, err := repo.Put(t.Context(), in)
				require.NoError(t, err)
				read, err := repo.Get(t.Context(), in)
				require.NoError(t, err)
				f := entity.Fields()
				set, err := repo.Update(t.Context(), in, ddb.Set(&f.Null, in.Null), ddb.Set(&f.Deep, in.Deep), ddb.Set(&f.Sum, in.Sum), ddb.SetIfAbsent(&f.List, in.List), ddb.Set(&f.Keyed, in.Keyed))
				require.NoError(t, err)
				*to = []shape{out, read, set}
				for i := range *to {
					(*to)[i].ID = ""
				}
				if stored := raw(t, client, in.ID); compress && name == "some" {
					for _, attr := range []string{"content", "tags", "null", "fixed", "keyed", "deep", "sum", "loose", "list"} {
						assert.Equal(t, byte(1), header(stored[attr]), attr)
					}
				}
			}
			assert.Equal(t, want, got, name)
		}
		_, entity := define(true)
		_, err := entity.Encode(shape{ID: "a", Late: "x"})
		require.ErrorIs(t, err, ddb.ErrValue)
		assert.ErrorContains(t, err, "Late: is stored as bytes, which a compressed value is too")
	})
}
