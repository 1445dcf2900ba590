package ddb_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Mute has a text that it does not read.
type Mute struct{ n int }

func (m Mute) MarshalText() ([]byte, error) { return fmt.Append(nil, "mute ", m.n), nil }
func (m *Mute) UnmarshalText([]byte) error  { return errors.New("says nothing") }

// Short reads only the first letter.
type Short struct{ s string }

func (s Short) MarshalText() ([]byte, error) { return []byte(s.s), nil }
func (s *Short) UnmarshalText(text []byte) error {
	if len(text) > 1 {
		text = text[:1]
	}
	s.s = string(text)
	return nil
}

func TestATextThatDoesNotReadBackIsNotWritten(t *testing.T) {
	t.Parallel()
	type note struct {
		ID    string              `dynamodbav:"-"`
		Mute  *ddb.AsText[Mute]   `dynamodbav:"mute,omitempty"`
		Short ddb.AsText[Short]   `dynamodbav:"short"`
		Big   ddb.AsText[big.Int] `dynamodbav:"big"`
	}
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "note", func(n *note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(id, id)
	})
	db := ddb.New(ddbmem.New().Client(), "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, e)
	ctx, meter := ddb.WithMeter(t.Context())
	_, err := repo.Put(ctx, note{ID: "1", Mute: &ddb.AsText[Mute]{}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
	require.ErrorContains(t, err, `Mute: `)
	require.ErrorContains(t, err, `"mute 0", which it does not read: says nothing`)
	_, err = repo.Put(ctx, note{ID: "1", Short: ddb.AsText[Short]{Value: Short{"ab"}}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.ErrorContains(t, err, `Short: `)
	require.ErrorContains(t, err, `"ab", which reads back as "a"`)
	assert.Zero(t, meter.Requests())
	want := note{ID: "1", Short: ddb.AsText[Short]{Value: Short{"a"}}, Big: ddb.AsText[big.Int]{Value: *big.NewInt(7)}}
	got, err := repo.Put(ctx, want)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	type sum struct {
		ID  string `dynamodbav:"-"`
		Sum big.Float
	}
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "sum", func(s *sum, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Str(&s.ID)), ddb.Key(ddb.Str(&s.ID))) })
	require.ErrorContains(t, err, "keep that text in a string field of your own")
	require.NotContains(t, err.Error(), "AsText")
}

// Letting has a field of each kind that the library fills, and one that it does not.
type Letting struct {
	ID      string    `dynamodbav:"-"`
	Ver     int64     `dynamodbav:"ver"`
	Until   time.Time `dynamodbav:"ttl,unixtime"`
	Created time.Time `dynamodbav:"created"`
	Updated time.Time `dynamodbav:"updated"`
	Num     int       `dynamodbav:"num"`
}

func TestTheFieldsThatTheLibraryFillsAreMatchedExactly(t *testing.T) {
	t.Parallel()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	n := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	for _, path := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk").TTL("ttl")
		e := ddb.MustDefine(table, "letting", func(l *Letting, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID))
			d.Primary(id, id)
			d.Version(&l.Ver)
			d.TTL(&l.Until)
			d.Created(&l.Created)
			d.Updated(&l.Updated)
		})
		client := ddbmem.New().Client()
		db := ddb.New(client, "table", table, &ddb.Options{AttributePath: path})
		require.NoError(t, db.CreateTable(t.Context()))
		name := "table"
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
			"pk": s("l#1"), "sk": s("l#1"), "entityType": s("letting"), "TTL": n("1000"), "VER": n("3"), "Ver": n("4"),
			"Created": s("2020-01-01T00:00:00Z"), "UPDATED": s("2020-01-01T00:00:00Z"), "NUM": n("1"), "Num": n("2"),
		}})
		require.NoError(t, err)
		for range 20 {
			got, err := ddb.NewRepository(db, e).Get(t.Context(), Letting{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, Letting{ID: "1", Num: 1}, got, "of NUM and Num the least name")
		}
		got, err := e.Decode(map[string]types.AttributeValue{
			"pk": s("l#1"), "sk": s("l#1"), "entityType": s("letting"), "ver": n("5"), "VER": n("3"), "num": n("7"), "Num": s("none"),
		})
		require.NoError(t, err)
		assert.Equal(t, Letting{ID: "1", Ver: 5, Num: 7}, got)
	}
}

func TestAUnixTimeIsReadInUTC(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		db, e := records(t, path)
		repo := ddb.NewRepository(db, e)
		at := time.Unix(1_700_000_000, 0).In(time.FixedZone("", 3600))
		put, err := repo.Put(t.Context(), Record{ID: "1", Unix: at, Num: "1"})
		require.NoError(t, err)
		assert.Equal(t, time.UTC, put.Unix.Location())
		got, err := repo.Get(t.Context(), Record{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, at.UTC(), got.Unix)
		assert.Equal(t, time.UTC, got.Unix.Location())
	}
}

