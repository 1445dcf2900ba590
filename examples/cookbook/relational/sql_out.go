package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
)

// Vehicle is a vehicle of a fleet.
type Vehicle struct {
	ID    string `dynamodbav:"-"`
	Depot string `dynamodbav:"depot"`
}

// Trip is a trip of a vehicle.
type Trip struct {
	Vehicle string    `dynamodbav:"-"`
	Began   time.Time `dynamodbav:"-"`
	Km      int       `dynamodbav:"km"`
}

// The table of the fleet.
var (
	FleetTable = ddb.NewTable("pk", "sk")

	Vehicles = ddb.MustDefine(FleetTable, "vehicle", func(v *Vehicle, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&v.ID)), ddb.Key(ddb.Prefix("vehicle#")))
	})
	Trips = ddb.MustDefine(FleetTable, "trip", func(t *Trip, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&t.Vehicle)), ddb.Key(ddb.Prefix("trip#"), ddb.Time(&t.Began)))
	})
)

// FleetSchema has a table for each entity. Its key is that of the item. A deleted item keeps its row, with the position of
// its deletion: else an older record that comes late would bring it back. Programs read the views.
const FleetSchema = `
CREATE TABLE IF NOT EXISTS vehicles (id text PRIMARY KEY, depot text, gone boolean NOT NULL, position text NOT NULL);
CREATE TABLE IF NOT EXISTS trips (vehicle text, began text, km integer, gone boolean NOT NULL, position text NOT NULL, PRIMARY KEY (vehicle, began));
CREATE VIEW IF NOT EXISTS vehicle AS SELECT id, depot FROM vehicles WHERE NOT gone;
CREATE VIEW IF NOT EXISTS trip AS SELECT vehicle, began, km FROM trips WHERE NOT gone;`

// What is written for an item: nothing, if a later state of it is there. SQLite and PostgreSQL know this form.
const (
	upsertVehicle = `INSERT INTO vehicles (id, depot, gone, position) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE
SET depot = excluded.depot, gone = excluded.gone, position = excluded.position WHERE excluded.position >= vehicles.position`
	upsertTrip = `INSERT INTO trips (vehicle, began, km, gone, position) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (vehicle, began) DO UPDATE
SET km = excluded.km, gone = excluded.gone, position = excluded.position WHERE excluded.position >= trips.position`
)

// Mirror keeps a copy of the table in SQL, for queries that the table is not made for. The copy is as old as the newest
// records that were not yet handled, and a state that it shows may mix items of different times: it is no place to decide a
// write. It is safe for concurrent use, as DB is.
type Mirror struct{ DB *sql.DB }

// state is an item as it was at a position, or that it was gone.
type state struct {
	item     any
	gone     bool
	position string
}

// Apply writes changes, for Mux.HandleBatch. They may come late, twice and in any order. It is one transaction in SQL.
func (m Mirror) Apply(ctx context.Context, changes []ddb.Change[any]) error {
	var states []state
	for _, c := range changes {
		s := state{item: c.New, gone: c.New == nil, position: position(c.Sequence)}
		if s.gone {
			s.item = c.Old
		}
		states = append(states, s)
	}
	return m.write(ctx, states)
}

// Fill writes what is in the table, which may be older than its stream. Begin to follow the stream first, and then fill: what
// changes meanwhile comes from both. A scanned item has the position before all records, so it replaces none. The scan is
// strongly consistent: otherwise it could miss a write that was made before the stream was followed. After a gap in the
// stream, delete all rows, and fill again.
func (m Mirror) Fill(ctx context.Context, from *ddb.DB) error {
	var states []state
	for item, err := range from.Consistent().Scan(ctx, nil) {
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		if states = append(states, state{item: item}); len(states) < 500 {
			continue
		}
		if err := m.write(ctx, states); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		states = nil
	}
	return m.write(ctx, states)
}

func (m Mirror) write(ctx context.Context, states []state) error {
	tx, err := m.DB.BeginTx(ctx, nil)
	if err != nil {
		return errors.Join(ddb.ErrUnavailable, err) // no fault of the records, so that none becomes a dead letter
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	for _, s := range states {
		switch item := s.item.(type) {
		case Vehicle:
			_, err = tx.ExecContext(ctx, upsertVehicle, item.ID, item.Depot, s.gone, s.position)
		case Trip:
			began := item.Began.UTC().Format("2006-01-02T15:04:05.000000000Z") // in text, of one length
			_, err = tx.ExecContext(ctx, upsertTrip, item.Vehicle, began, item.Km, s.gone, s.position)
		}
		if err != nil {
			return fmt.Errorf("%T %+v: %w", s.item, s.item, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return errors.Join(ddb.ErrUnavailable, err)
	}
	return nil
}

// position makes text that sorts as sequence numbers do. These have 21 to 40 digits, those of Kinesis two numbers, so each
// number begins with its length.
func position(sequence string) string {
	var b strings.Builder
	for number := range strings.SplitSeq(sequence, ".") {
		fmt.Fprintf(&b, "%02d%s", len(number), number)
	}
	return b.String()
}
