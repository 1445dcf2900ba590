package compress_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbview"
)

// blob marshals itself as bytes.
type blob string

func (b blob) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberB{Value: []byte(b)}, nil
}

func (b *blob) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	v, _ := av.(*types.AttributeValueMemberB)
	*b = blob(v.Value)
	return nil
}

type odd struct {
	ID      string                 `dynamodbav:"-"`
	Text    string                 `dynamodbav:"text"`
	Other   string                 `dynamodbav:"other"`
	Key     string                 `dynamodbav:"gpk,omitempty"`
	Outer   struct{ Inner string } `dynamodbav:"outer"`
	Bytes   []byte                 `dynamodbav:"bytes"`
	Array   [4]byte                `dynamodbav:"array"`
	Blob    blob                   `dynamodbav:"blob"`
	Set     []string               `dynamodbav:"set,stringset,omitempty"`
	Any     any                    `dynamodbav:"any"`
	N       int                    `dynamodbav:"n"`
	Number  attributevalue.Number  `dynamodbav:"number,omitempty"`
	Flag    bool                   `dynamodbav:"flag"`
	At      time.Time              `dynamodbav:"at"`
	Until   time.Time              `dynamodbav:"until,unixtime,omitempty"`
	Version int64                  `dynamodbav:"version"`
	Rev     ddb.Revision           `dynamodbav:"-"`
	Large   ddbblob.Blob           `dynamodbav:"large"`
	body
	Base
}

// Base is embedded, too.
type Base struct {
	Comment string `dynamodbav:"comment"`
}

