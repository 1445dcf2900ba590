package compress_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// body is embedded without a tag, so its fields are those of the item.
type body struct {
	Content string `dynamodbav:"content"`
}

// text is a string type of its own.
type text string

type page struct {
	ID    string `dynamodbav:"-"`
	Topic string `dynamodbav:"topic"`
	body
	Intro   text                `dynamodbav:"intro,omitempty"`
	Note    *string             `dynamodbav:"note,omitempty"`
	Doc     document            `dynamodbav:"doc"`
	Tags    []string            `dynamodbav:"tags"`
	Extra   map[string]any      `dynamodbav:"extra,omitempty"`
	Count   ddb.AsText[big.Int] `dynamodbav:"count"`
	Hits    int                 `dynamodbav:"hits"`
	Version int64               `dynamodbav:"version"`
}

type document struct {
	Title  string            `dynamodbav:"title"`
	Parts  []part            `dynamodbav:"parts"`
	Labels map[string]string `dynamodbav:"labels"`
	Raw    []byte            `dynamodbav:"raw"`

	Number attributevalue.Number `dynamodbav:"number,omitempty"`
}

type part struct {
	Text string  `dynamodbav:"text"`
	Size float64 `dynamodbav:"size"`
}

// compressed are the attributes of a page that allOf compresses.
var compressed = []string{"content", "intro", "note", "doc", "tags", "extra", "count"}

type declare = func(*page, *ddb.Definition)

// allOf compresses each field of a page that can be.
func allOf(threshold int, with ...ddb.Compression) declare {
	return func(p *page, d *ddb.Definition) {
		for _, f := range []any{&p.Content, &p.Intro, &p.Note, &p.Doc, &p.Tags, &p.Extra, &p.Count} {
			d.Compress(f, threshold, with...)
		}
	}
}

func contentOf(threshold int, with ...ddb.Compression) declare {
	return func(p *page, d *ddb.Definition) { d.Compress(&p.Content, threshold, with...) }
}

const readOnly = math.MaxInt

func versioned(p *page, d *ddb.Definition) { d.Version(&p.Version) }

func kept(p *page, d *ddb.Definition) {
	d.Version(&p.Version)
	d.History(ddb.Key(ddb.Prefix("old#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&p.Version, 8)))
}

// model is a program with its own definition of pages.
type model struct {
	table       *ddb.Table
	topic, keys *ddb.Index
	entity      *ddb.Entity[page]
	f           *page
}

func define(declare ...declare) (*model, error) {
	m := &model{table: ddb.NewTable("pk", "sk")}
	m.topic = m.table.GSI("topic", "tpk", "tsk")
	m.keys = m.table.GSI("keys", "kpk", "ksk").KeysOnly()
	var err error
	m.entity, err = ddb.Define(m.table, "page", func(p *page, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Index(m.topic, ddb.Key(ddb.Prefix("t#"), ddb.Str(&p.Topic)), id)
		d.Index(m.keys, ddb.Key(ddb.Prefix("k#"), ddb.Str(&p.Topic)), id)
		for _, f := range declare {
			f(p, d)
		}
	})
	if err == nil {
		m.f = m.entity.Fields()
	}
	return m, err
}

// program is a model that runs on an engine.
type program struct {
	*model
	client ddb.Client
	db     *ddb.DB
	repo   *ddb.Repository[page]
}

func open(t require.TestingT, client ddb.Client, opts *ddb.Options, declare ...declare) *program {
	m, err := define(declare...)
	require.NoError(t, err)
	db := ddb.New(client, "school", m.table, opts)
	return &program{m, client, db, ddb.NewRepository(db, m.entity)}
}

// engine returns a client of a new engine with the table.
func engine(t *testing.T) *dynamodb.Client {
	t.Helper()
	client := ddbmem.New().Client()
	require.NoError(t, open(t, client, nil).db.CreateTable(t.Context()))
	return client
}

// raw returns the stored attributes of a page.
func raw(t *testing.T, client *dynamodb.Client, id string) map[string]types.AttributeValue {
	t.Helper()
	key := &types.AttributeValueMemberS{Value: "page#" + id}
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("school"), ConsistentRead: aws.Bool(true), Key: map[string]types.AttributeValue{"pk": key, "sk": key},
	})
	require.NoError(t, err)
	return out.Item
}

// header returns the header of a compressed value, 0 for a value that is not compressed.
func header(av types.AttributeValue) byte {
	if b, ok := av.(*types.AttributeValueMemberB); ok && len(b.Value) > 0 {
		return b.Value[0]
	}
	return 0
}

// long is a text of n bytes, and of few bytes when it is compressed.
func long(n int) string {
	return strings.Repeat("The quick brown fox jumps over the lazy dog. ", n/45+1)[:n]
}

// codec is a Compression by zlib, with a header.
type codec byte

func (c codec) Codec() (header byte, compress, decompress func(dst, src []byte) ([]byte, error)) {
	compress = func(dst, src []byte) ([]byte, error) {
		b := bytes.NewBuffer(dst)
		w := zlib.NewWriter(b)
		if _, err := w.Write(src); err != nil {
			return nil, err
		}
		err := w.Close()
		return b.Bytes(), err
	}
	decompress = func(dst, src []byte) ([]byte, error) {
		r, err := zlib.NewReader(bytes.NewReader(src))
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		return append(dst, b...), err
	}
	return byte(c), compress, decompress
}

// full returns a page whose every compressed field is long.
func full(id string) page {
	note := long(3000)
	p := page{
		ID: id, Topic: "go", body: body{long(2000)}, Intro: text(long(1500)), Note: &note,
		Doc: document{
			Title: "A \"title\"", Parts: []part{{long(900), 1.5}, {"é\n\x00", -0.25}},
			Labels: map[string]string{"b": long(400), "a \"quoted\" name": "2", "c": ""}, Raw: bytes.Repeat([]byte{0, 255}, 300),
		},
		Tags:  strings.Split(strings.TrimSpace(strings.Repeat("tag ", 400)), " "),
		Extra: map[string]any{"n": 1.5, "list": []any{"x", true, nil, long(1200)}, "m": map[string]any{"y": "z"}},
	}
	p.Count.Value.Exp(big.NewInt(10), big.NewInt(1500), nil)
	return p
}
