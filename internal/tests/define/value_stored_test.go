package define_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// Tagged is text that writes itself in brackets, as the key of a map too.
type Tagged string

func (s Tagged) MarshalText() ([]byte, error) {
	if s == "bad" {
		return nil, errors.New("has no text")
	}
	if s == "none" {
		return nil, nil
	}
	return []byte("<" + s + ">"), nil
}

func (s *Tagged) UnmarshalText(text []byte) error {
	inner, ok := strings.CutPrefix(string(text), "<")
	if !ok {
		return errors.New("no bracket")
	}
	*s = Tagged(strings.TrimSuffix(inner, ">"))
	return nil
}

// Spoken is text whose attribute its String method does not tell.
type Spoken string

func (s Spoken) String() string { return "spoken " + string(s) }

// Bracketed is text that stores itself in brackets.
type Bracketed string

func (s Bracketed) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: "<" + string(s) + ">"}, nil
}

func (s *Bracketed) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	*s = Bracketed(strings.Trim(av.(*types.AttributeValueMemberS).Value, "<>"))
	return nil
}

// Parcelful holds values of which the attribute is not what Go shows.
type Parcelful struct {
	ID     string                   `dynamodbav:"-"`
	Tags   map[Tagged]int           `dynamodbav:"tags"`
	Spoken map[Spoken]int           `dynamodbav:"spoken"`
	Code   Bracketed                `dynamodbav:"code"`
	Null   string                   `dynamodbav:"null,nullempty"`
	Ptr    *int                     `dynamodbav:"ptr"`
	Bytes  []byte                   `dynamodbav:"bytes"`
	Any    any                      `dynamodbav:"any"`
	Set    []string                 `dynamodbav:"set,stringset,omitemptyelem"`
	Nulls  []string                 `dynamodbav:"nulls,stringset,nullemptyelem"`
	List   *[]int                   `dynamodbav:"list"`
	Map    *map[string]int          `dynamodbav:"map"`
	Raw    *[]byte                  `dynamodbav:"raw"`
	ByInt  *map[int]int             `dynamodbav:"byInt"`
	Deep   map[int]*[]int           `dynamodbav:"deep"`
	JSON   json.Number              `dynamodbav:"json,omitempty"`
	Number attributevalue.Number    `dynamodbav:"number,omitempty"`
	Ints   map[int]json.Number      `dynamodbav:"ints"`
	NumSet []json.Number            `dynamodbav:"numSet,numberset"`
	Inner  *struct{ N json.Number } `dynamodbav:"inner"`
}

func defineParcelful(x *Parcelful, d *ddb.Definition) {
	id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
	d.Primary(id, id)
}

func TestAnEditOfAnEntryNamesItAsPutDoes(t *testing.T) {
	t.Parallel()
	_, repo, e := declared(t, ddb.NewTable("pk", "sk"), defineParcelful)
	f := e.Fields()
	key := Parcelful{ID: "1"}
	_, err := repo.Put(t.Context(), Parcelful{ID: "1", Tags: map[Tagged]int{"a": 1, "b": 2}})
	require.NoError(t, err)
	got, err := repo.Update(t.Context(), key, ddb.SetEntry(&f.Tags, "a", 5), ddb.SetEntry(&f.Tags, "c", 3), ddb.RemoveEntry(&f.Tags, "b"))
	require.NoError(t, err)
	assert.Equal(t, map[Tagged]int{"a": 5, "c": 3}, got.Tags)
	got, err = repo.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Equal(t, map[Tagged]int{"a": 5, "c": 3}, got.Tags)

	for want, edit := range map[string]ddb.Edit{
		"has no text":                   ddb.SetEntry(&f.Tags, "bad", 1),
		"an empty map key":              ddb.RemoveEntry(&f.Tags, "none"),
		`would be stored as "spoken a"`: ddb.SetEntry(&f.Spoken, "a", 1),
	} {
		_, err = repo.Update(t.Context(), key, edit)
		require.ErrorContains(t, err, want)
	}
	_, err = repo.Update(t.Context(), key, ddb.SetEntry(&f.Tags, "a", 1), ddb.RemoveEntry(&f.Tags, "a"))
	require.ErrorContains(t, err, "overlap")
}

