package define_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Record has a field of each kind that can hold a value which the table would not keep.
type Record struct {
	ID    string                `dynamodbav:"-"`
	Text  string                `dynamodbav:"text"`
	List  []string              `dynamodbav:"list"`
	Set   []string              `dynamodbav:"set,stringset,omitempty"`
	Map   map[string]string     `dynamodbav:"map"`
	Maps  map[string][]string   `dynamodbav:"maps"`
	Any   any                   `dynamodbav:"any"`
	Ptr   *string               `dynamodbav:"ptr"`
	Inner struct{ S string }    `dynamodbav:"inner"`
	Self  Raw                   `dynamodbav:"self"`
	F     float64               `dynamodbav:"f"`
	F32   float32               `dynamodbav:"f32"`
	Fs    []float64             `dynamodbav:"fs,numberset,omitempty"`
	FText float64               `dynamodbav:"ftext,string"`
	Num   attributevalue.Number `dynamodbav:"num,omitempty"`
	At    time.Time             `dynamodbav:"at"`
	AtPtr *time.Time            `dynamodbav:"atptr"`
	Unix  time.Time             `dynamodbav:"unix,unixtime"`
}

// Raw stores its bytes as a string, whatever they are.
type Raw string

func (r Raw) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: string(r)}, nil
}

func (r *Raw) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return attributevalue.Unmarshal(av, (*string)(r))
}

const badText = "Jos\xe9"

// badRecords are values that a read would not return, and the fields that have them.
func badRecords() map[string]Record {
	far, odd := time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28))
	s := badText
	return map[string]Record{
		"Text": {Text: s}, "List[1]": {List: []string{"a", s}}, "Set[0]": {Set: []string{s}},
		`Map["a"]`: {Map: map[string]string{"a": s}}, `Map["Jos\xe9"]`: {Map: map[string]string{s: "a"}},
		`Maps["a"][0]`: {Maps: map[string][]string{"a": {s}}}, `Maps["Jos\xe9"]`: {Maps: map[string][]string{s: {"a"}}},
		"Any": {Any: s}, `Any["Jos\xe9"]`: {Any: map[string]any{s: 1}}, "Ptr": {Ptr: &s}, "Inner.S": {Inner: struct{ S string }{s}}, "Self": {Self: Raw(s)},
		"F": {F: math.NaN()}, "F ": {F: math.Inf(1)}, "F  ": {F: 1e126}, "F   ": {F: -1e-131}, "F32": {F32: float32(math.Inf(-1))},
		"Fs[1]": {Fs: []float64{1, math.NaN()}}, "Num": {Num: "NaN"}, "Num ": {Num: "1e999"}, "Any ": {Any: math.Inf(1)},
		"At": {At: far}, "At ": {At: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}, "At  ": {At: odd}, "At   ": {At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 24*60*60))},
		"AtPtr": {AtPtr: &far}, "Any  ": {Any: &odd}, `Map["Jos"]`: {Map: map[string]string{"Jos": s}}, "Map: an empty map key": {Map: map[string]string{"": "a"}},
		"Set[1]: is in the set twice": {Set: []string{"a", "a"}}, "Fs[2]: is in the set twice": {Fs: []float64{1, 2, 1}},
	}
}

func records(t *testing.T, attributePath bool) (*ddb.DB, *ddb.Entity[Record]) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "record", func(r *Record, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("r#"), ddb.Str(&r.ID))
		d.Primary(id, id)
	})
	db := ddb.New(ddbmem.New().Client(), "table", table, &ddb.Options{UseAttributeMaps: attributePath})
	require.NoError(t, db.CreateTable(t.Context()))
	return db, e
}

func TestValuesThatTheTableWouldNotKeepAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		db, e := records(t, path)
		repo := ddb.NewRepository(db, e)
		for what, bad := range badRecords() {
			field := trimmed(what)
			bad.ID = "1"
			ctx, meter := ddb.WithMeter(t.Context())
			_, err := repo.Create(ctx, bad)
			require.ErrorContains(t, err, "ddb: create record", what)
			require.ErrorIs(t, err, ddb.ErrValue, what)
			require.ErrorContains(t, err, field, what)
			for verb, write := range map[string]func(context.Context, Record, ...ddb.Option) (Record, error){"put": repo.Put, "replace": repo.Replace} {
				_, err := write(ctx, bad)
				require.ErrorContains(t, err, "ddb: "+verb+" record", what)
				require.ErrorContains(t, err, field, what)
			}
			// among others, nothing is sent, and the op is named
			good := e.Put(Record{ID: "2"})
			err = db.Transact(ctx, good, e.Put(bad))
			require.ErrorIs(t, err, ddb.ErrValue, what)
			require.ErrorContains(t, err, field, what)
			require.ErrorContains(t, err, "op 1", what)
			assert.Zero(t, meter.Requests(), what)
			_, err = repo.Get(t.Context(), Record{ID: "2"})
			require.ErrorIs(t, err, ddb.ErrNotFound, what)
		}
	}
}

