package search

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// What is near is found wherever on earth, also at the poles and at the date line, and the nearest comes first.
func TestNearIsADistance(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	points := map[string]things.Point{}
	for id, p := range map[string]things.Point{
		"pole": {Lat: 90}, "other pole": {Lat: -90}, "date line": {Lat: 10, Lon: 180}, "beside it": {Lat: 10, Lon: -179.9},
		"null": {}, "town": {Lat: 52.2, Lon: 21}, "village": {Lat: 52.3, Lon: 21.2}, "south": {Lat: -33.9, Lon: 151.2}, "near the pole": {Lat: 89.9, Lon: 100},
	} {
		points[id] = p
		s.publish(t, id, things.Details{Title: id, Place: things.Place{At: &p}})
	}
	s.follow(t)
	coordinate := func(limit float64) *rapid.Generator[float64] {
		return rapid.OneOf(rapid.Float64Range(-limit, limit), rapid.SampledFrom([]float64{0, limit, -limit, limit - 0.05}))
	}
	rapid.Check(t, func(rt *rapid.T) {
		here := things.Point{Lat: coordinate(90).Draw(rt, "lat"), Lon: coordinate(180).Draw(rt, "lon")}
		if rapid.Bool().Draw(rt, "near one of them") {
			here = points[rapid.SampledFrom([]string{"pole", "date line", "town", "south"}).Draw(rt, "which")]
		}
		within := rapid.OneOf(rapid.Float64Range(0.1, 20_000), rapid.Float64Range(1, 50)).Draw(rt, "within")
		found, err := s.Find(t.Context(), Query{Near: &here, Within: within})
		require.NoError(rt, err)
		is, last := map[string]bool{}, 0.0
		for _, thing := range found.Things {
			is[thing.ID] = true
			d := Distance(here, *thing.Place.At)
			require.GreaterOrEqual(rt, d, last-0.02*last-0.1, "the nearest first")
			last = d
		}
		for id, p := range points {
			if d := Distance(here, p); math.Abs(d-within) > 0.02*within+0.1 { // of a globe that is not quite round
				require.Equal(rt, d < within, is[id], "%s, %g km away", id, d)
			}
		}
	})
}
