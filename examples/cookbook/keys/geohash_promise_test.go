package keys

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
	_, err := cellsNear(90, 0, 0) // the pole has every longitude
	require.Error(t, err)
}

// The point of a circle that is farthest east is nearer to the pole than its center is. Here it is just past a cell's border.
func TestTheEasternmostPointIsInACell(t *testing.T) {
	t.Parallel()
	const lat, meters, border, rad = 82.0, 3000.0, 40 * 360.0 / columns, math.Pi / 180
	angle := meters / earth
	east := math.Asin(math.Sin(angle)/math.Cos(lat*rad)) / rad
	cells, err := cellsNear(lat, border-east+1e-7, meters)
	require.NoError(t, err)
	s, err := Station{}.MoveTo(math.Asin(math.Sin(lat*rad)/math.Cos(angle))/rad, border+1e-7)
	require.NoError(t, err)
	assert.Contains(t, cells, s.Cell)
}

// moving is a client that reads a station's old cell, moves it, and then reads the new cell.
type moving struct {
	ddb.Client
	from, to string
	move     func()
	moved    chan struct{}
}

func (c *moving) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	asks := func(cell string) bool {
		for _, v := range in.ExpressionAttributeValues {
			if s, ok := v.(*types.AttributeValueMemberS); ok && s.Value == "cell#"+cell {
				return true
			}
		}
		return false
	}
	if asks(c.to) {
		<-c.moved
	}
	out, err := c.Client.Query(ctx, in, opts...)
	if asks(c.from) {
		c.move()
		close(c.moved)
	}
	return out, err
}

func TestAStationThatMovesIsFoundOnce(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	db := ddb.New(client, "stations", StationTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	put := func(lon float64) Station {
		s, err := Station{ID: "1", Name: "One"}.MoveTo(0.01, lon)
		require.NoError(t, err)
		require.NoError(t, db.Do(t.Context(), Stations.Put(s)))
		return s
	}
	to, from := put(-0.001), put(0.001)
	require.NotEqual(t, from.Cell, to.Cell)
	watched := &moving{Client: client, from: from.Cell, to: to.Cell, move: func() { put(-0.001) }, moved: make(chan struct{})}
	found, err := StationsNear(t.Context(), ddb.New(watched, "stations", StationTable, nil), 0.01, 0, 1000)
	require.NoError(t, err)
	assert.Len(t, found, 1)
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
