package keys

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/singletable-go/ddb"
)

// Station is a charging station. Cell is where it is, as a geohash of five characters: MoveTo sets the three together, for a new
// station, and Relocate for one that is stored.
type Station struct {
	ID   string  `dynamodbav:"-"`
	Name string  `dynamodbav:"name"`
	Lat  float64 `dynamodbav:"lat"`
	Lon  float64 `dynamodbav:"lon"`
	Cell string  `dynamodbav:"cell"`
}

// The table of stations, and the index whose partition key is the cell. A cell is 4.9 km high, and at the equator as wide. It
// should be about as large as the usual radius: then a query reads up to nine. A cell that gets more than 1,000 writes or
// 3,000 reads a second needs shards, or smaller cells.
var (
	StationTable = ddb.NewTable("station", "")
	ByCell       = StationTable.GSI("by-cell", "cell_pk", "cell_sk")

	Stations = ddb.MustDefine(StationTable, "station", func(s *Station, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("station#"), ddb.Str(&s.ID))
		d.Primary(id)
		d.Index(ByCell, ddb.Key(ddb.Prefix("cell#"), ddb.Str(&s.Cell)), id)
	})
)

// MoveTo returns the station at a place.
func (s Station) MoveTo(lat, lon float64) (Station, error) {
	if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) { // also NaN
		return s, fmt.Errorf("station %s: latitude %v, longitude %v: no such place: give degrees", s.ID, lat, lon)
	}
	s.Lat, s.Lon, s.Cell = lat, lon, geohash(row(lat), column(lon))
	return s, nil
}

// Relocate moves a stored station, which moves it in the index.
func Relocate(id string, lat, lon float64) (ddb.Op, error) {
	s, err := Station{ID: id}.MoveTo(lat, lon)
	if err != nil {
		return ddb.Op{}, err
	}
	f := Stations.Fields()
	return Stations.Update(Station{ID: id}, ddb.Set(&f.Lat, s.Lat), ddb.Set(&f.Lon, s.Lon), ddb.Set(&f.Cell, s.Cell)), nil
}

// Near is a station, and how far away it is.
type Near struct {
	Station
	Meters float64
}

// StationsNear returns the stations within a radius of a place, the nearest first. It makes a query for each cell that the
// circle may touch, all at once, and then leaves out what is outside the circle. More than 64 cells are refused, as for a
// large radius, or near a pole, where cells are narrow.
func StationsNear(ctx context.Context, db *ddb.DB, lat, lon, meters float64) ([]Near, error) {
	cells, err := cellsNear(lat, lon, meters)
	if err != nil {
		return nil, err
	}
	stations := ddb.NewRepository(db, Stations)
	found := make([][]Station, len(cells))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i, cell := range cells {
		wg.Go(func() {
			var err error
			if found[i], err = ddb.Collect(stations.Query(ctx, Stations.On(ByCell, Station{Cell: cell}))); err != nil {
				cancel(err) // the others are of no use then
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	var near []Near
	seen := map[string]bool{} // a station that moves between two cells may be read in both
	for _, s := range slices.Concat(found...) {
		if d := distance(lat, lon, s.Lat, s.Lon); d <= meters && !seen[s.ID] {
			seen[s.ID] = true
			near = append(near, Near{s, d})
		}
	}
	slices.SortFunc(near, func(a, b Near) int { return cmp.Or(cmp.Compare(a.Meters, b.Meters), cmp.Compare(a.ID, b.ID)) })
	return near, nil
}

// cellLength is the number of characters of a cell, of five bits each: one more makes cells 4 or 8 times smaller on each side.
// To change it, add another index, or move every station to its new cell.
const cellLength = 5

// The bits alternate between column and row. The column has the first, and so one more if their number is odd.
const (
	rowBits, columnBits = cellLength * 5 / 2, (cellLength*5 + 1) / 2
	rows, columns       = 1 << rowBits, 1 << columnBits
	mostCells           = 64
)

func row(lat float64) int { return min(max(int(math.Floor((lat+90)/180*rows)), 0), rows-1) }

// column is that of a longitude of any number of turns: 180 degrees is the same meridian as -180.
func column(lon float64) int { return wrap(int(math.Floor((lon + 180) / 360 * columns))) }

func wrap(column int) int { return (column%columns + columns) % columns }

// geohash is the text of a cell.
func geohash(row, column int) string {
	const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"
	var bits uint64
	for i := range cellLength * 5 {
		from, bit := column, columnBits-1-i/2
		if i%2 == 1 {
			from, bit = row, rowBits-1-i/2
		}
		bits = bits<<1 | uint64(from>>bit&1)
	}
	var text [cellLength]byte
	for i := range text {
		text[i] = alphabet[bits>>(5*(cellLength-1-i))&31]
	}
	return string(text[:])
}

const earth = 6_371_008.8 // its mean radius in meters

// distance is that of the great circle, in meters.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	return 2 * earth * math.Asin(math.Sqrt(min(1, a*a+math.Cos(lat1*rad)*math.Cos(lat2*rad)*b*b)))
}

// cellsNear returns the cells that a circle may touch.
func cellsNear(lat, lon, meters float64) ([]string, error) {
	if _, err := (Station{}).MoveTo(lat, lon); err != nil || !(meters >= 0) {
		return nil, fmt.Errorf("near latitude %v, longitude %v, within %v m: no such circle", lat, lon, meters)
	}
	const margin = 1e-9 // degrees, for what rounding cuts off
	angle := meters / earth
	high := angle*180/math.Pi + margin
	first, last := row(lat-high), row(lat+high)
	from, n := 0, columns // of the columns: all, if a pole is inside
	if lat-high > -90 && lat+high < 90 {
		// The circle's widest point is not at its center's latitude, but nearer to the pole.
		wide := math.Asin(min(1, math.Sin(angle)/math.Cos(lat*math.Pi/180)))*180/math.Pi + margin
		if 2*wide < 360 {
			from = int(math.Floor((lon - wide + 180) / 360 * columns))
			n = min(int(math.Floor((lon+wide+180)/360*columns))-from+1, columns)
		}
	}
	if count := (last - first + 1) * n; count > mostCells {
		return nil, fmt.Errorf("near latitude %v, within %v m: %d cells, at most %d are read: ask for a smaller circle", lat, meters, count, mostCells)
	}
	var cells []string
	for r := first; r <= last; r++ {
		for c := range n {
			cells = append(cells, geohash(r, wrap(from+c)))
		}
	}
	return cells, nil
}