func trimmed(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// What can be told before any request refuses the batch, with the op named.
func TestABatchRefusesABadValueForCertain(t *testing.T) {
	t.Parallel()
	db, e := records(t, false)
	ctx, meter := ddb.WithMeter(t.Context())
	err := db.Batch(ctx, e.Put(Record{ID: "good"}), e.Put(Record{ID: "bad", F: math.NaN()}))
	require.ErrorContains(t, err, "ddb: batch: op 1: ")
	require.ErrorContains(t, err, "F: is NaN")
	require.ErrorIs(t, err, ddb.ErrValue)
	assert.Zero(t, meter.Requests())
	_, err = ddb.NewRepository(db, e).Get(ctx, Record{ID: "good"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

func TestValuesAtTheEdgeAreKept(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		db, e := records(t, path)
		in := Record{
			ID: "1", Text: "José\x00\U0010FFFF", F: 9.9e125, F32: math.MaxFloat32, Fs: []float64{-1e-130}, FText: math.Inf(1), Num: "-12.50",
			At: time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.FixedZone("", -23*60*60-59*60)), Unix: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		repo := ddb.NewRepository(db, e)
		_, err := repo.Create(t.Context(), in)
		require.NoError(t, err)
		got, err := repo.Get(t.Context(), Record{ID: "1"})
		require.NoError(t, err)
		assert.True(t, got.At.Equal(in.At) && got.Unix.Equal(in.Unix))
		assert.Equal(t, []any{in.Text, in.F, in.F32, in.Fs, in.FText}, []any{got.Text, got.F, got.F32, got.Fs, got.FText})
		assert.Equal(t, attributevalue.Number("-12.5"), got.Num)
	}
}

func TestConditionsAndEditsOfBadValuesAreRefused(t *testing.T) {
	t.Parallel()
	db, e := records(t, false)
	repo, f := ddb.NewRepository(db, e), e.Fields()
	_, err := repo.Put(t.Context(), Record{ID: "1", List: []string{"Jos\ufffd"}, Set: []string{"Jos\ufffd"}, Text: "Jos\ufffd", Map: map[string]string{}})
	require.NoError(t, err)
	key := Record{ID: "1"}
	far := time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	for what, cond := range map[string]ddb.Cond{
		"Text": ddb.Eq(&f.Text, badText), "Text ": ddb.Ne(&f.Text, badText), "Text  ": ddb.In(&f.Text, "a", badText), "Text   ": ddb.StartsWith(&f.Text, badText),
		"Text    ": ddb.Contains(&f.Text, badText), "Text     ": ddb.Between(&f.Text, "A", badText), "List": ddb.Has(&f.List, badText), "Set": ddb.Has(&f.Set, badText),
		"F": ddb.Lt(&f.F, math.NaN()), "At": ddb.Eq(&f.At, far), "Any": ddb.Eq(&f.Any, any(badText)),
	} {
		_, err := repo.Update(t.Context(), key, ddb.Set(&f.F, 1), ddb.If(cond))
		require.ErrorContains(t, err, trimmed(what), what)
		require.ErrorIs(t, err, ddb.ErrValue, what)
		require.NotErrorIs(t, err, ddb.ErrCondition, what)
		_, err = ddb.Collect(repo.Query(t.Context(), e.Query(key).Filter(cond)))
		require.ErrorContains(t, err, trimmed(what), what)
	}
	for what, edit := range map[string]ddb.Edit{
		"Text": ddb.Set(&f.Text, badText), "Text ": ddb.SetIfAbsent(&f.Text, badText), "List": ddb.Append(&f.List, badText), "List ": ddb.SetAt(&f.List, 0, badText),
		"Set": ddb.AddTo(&f.Set, badText), "Set ": ddb.DeleteFrom(&f.Set, badText), "Map": ddb.SetEntry(&f.Map, "a", badText), "Map ": ddb.SetEntry(&f.Map, badText, "a"),
		"Map  ": ddb.RemoveEntry(&f.Map, badText), "Map   ": ddb.SetEntry(&f.Map, "", "a"), "Set  ": ddb.AddTo(&f.Set, "a", "a"),
		"F": ddb.Add(&f.F, math.Inf(1)), "At": ddb.Set(&f.At, far), "Inner.S": ddb.Set(&f.Inner.S, badText),
	} {
		_, err := repo.Update(t.Context(), key, edit)
		require.ErrorIs(t, err, ddb.ErrValue, what)
		require.NotErrorIs(t, err, ddb.ErrModel, what)
		require.ErrorContains(t, err, trimmed(what), what)
		_, err = repo.Upsert(t.Context(), Record{ID: "3"}, edit)
		require.ErrorContains(t, err, trimmed(what), what)
	}
	got, err := repo.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Equal(t, []any{"Jos\ufffd", []string{"Jos\ufffd"}, []string{"Jos\ufffd"}, 0.0}, []any{got.Text, got.List, got.Set, got.F}, "what stood there before is read, and as it was")
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

func TestErrorsOfValuesSayWhichItemAndWhatToDo(t *testing.T) {
	t.Parallel()
	db, e := records(t, false)
	for want, r := range map[string]Record{
		`F: is NaN, which is not a DynamoDB number: leave it out`:                                    {F: math.NaN()},
		`Num: has 39 digits, and DynamoDB keeps 38: round it, or store it as text`:                   {Num: attributevalue.Number(strings.Repeat("123", 13))},
		`Num: is "1e999": DynamoDB stores numbers from 1E-130`:                                       {Num: "1e999"},
		`Num: is "x", which is not a DynamoDB number: give decimal digits`:                           {Num: "x"},
		`Map: an empty map key, which DynamoDB rejects: leave the entry out`:                         {Map: map[string]string{"": "a"}},
		`Text: is not valid UTF-8, and would be stored as another text: make it a []byte, encode it`: {Text: badText},
		`Ptr: is not valid UTF-8`: {Ptr: new(badText)},
	} {
		r.ID = "1"
		_, err := ddb.NewRepository(db, e).Create(t.Context(), r)
		require.ErrorContains(t, err, `ddb: create record pk="r#1" sk="r#1": `+want)
		err = db.Batch(t.Context(), e.Put(Record{ID: "2"}), e.Put(r))
		require.ErrorContains(t, err, `record pk="r#1" sk="r#1": `+want)
	}
}
