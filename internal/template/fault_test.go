package template_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	type P = template.Part
	for name, c := range map[string]struct {
		tm   template.Template
		want []string
	}{
		"none":                      {key(lit("a"), str("A"), lit("#"), num("N", 20), at("At"), fold("Email")), nil},
		"empty":                     {template.Template{}, []string{"is empty"}},
		"empty literal":             {key(lit(""), str("A")), []string{"holds an empty literal"}},
		"only an empty literal":     {key(lit("")), []string{"holds an empty literal"}},
		"no literal between":        {key(str("A"), str("B")), []string{"needs a literal between {A} and {B}"}},
		"no literal before fixed":   {key(fold("Email"), num("N", 2)), []string{"needs a literal between {Email:fold} and {N:2}"}},
		"fixed needs none":          {key(num("N", 2), str("B")), nil},
		"width 0":                   {key(num("N", 0)), []string{"width 0 of {N} is not 1 to 20"}},
		"width 21":                  {key(num("N", 21)), []string{"width 21 of {N} is not 1 to 20"}},
		"text of a time":            {key(text("At")), []string{"Text(At) does not sort: use Time"}},
		"text without methods":      {key(text("A")), []string{"A is a string, which does not write and read itself as text"}},
		"text that lives in keys":   {key(text("KeyAddr")), nil},
		"one shard":                 {key(shard("A", 1)), []string{"Shard(A) into 1 is not 2 to 1000"}},
		"1001 shards":               {key(shard("A", 1001)), []string{"Shard(A) into 1001 is not 2 to 1000"}},
		"two shards":                {key(shard("A", 8), shard("B", 8)), []string{"has 2 Shard parts: one spreads a partition"}},
		"unixtime":                  {key(at("Until")), []string{`Time(Until) holds nanoseconds and the attribute seconds: without ",unixtime", or the key of an item that was read would be another`}},
		"tilde":                     {key(lit("~a#"), str("A")), []string{`begins with "~", as the keys of the library do`}},
		"tilde inside":              {key(lit("a"), str("A"), lit("~"), str("B")), nil},
		"literal not UTF-8":         {key(lit("a\xff"), str("A")), []string{`the literal "a\xff" is not valid UTF-8`}},
		"literal with last":         {key(lit("a\U0010FFFF"), str("A")), []string{`the literal "a\U0010ffff" contains U+10FFFF, which is reserved for the ends of ranges`}},
		"twice":                     {key(str("A"), lit("#"), str("A")), []string{"holds A twice"}},
		"fold and itself":           {key(fold("Email"), lit("#"), str("Email")), nil},
		"mixes Native":              {key(lit("a"), native("A")), []string{"mixes Native with other parts"}},
		"five natives":              {key(native("A"), native("B"), native("C"), native("D"), native("Score")), []string{"has 5 Native parts, and an index allows 4"}},
		"native without attribute":  {key(native("OnlyKey")), []string{`Native(OnlyKey) has no attribute: it is dynamodbav:"-"`}},
		"native inside another":     {key(native("Place.City")), []string{`Native(Place.City) lies inside the attribute "Place": a key attribute is not nested`}},
		"native of a bool":          {key(native("Yes")), []string{"Native(Yes) is a bool: a key attribute is a string, a number or bytes"}},
		"native that zero leaves":   {key(native("Zip")), nil},
		"native number as text":     {key(native("Code")), []string{`Native(Code) is stored as text by ",string", which does not sort as numbers do`}},
		"native float and bytes":    {key(native("F"), native("Bytes")), nil},
		"str of a number":           {key(str("N")), []string{"N is a int64, not a string"}},
		"num of a string":           {key(num("A", 3)), []string{"A is a string, not an integer"}},
		"num of a float":            {key(num("F", 3)), []string{"F is a float64, not an integer"}},
		"time of a string":          {key(at("A")), []string{"A is a string, not a time.Time"}},
		"no field":                  {key(P{Kind: template.Str}), []string{"part 1 has no field"}},
		"no kind":                   {key(P{Kind: 99, Field: f("A")}), []string{"part 1 is of no kind"}},
		"several at once":           {key(lit("~"), str("A"), str("B"), num("N", 0)), []string{`begins with "~", as the keys of the library do`, "needs a literal between {A} and {B}", "needs a literal between {B} and {N:0}", "width 0 of {N} is not 1 to 20"}},
		"a literal may end in it":   {key(lit("a"), num("N", 3), lit("5"), str("A")), nil},
		"text may begin a template": {key(str("A"), lit("#"), str("B")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, err := range c.tm.Faults() {
				got = append(got, err.Error())
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestFaultOfASet(t *testing.T) {
	t.Parallel()
	type tagged struct {
		B []byte `dynamodbav:",binaryset"`
	}
	p, err := field.New(reflect.TypeFor[tagged]())
	require.NoError(t, err)
	tm := key(template.Part{Kind: template.Native, Field: p.Fields()[0]})
	require.EqualError(t, errors.Join(tm.Faults()...), "Native(B) is stored as a set")
}