// What cannot be compressed, and what would need the value in DynamoDB, is refused when it is defined, with what to do.
func TestWhatCannotBeCompressedIsRefusedWhenItIsDefined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declare func(*odd, *ddb.Definition)
		want    []string
	}{
		"a key":             {func(o *odd, d *ddb.Definition) { d.Compress(&o.Other, 10) }, []string{"compress: Other is part of the key of other:", "remove Compress"}},
		"the primary key":   {func(o *odd, d *ddb.Definition) { d.Compress(&o.ID, 10) }, []string{"compress: ID has no attribute"}},
		"a when":            {func(o *odd, d *ddb.Definition) { d.Compress(&o.Text, 10) }, []string{"compress: Text is in a When of other:"}},
		"a key attribute":   {func(o *odd, d *ddb.Definition) { d.Compress(&o.Key, 10) }, []string{`compress: Key is stored as "gpk", which is a key attribute of bare`}},
		"ttl":               {func(o *odd, d *ddb.Definition) { d.Compress(&o.Until, 10) }, []string{"compress: Until is of type time.Time"}},
		"version":           {func(o *odd, d *ddb.Definition) { d.Compress(&o.Version, 10) }, []string{"compress: Version is of type int64"}},
		"unique":            {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10); d.Unique("content", ddb.Str(&o.Content)) }, []string{"compress: Content is part of unique content:"}},
		"twice":             {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10); d.Compress(&o.Content, 20) }, []string{"compress: Content is declared twice: remove one"}},
		"nested":            {func(o *odd, d *ddb.Definition) { d.Compress(&o.Outer.Inner, 10) }, []string{"compress: Outer.Inner is inside another field, which is one attribute: compress Outer"}},
		"embedded":          {func(o *odd, d *ddb.Definition) { d.Compress(&o.Base, 10) }, []string{"compress: Base is an embedded struct"}},
		"bytes":             {func(o *odd, d *ddb.Definition) { d.Compress(&o.Bytes, 10) }, []string{"compress: Bytes is of type []uint8", "declare the field as a string"}},
		"an array of bytes": {func(o *odd, d *ddb.Definition) { d.Compress(&o.Array, 10) }, []string{"compress: Array is of type [4]uint8"}},
		"a marshaler":       {func(o *odd, d *ddb.Definition) { d.Compress(&o.Blob, 10) }, []string{"compress: Blob marshals itself as bytes"}},
		"an object":         {func(o *odd, d *ddb.Definition) { d.Compress(&o.Large, 10) }, []string{"compress: field Large is a ddbblob.Blob"}},
		"a set":             {func(o *odd, d *ddb.Definition) { d.Compress(&o.Set, 10) }, []string{"compress: Set is a set", "make it a list"}},
		"an interface":      {func(o *odd, d *ddb.Definition) { d.Compress(&o.Any, 10) }, []string{"compress: Any is an interface"}},
		"a number":          {func(o *odd, d *ddb.Definition) { d.Compress(&o.N, 10) }, []string{"compress: N is of type int"}},
		"a number as text":  {func(o *odd, d *ddb.Definition) { d.Compress(&o.Number, 10) }, []string{"compress: Number is of type attributevalue.Number"}},
		"a bool":            {func(o *odd, d *ddb.Definition) { d.Compress(&o.Flag, 10) }, []string{"compress: Flag is of type bool"}},
		"a time":            {func(o *odd, d *ddb.Definition) { d.Compress(&o.At, 10) }, []string{"compress: At is of type time.Time"}},
		"a revision":        {func(o *odd, d *ddb.Definition) { d.Compress(&o.Rev, 10) }, []string{"compress: Rev has no attribute"}},
		"no field":          {func(_ *odd, d *ddb.Definition) { d.Compress(new(string), 10) }, []string{"compress: ", "name fields through the function's argument"}},
		"nil":               {func(_ *odd, d *ddb.Definition) { d.Compress(nil, 10) }, []string{"compress: "}},
		"threshold 0":       {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 0) }, []string{"compress: Content: the threshold is 0 bytes: use 1 or more"}},
		"a low header":      {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10, codec(127)) }, []string{"codec 1 has the header 127, and those below 128 are the library's: use 128 to 255"}},
		"a header twice":    {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10, codec(200), codec(201), codec(200)) }, []string{"two codecs have the header 200"}},
		"a nil codec":       {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10, codec(200), nil) }, []string{"codec 2 is nil"}},
		"a nil function":    {func(o *odd, d *ddb.Definition) { d.Compress(&o.Content, 10, none{}) }, []string{"codec 1 is nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk").TTL("until")
			other, bare := table.GSI("other", "opk", "osk"), table.GSI("bare", "gpk", "")
			_, err := ddb.Define(table, "odd", func(o *odd, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.ID))
				d.Primary(id, id)
				d.Version(&o.Version)
				d.Revision(&o.Rev)
				d.TTL(&o.Until)
				d.Index(other, ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.Other)), id).When(ddb.Present(&o.Text))
				d.AlsoIn(bare)
				c.declare(o, d)
			})
			require.ErrorIs(t, err, ddb.ErrModel)
			assert.Equal(t, 1, strings.Count(err.Error(), "ddb: define odd: "), err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// none is a Compression without functions.
type none struct{}

func (none) Codec() (header byte, compress, decompress func(dst, src []byte) ([]byte, error)) {
	return 130, nil, nil
}

// A When with a comparison is one fault.
func TestAComparisonInAWhenIsOneFault(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("topics", "ipk", "isk")
	_, err := ddb.Define(table, "page", func(p *page, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("t#"), ddb.Str(&p.Topic)), id).When(ddb.Ne(&p.Content, ""))
		d.Compress(&p.Content, 10)
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.Equal(t, 1, strings.Count(err.Error(), "ddb: define page: "), err)
	assert.ErrorContains(t, err, "field Content: it is compressed, so only Present and Absent hold of it in DynamoDB")
}

// An index that is declared later, whose key attribute a compressed field has, is refused too.
func TestALaterIndexOnACompressedFieldIsRefused(t *testing.T) {
	t.Parallel()
	m, err := define(contentOf(10))
	require.NoError(t, err)
	m.table.GSI("late", "content", "")
	assert.ErrorContains(t, m.table.Check(), `compress: Content is stored as "content", which is a key attribute of late`)
}

// What needs the value in DynamoDB at a call is refused with what to do, before a request.
func TestWhatNeedsTheValueInDynamoDBIsRefused(t *testing.T) {
	t.Parallel()
	client := engine(t)
	p := open(t, client, nil, allOf(10))
	ctx, f, key := t.Context(), p.f, page{ID: "a"}
	conds := map[string]ddb.Cond{
		"eq": ddb.Eq(&f.Content, "x"), "ne": ddb.Ne(&f.Content, "x"), "lt": ddb.Lt(&f.Content, "x"), "le": ddb.Le(&f.Content, "x"),
		"gt": ddb.Gt(&f.Content, "x"), "ge": ddb.Ge(&f.Content, "x"), "between": ddb.Between(&f.Content, "a", "b"), "in": ddb.In(&f.Content, "a"),
		"contains": ddb.Contains(&f.Content, "x"), "starts": ddb.StartsWith(&f.Content, "x"), "has": ddb.Has(&f.Tags, "x"),
		"inside": ddb.Eq(&f.Doc.Title, "x"), "present inside": ddb.Present(&f.Doc.Title), "not": ddb.Not(ddb.Eq(&f.Content, "x")),
		"or": ddb.Or(ddb.Present(&f.Content), ddb.Eq(&f.Intro, text("x"))),
	}
	for name, c := range conds {
		_, err := p.repo.Put(ctx, full("a"), ddb.If(c))
		require.ErrorIs(t, err, ddb.ErrModel, name)
		assert.ErrorContains(t, err, "compare in the program", name)
		_, err = ddb.Collect(p.repo.Query(ctx, p.entity.Query(key).Filter(c)))
		require.ErrorIs(t, err, ddb.ErrModel, name)
		_, err = ddb.Collect(p.repo.Query(ctx, p.entity.On(p.keys, page{Topic: "x"}).Filter(c)))
		require.ErrorIs(t, err, ddb.ErrModel, name)
		require.ErrorIs(t, p.db.Transact(ctx, p.entity.Check(key, c)), ddb.ErrModel, name)
	}
	for name, e := range map[string]ddb.Edit{
		"inside": ddb.Set(&f.Doc.Title, "x"), "remove inside": ddb.Remove(&f.Doc.Parts), "append": ddb.Append(&f.Tags, "x"), "prepend": ddb.Prepend(&f.Tags, "x"),
		"at": ddb.SetAt(&f.Tags, 0, "x"), "key": ddb.SetEntry(&f.Extra, "x", any("y")),
	} {
		_, err := p.repo.Update(ctx, key, e)
		require.ErrorIs(t, err, ddb.ErrModel, name)
		assert.ErrorContains(t, err, "compressed, which DynamoDB does not look into", name)
		assert.ErrorContains(t, err, "Modify", name)
	}
	_, err := ddb.Collect(p.repo.Query(ctx, p.entity.Query(key).Select(&f.Doc.Title)))
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.ErrorContains(t, err, "select the field that contains it")
	_, err = p.repo.Put(ctx, full("a"), ddb.If(ddb.Absent(&f.Content)))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = p.repo.Create(ctx, full("a"))
	require.NoError(t, err)
	_, err = p.repo.Put(ctx, full("a"), ddb.If(ddb.Present(&f.Content), ddb.Present(&f.Doc)))
	require.NoError(t, err)
	got, err := ddb.Collect(p.repo.Query(ctx, p.entity.Query(key).Filter(ddb.Present(&f.Content)).Select(&f.Content)))
	require.NoError(t, err)
	assert.Equal(t, []page{{ID: "a", body: body{long(2000)}}}, got)
}

// A view fills no compressed field.
func TestAViewFillsNoCompressedField(t *testing.T) {
	t.Parallel()
	m, err := define(allOf(10))
	require.NoError(t, err)
	topics := ddb.MustDefine(m.table, "topic", func(x *topic, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("topic#"), ddb.Str(&x.Name))
		d.Primary(id, id)
		d.Compress(&x.Last, 10)
	})
	_, err = ddbview.Aggregate("last", m.entity, topics, func(p *page, x *topic) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&p.Topic, &x.Name), ddbview.Latest(&p.Hits, &x.At, &p.Content, &x.Last)}
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.ErrorContains(t, err, "field Last of topic is compressed")
}