// What has neither order nor parts is compared by Eq alone: DynamoDB would refuse the request.
func TestAComparisonWithNullIsRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	db, repo, e := declared(t, ddb.NewTable("pk", "sk"), defineParcelful)
	f := e.Fields()
	_, err := repo.Put(t.Context(), Parcelful{ID: "1"})
	require.NoError(t, err)
	for name, c := range map[string]ddb.Cond{
		"nil pointer": ddb.Ge(&f.Ptr, nil), "nil bytes": ddb.Gt(&f.Bytes, nil), "between": ddb.Between(&f.Null, "", "b"),
		"text as null": ddb.Lt(&f.Null, ""), "prefix": ddb.StartsWith(&f.Null, ""), "part": ddb.Contains(&f.Null, ""),
		"bool in any": ddb.Le(&f.Any, any(true)), "nil any": ddb.Gt(&f.Any, nil), "not": ddb.Not(ddb.Le(&f.Null, "")),
	} {
		ctx, meter := ddb.WithMeter(t.Context())
		_, err := ddb.Collect(repo.Query(ctx, e.Query(Parcelful{ID: "1"}).Filter(c)))
		require.ErrorIs(t, err, ddb.ErrValue, name)
		_, err = repo.Update(ctx, Parcelful{ID: "1"}, ddb.If(c), ddb.Set(&f.Code, "x"))
		require.ErrorIs(t, err, ddb.ErrValue, name)
		require.ErrorIs(t, db.Transact(ctx, e.Check(Parcelful{ID: "1"}, c)), ddb.ErrValue, name)
		assert.Zero(t, meter.Requests(), name)
	}
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("gsi", "gp", "gs")
	_, err = ddb.Define(table, "parcel", func(x *Parcelful, d *ddb.Definition) {
		defineParcelful(x, d)
		d.Index(ix, ddb.Key(ddb.Prefix("x")), ddb.Key(ddb.Str(&x.ID))).When(ddb.StartsWith(&x.Null, ""))
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "gsi: When: field Null: cannot be compared by begins_with, since it is stored as NULL")

	_, err = ddb.Collect(repo.Query(t.Context(), e.Query(Parcelful{ID: "1"}).Filter(ddb.Eq(&f.Ptr, nil), ddb.Eq(&f.Null, ""), ddb.Le(&f.Any, any(3)))))
	require.NoError(t, err)
}

func TestPartsOfTextThatStoresItselfAreNotLookedFor(t *testing.T) {
	t.Parallel()
	_, repo, e := declared(t, ddb.NewTable("pk", "sk"), defineParcelful)
	f := e.Fields()
	for _, c := range []ddb.Cond{ddb.StartsWith(&f.Code, "a"), ddb.Contains(&f.Code, "a"), ddb.StartsWith(&f.JSON, "1"), ddb.Contains(&f.Number, "1")} {
		_, err := ddb.Collect(repo.Query(t.Context(), e.Query(Parcelful{ID: "1"}).Filter(c)))
		require.ErrorIs(t, err, ddb.ErrModel)
	}
}

func TestValuesThatDynamoDBWouldRefuseOrChangeAreNotWritten(t *testing.T) {
	t.Parallel()
	_, repo, e := declared(t, ddb.NewTable("pk", "sk"), defineParcelful)
	f := e.Fields()
	for want, x := range map[string]Parcelful{
		`Any: an empty map key`:                         {Any: map[string]any{"": 1}},
		`Any["a"]: an empty map key`:                    {Any: map[string]any{"a": map[string]any{"": 1}}},
		`Tags: an empty map key`:                        {Tags: map[Tagged]int{"none": 1}},
		`Set: is a set whose elements are all left out`: {Set: []string{""}},
		`Nulls: an element of a string set that is no string, as nil is not, nor what is empty under the tag option "nullemptyelem": leave it out`: {Nulls: []string{"", "a"}},
		`List: points to a nil []int`:         {List: new([]int)},
		`Map: points to a nil map[string]int`: {Map: new(map[string]int)},
		`Raw: points to a nil []uint8`:        {Raw: new([]byte)},
		`ByInt: points to a nil map[int]int`:  {ByInt: new(map[int]int)},
		`Deep["1"]: points to a nil []int`:    {Deep: map[int]*[]int{1: new([]int)}},
	} {
		x.ID = "1"
		ctx, meter := ddb.WithMeter(t.Context())
		_, err := repo.Put(ctx, x)
		require.ErrorIs(t, err, ddb.ErrValue, want)
		require.ErrorContains(t, err, want)
		assert.Zero(t, meter.Requests())
	}
	_, err := repo.Upsert(t.Context(), Parcelful{ID: "1"}, ddb.Set(&f.List, new([]int)))
	require.ErrorIs(t, err, ddb.ErrValue)

	kept := Parcelful{ID: "2", List: &[]int{}, Map: &map[string]int{}, Raw: &[]byte{}, ByInt: &map[int]int{}, Set: []string{"a", ""}}
	_, err = repo.Put(t.Context(), kept)
	require.NoError(t, err)
	got, err := repo.Get(t.Context(), kept)
	require.NoError(t, err)
	assert.Equal(t, kept.List, got.List)
	assert.Equal(t, kept.Map, got.Map)
	assert.Equal(t, kept.Raw, got.Raw)
	assert.Equal(t, kept.ByInt, got.ByInt)
}

