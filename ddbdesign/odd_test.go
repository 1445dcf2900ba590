package ddbdesign_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	Left struct {
		Same     string `dynamodbav:"leftSame"`
		OnlyLeft string
	}
	Right struct {
		Same string `dynamodbav:"rightSame"`
	}
	Money struct{ Cents int }
	odd   struct {
		N      int64                     `dynamodbav:"n"`
		B      []byte                    `dynamodbav:"b"`
		Name   string                    `dynamodbav:"\"ñame\" <&>"`
		Amount ddb.AsText[time.Time]     `dynamodbav:"amount"`
		Money  Money                     `dynamodbav:"money"`
		Deep   map[string][]map[int]Left `dynamodbav:"deep"`
		Any    any                       `dynamodbav:"any"`
		Next   *Left                     `dynamodbav:"next,omitempty"`
		Left
		Right
		*Far
	}
	Far struct {
		Far string `dynamodbav:"far,omitempty"`
	}
)

func (m Money) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: "1"}, nil
}

func (m *Money) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

// Keys of numbers and binaries, names that need quotes, and fields of any type are described, and survive a round trip.
func TestOddModelsAreDescribed(t *testing.T) {
	t.Parallel()
	for name, define := range map[string]func(*odd, *ddb.Definition){
		"n":          func(o *odd, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Native(&o.N))) },
		"b":          func(o *odd, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Native(&o.B))) },
		`"ñame" <&>`: func(o *odd, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Native(&o.Name))) },
		"m":          func(o *odd, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Prefix("m"), ddb.Num(&o.Money.Cents, 10))) },
		"pk": func(o *odd, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Text(&o.Amount), ddb.Prefix("\"é</script>\x00"), ddb.Num(&o.N, 20)))
		},
	} {
		table := ddb.NewTable(name, "").TypeAttribute("")
		e, err := ddb.Define(table, "odd “thing”", define)
		require.NoError(t, err, name)
		d := table.Design()
		text := written(t, d)
		assert.NotContains(t, text, `\u00`+"3c")
		read, err := ddbdesign.Read(strings.NewReader(text))
		require.NoError(t, err, name)
		assert.Equal(t, d, read)
		assert.Empty(t, d.Entities[0].Entries[0].Sort)
		assert.NotContains(t, text, `"sort"`)

		item := odd{N: -5, B: []byte{1, 2}, Name: "x", Amount: ddb.AsText[time.Time]{Value: time.Unix(1, 0).UTC()}, Deep: map[string][]map[int]Left{"a": {}}, Any: 1}
		attrs, err := e.Encode(item)
		require.NoError(t, err, name)
		c, ok := d.Claim(scalar(t, attrs[name]), ddbdesign.Scalar{})
		assert.True(t, ok, name)
		assert.Equal(t, "odd “thing”", c.Entity)
		for _, f := range d.Entities[0].Fields {
			if av, ok := attrs[name2(f)]; ok && len(f.Path) == 1 && f.Type != "" && f.Name != "Next" {
				assert.Equal(t, f.Type, typeOf(t, av), f.Name)
			}
		}
		byName := map[string]string{}
		for _, f := range d.Entities[0].Fields {
			byName[f.Name] = f.Type
		}
		for field, want := range map[string]string{"Amount": "S", "Money": "", "Any": "", "Deep": "M", "Next": "M", "Left.Same": "S", "Right.Same": "S", "OnlyLeft": "S", "Far.Far": "S", "B": "B", "N": "N"} {
			got, ok := byName[field]
			assert.True(t, ok, "%s in %v", field, byName)
			assert.Equal(t, want, got, field)
		}
		assert.NotContains(t, byName, "Amount.Value")
		_, inKey := byName["Money.Cents"]
		assert.Equal(t, name == "m", inKey, "what a key is made of is described")
	}
}

func name2(f ddbdesign.Field) string {
	if len(f.Path) == 0 {
		return ""
	}
	return f.Path[0]
}

func scalar(t *testing.T, av types.AttributeValue) ddbdesign.Scalar {
	t.Helper()
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return ddbdesign.Scalar{Type: "S", Text: av.Value}
	case *types.AttributeValueMemberN:
		return ddbdesign.Scalar{Type: "N", Text: av.Value}
	case *types.AttributeValueMemberB:
		return ddbdesign.Scalar{Type: "B", Text: base64.StdEncoding.EncodeToString(av.Value)}
	}
	require.Fail(t, "no key")
	return ddbdesign.Scalar{}
}

func typeOf(t *testing.T, av types.AttributeValue) string {
	t.Helper()
	switch av.(type) {
	case *types.AttributeValueMemberL:
		return "L"
	case *types.AttributeValueMemberM:
		return "M"
	}
	return scalar(t, av).Type
}

// What the views keep and fill is described in the order of their declaration; functions are not.
func TestFanOutsAreDescribed(t *testing.T) {
	t.Parallel()
	m := newModel()
	ddbview.MustFanOut("labels", m.schools, m.grades, func(s School) ddb.Query[Grade] { return m.grades.Query(Grade{School: s.ID}) },
		func(c ddb.Change[School], g *Grade) bool { g.Label = c.New.Name; return true })
	d := m.table.Design()
	require.Len(t, d.Views, 2)
	assert.Equal(t, ddbdesign.View{Name: "labels", Kind: ddbdesign.KindFanOut, From: "school", Into: "grade"}, d.Views[1])
	assert.NoError(t, d.Check())
	assert.NotContains(t, written(t, d), "func")
}