type topic struct {
	Name string `dynamodbav:"-"`
	At   int    `dynamodbav:"at"`
	Last string `dynamodbav:"last"`
}

// The design of the table, its page and its JSON say which fields are compressed.
func TestTheDesignSaysWhatIsCompressed(t *testing.T) {
	t.Parallel()
	m, err := define(allOf(1000))
	require.NoError(t, err)
	design := m.table.Design()
	var names []string
	for _, f := range design.Entities[0].Fields {
		if f.Compressed {
			names = append(names, f.Name)
		}
	}
	assert.Equal(t, []string{"Content", "Intro", "Note", "Doc", "Tags", "Extra", "Count"}, names)
	require.NoError(t, design.Check())
	text, err := json.Marshal(design)
	require.NoError(t, err)
	back, err := ddbdesign.Read(bytes.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, design, back)
	var page strings.Builder
	require.NoError(t, m.table.Describe(&page))
	assert.Regexp(t, `(?m)^ +compressed +Doc *$`, page.String())
	plain, err := define()
	require.NoError(t, err)
	page.Reset()
	require.NoError(t, plain.table.Describe(&page))
	assert.NotContains(t, page.String(), "compressed")
	design.Entities[0].Fields[1].Compressed, design.Entities[0].Fields[1].Type = true, "N"
	assert.ErrorContains(t, design.Check(), "entities[0].fields[1].type")
}