// A number is stored as its value: what a write returns is what a read does.
func TestAWriteReturnsNumbersThatAreTextAsTheyAreStored(t *testing.T) {
	t.Parallel()
	_, repo, _ := declared(t, ddb.NewTable("pk", "sk"), defineParcelful)
	for given, stored := range map[string]string{"1.50": "1.5", "1e2": "100", "-0": "0", "+5": "5", "1.25": "1.25", "1e30": "1" + strings.Repeat("0", 30), "1e100": "1" + strings.Repeat("0", 100), "-12e-50": "-0." + strings.Repeat("0", 48) + "12"} {
		n := json.Number(given)
		x := Parcelful{ID: given, JSON: n, Number: attributevalue.Number(given), Ints: map[int]json.Number{1: n}, NumSet: []json.Number{n}, Inner: &struct{ N json.Number }{n}}
		made, err := repo.Create(t.Context(), x)
		require.NoError(t, err)
		read, err := repo.Get(t.Context(), x)
		require.NoError(t, err)
		assert.Equal(t, read, made)
		assert.EqualValues(t, stored, made.JSON)
		assert.EqualValues(t, stored, made.Number)
		made, err = repo.Put(t.Context(), x)
		require.NoError(t, err)
		assert.Equal(t, read, made)
		assert.Equal(t, n, x.Ints[1], "what was given stays")
	}
}

// Dial has a Native number.
type Dial struct {
	ID    string  `dynamodbav:"-"`
	Level float64 `dynamodbav:"level"`
	Count Coin    `dynamodbav:"count"`
}

// Coin is a number that stores itself as text.
type Coin int

func (c Coin) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: strings.Repeat("o", int(c))}, nil
}

func (c *Coin) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	*c = Coin(len(av.(*types.AttributeValueMemberS).Value))
	return nil
}

func TestTheAdviceForAValueIsWhatItsFieldTakes(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("byLevel", "level", "")
	_, repo, e := declared(t, table, func(x *Dial, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("g#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Native(&x.Level)))
	})
	f, nan := e.Fields(), math.NaN()
	_, put := repo.Put(t.Context(), Dial{ID: "1", Level: nan})
	_, set := repo.Update(t.Context(), Dial{ID: "1"}, ddb.Set(&f.Level, nan))
	_, filter := ddb.Collect(repo.Query(t.Context(), e.Query(Dial{ID: "1"}).Filter(ddb.Eq(&f.Level, nan))))
	for _, err := range []error{put, set, filter} {
		require.ErrorIs(t, err, ddb.ErrValue)
		require.ErrorContains(t, err, "is NaN, which is not a DynamoDB number and cannot be a key")
		require.NotContains(t, err.Error(), ",string")
	}
	_, err := repo.Update(t.Context(), Dial{ID: "1"}, ddb.Add(&f.Count, 1))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "add Count: the field is of type define_test.Coin, whose marshaler does not write a number, and DynamoDB adds numbers only")
	for name, advises := range map[string]bool{"": false, "a~b": false, "gauge": true} {
		attrs, err := e.Encode(Dial{ID: "1"})
		require.NoError(t, err)
		attrs["entityType"] = &types.AttributeValueMemberS{Value: name}
		_, err = e.Decode(attrs)
		require.ErrorIs(t, err, ddb.ErrUnknown)
		assert.Equal(t, advises, strings.Contains(err.Error(), "Alias("), name)
	}
}
