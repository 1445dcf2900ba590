package keys

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestCellsAreGeohashes(t *testing.T) {
	t.Parallel()
	for cell, at := range map[string][2]float64{
		"u4pru": {57.64911, 10.40744},
		"ezs42": {42.605, -5.603},
		"s0000": {0, 0},
		"7zzzz": {-0.0001, -0.0001},
		"00000": {-90, -180},
		"zzzzz": {90, 179.9999},
		"bpbpb": {90, -180},
		"gcpvj": {51.5074, -0.1278},
		"r3gx2": {-33.8568, 151.2153},
	} {
		s, err := Station{}.MoveTo(at[0], at[1])
		require.NoError(t, err)
		assert.Equal(t, cell, s.Cell, "%v", at)
	}
	east, err := Station{}.MoveTo(10, 180)
	require.NoError(t, err)
	west, err := Station{}.MoveTo(10, -180)
	require.NoError(t, err)
	assert.Equal(t, west.Cell, east.Cell, "180 degrees is one meridian")
}

func TestNoPlaceIsBeyondThePoles(t *testing.T) {
	t.Parallel()
	for _, at := range [][2]float64{{90.1, 0}, {-91, 0}, {0, 180.1}, {0, -181}, {math.NaN(), 0}, {0, math.NaN()}} {
		_, err := Station{}.MoveTo(at[0], at[1])
		require.Error(t, err, "%v", at)
		_, err = cellsNear(at[0], at[1], 1)
		require.Error(t, err, "%v", at)
	}
	_, err := cellsNear(0, 0, math.NaN())
	require.Error(t, err)
}

// A point inside of a circle is in one of its cells, anywhere, also at the date line and the poles.
func TestEachPointWithinTheRadiusIsInACell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.OneOf(rapid.Float64Range(-90, 90), rapid.SampledFrom([]float64{0, 82, -82, 89.9, -89.99, 90, -90})).Draw(t, "lat")
		lon := rapid.OneOf(rapid.Float64Range(-180, 180), rapid.SampledFrom([]float64{0, 180, -180, 179.999, -179.999})).Draw(t, "lon")
		meters := rapid.Float64Range(0, 20_000).Draw(t, "meters")
		cells, err := cellsNear(lat, lon, meters)
		if err != nil {
			require.ErrorContains(t, err, "cells, at most")
			return
		}
		slices.Sort(cells)
		require.Len(t, slices.Compact(slices.Clone(cells)), len(cells), "a cell is read twice")

		// A point at an angle and a part of the radius.
		angle := rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle")
		part := rapid.SampledFrom([]float64{0, 0.5, 0.999, 0.999999}).Draw(t, "part")
		toLat, toLon := destination(lat, lon, angle, meters*part)
		if distance(lat, lon, toLat, toLon) > meters {
			return
		}
		s, err := Station{}.MoveTo(toLat, toLon)
		require.NoError(t, err)
		require.Contains(t, cells, s.Cell)
	})
}

// destination is where a great circle leads.
func destination(lat, lon, angle, meters float64) (float64, float64) {
	const rad = math.Pi / 180
	d := meters / earth
	sin := math.Sin(lat*rad)*math.Cos(d) + math.Cos(lat*rad)*math.Sin(d)*math.Cos(angle)
	to := math.Asin(max(-1, min(1, sin)))
	turn := math.Atan2(math.Sin(angle)*math.Sin(d)*math.Cos(lat*rad), math.Cos(d)-math.Sin(lat*rad)*sin)
	degrees := math.Remainder(lon+turn/rad, 360)
	return max(-90, min(90, to/rad)), max(-180, min(180, degrees))
}

func TestThePoleIsRefusedAndNotHalfRead(t *testing.T) {
	t.Parallel()
	for _, lat := range []float64{90, -90, 89.95} {
		_, err := cellsNear(lat, 0, 10_000)
		require.ErrorContains(t, err, "cells, at most 64 are read")
	}
}

func TestNearSeesBothSidesOfTheDateLine(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "stations", StationTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, stationGrid(t.Context(), db))
	found, err := StationsNear(t.Context(), db, -16.8, -179.996, 2500)
	require.NoError(t, err)
	var names []string
	for _, n := range found {
		names = append(names, n.Name)
	}
	assert.Equal(t, []string{"Taveuni 1", "Taveuni 2", "Taveuni 0", "Taveuni 3"}, names)
}

func TestNearFailsIfACellCannotBeRead(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "stations", StationTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	engine.SetFaults(ddbmem.Faults{Throttle: 1})
	_, err := StationsNear(t.Context(), db, 0, 0, 100)
	require.ErrorIs(t, err, ddb.ErrThrottled)
}
