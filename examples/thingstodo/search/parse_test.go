package search

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func TestParse(t *testing.T) {
	t.Parallel()
	q, err := Parse(map[string]string{
		"text": "pottery", "near": "52.2, -21", "within": "2.5km", "from": "2026-12-01", "to": "2026-12-31", "age": "7", "tag": "free", "page": "2",
	})
	require.NoError(t, err)
	assert.Equal(t, Query{
		Text: "pottery", Near: &things.Point{Lat: 52.2, Lon: -21}, Within: 2.5, From: 20261201, To: 20261231, Age: new(7), Tag: "free", Page: 2,
	}, q)
	q, err = Parse(nil)
	require.NoError(t, err)
	assert.Equal(t, Query{}, q)
	for want, texts := range map[string]map[string]string{
		`near: is a latitude and a longitude`: {"near": "52.2"},
		`near: "north" is no number`:          {"near": "52.2,north"},
		`near: "NaN," is no number`:           {"near": "0,NaN,"},
		`near: 52.2,NaN is no place`:          {"near": "52.2,NaN"},
		`within: "1e999" is no number`:        {"near": "0,0", "within": "1e999"},
		`within: "far" is no number`:          {"near": "0,0", "within": "far"},
		`within: is of no use`:                {"within": "10km"},
		`from: "tomorrow" is no day`:          {"from": "tomorrow"},
		`to: "2026-13-99" is no day`:          {"to": "2026-13-99"},
		`age: "-1" is no whole number`:        {"age": "-1"},
		`age: "7.5" is no whole number`:       {"age": "7.5"},
		`age: 121 is no age`:                  {"age": "121"},
		`page: "99999999999" is no whole`:     {"page": "99999999999"},
	} {
		_, err := Parse(texts)
		assert.ErrorAs(t, err, new(*things.InvalidError), want)
		assert.ErrorContains(t, err, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.MapOf(rapid.SampledFrom(strings.Fields("text near within from to age tag page")), rapid.String()).Draw(t, "texts")
		if _, err := Parse(texts); err != nil {
			require.ErrorAs(t, err, new(*things.InvalidError))
			require.Less(t, len(err.Error()), 300)
		}
	})
}