// Hollow returns a nil pointer in an interface that is not nil.
type Hollow struct{ A string }

func (Hollow) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	var none *types.AttributeValueMemberS
	return none, nil
}
func (*Hollow) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { panic("at the disco") }

type Shell struct {
	ID     string  `dynamodbav:"-"`
	Hollow *Hollow `dynamodbav:"hollow,omitempty"`
}

func shells(t *testing.T) (*ddb.DB, *ddb.Entity[Shell], *dynamodb.Client) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "shell", func(s *Shell, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shells")), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	return db, e, client
}

func TestNilAttributesAndPanicsAreErrorsOfTheItem(t *testing.T) {
	t.Parallel()
	db, e, client := shells(t)
	repo := ddb.NewRepository(db, e)
	_, err := repo.Put(t.Context(), Shell{ID: "1", Hollow: &Hollow{}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.ErrorContains(t, err, `sk="s#1": Hollow: is a *types.AttributeValueMemberS that is nil`)
	attrs, err := e.Encode(Shell{ID: "1"})
	require.NoError(t, err)
	for name := range attrs {
		bad := map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"], "entityType": attrs["entityType"]}
		bad[name] = (*types.AttributeValueMemberS)(nil)
		_, err = e.Decode(bad)
		require.ErrorContains(t, err, `ddb: decode shell: ["`+name+`"]: is a *types.AttributeValueMemberS that is nil`)
	}
	assert.PanicsWithValue(t, "ddb: New: a nil client", func() { ddb.New(nil, "table", db.Table(), nil) })
	assert.PanicsWithValue(t, "ddb: New: a nil client", func() { ddb.New((*dynamodb.Client)(nil), "table", db.Table(), nil) })

	name := "table"
	for _, id := range []string{"1", "2", "3"} {
		attrs, err := e.Encode(Shell{ID: id})
		require.NoError(t, err)
		if id == "2" {
			attrs["hollow"] = &types.AttributeValueMemberS{Value: "x"}
		}
		_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: attrs})
		require.NoError(t, err)
	}
	var read []string
	var failed []error
	for s, err := range repo.Query(t.Context(), e.Query(Shell{})) {
		if err != nil {
			failed = append(failed, err)
			continue
		}
		read = append(read, s.ID)
	}
	assert.Equal(t, []string{"1", "3"}, read)
	require.Len(t, failed, 1)
	bad, ok := errors.AsType[*ddb.ItemError](failed[0])
	require.True(t, ok)
	require.ErrorContains(t, bad, "panic: at the disco")
}

func TestErrorsOfValuesSayWhichItemAndWhatToDo(t *testing.T) {
	t.Parallel()
	db, e := records(t, false)
	for want, r := range map[string]Record{
		`F: is NaN, which is no number to DynamoDB: leave it out`:                                         {F: math.NaN()},
		`Num: has 39 digits, and DynamoDB keeps 38: round it, or store it as text`:                        {Num: attributevalue.Number(strings.Repeat("123", 13))},
		`Num: is "1e999": DynamoDB stores numbers from 1E-130`:                                            {Num: "1e999"},
		`Num: is "x", which is no number to DynamoDB: give decimal digits`:                                {Num: "x"},
		`Map: an empty map key, which DynamoDB does not take: leave the entry out`:                        {Map: map[string]string{"": "a"}},
		`Text: is not valid UTF-8, which the table would hold as other text: make it a []byte, encode it`: {Text: badText},
		`Ptr: is not valid UTF-8`: {Ptr: new(badText)},
	} {
		r.ID = "1"
		_, err := ddb.NewRepository(db, e).Create(t.Context(), r)
		require.ErrorContains(t, err, `ddb: create record pk="r#1" sk="r#1": `+want)
		err = db.Batch(t.Context(), e.Put(Record{ID: "2"}), e.Put(r))
		require.ErrorContains(t, err, `record pk="r#1" sk="r#1": `+want)
	}
}

func TestACursorWithALineBreakIsRefused(t *testing.T) {
	t.Parallel()
	db, e, _ := shells(t)
	repo := ddb.NewRepository(db, e)
	for _, id := range []string{"1", "2"} {
		_, err := repo.Put(t.Context(), Shell{ID: id})
		require.NoError(t, err)
	}
	page, err := repo.Page(t.Context(), e.Query(Shell{}).Limit(1), "")
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	for _, br := range []string{"\n", "\r\n"} {
		for _, at := range []int{0, 5, len(page.Next)} {
			_, err := repo.Page(t.Context(), e.Query(Shell{}).Limit(1), page.Next[:at]+ddb.Cursor(br)+page.Next[at:])
			require.ErrorIs(t, err, ddb.ErrCursor)
		}
	}
	_, err = repo.Page(t.Context(), e.Query(Shell{}).Limit(1), page.Next)
	require.NoError(t, err)
}
