package indexes

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
)

// Vehicle is a vehicle of a fleet. The service reads and writes it all day.
type Vehicle struct {
	ID     string `dynamodbav:"-"`
	Depot  string `dynamodbav:"depot"`
	Meters int64  `dynamodbav:"meters"`
}

// Shadow is the copy of a vehicle that reports scan.
type Shadow struct {
	Vehicle
	Sequence string    `dynamodbav:"sequence,omitempty"` // of the change that it is from
	Gone     bool      `dynamodbav:"gone,omitempty"`     // the vehicle was deleted
	Until    time.Time `dynamodbav:"until,omitempty,unixtime"`
}

// The table of vehicles, and the table of their copies. A scan of the second takes no throughput of the first, not even where
// its partitions are hot. It needs no index, and its items may have only what reports need.
var (
	FleetTable = ddb.NewTable("vehicle", "")
	Vehicles   = ddb.MustDefine(FleetTable, "vehicle", func(v *Vehicle, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&v.ID)))
	})

	ReportTable = ddb.NewTable("vehicle", "").TTL("until")
	Shadows     = ddb.MustDefine(ReportTable, "shadow", func(s *Shadow, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&s.ID)))
		d.TTL(&s.Until)
	})
)

// CopyChanges makes a mux of the vehicles' stream keep the shadow table: a write for each change. The stream is a better second
// writer than the service is: a service that crashes between two writes leaves the tables different for ever.
//
// A change may come again after later ones. So each copy has the sequence number of its change, and an older one does not
// replace it. A deleted vehicle leaves a mark for two days, longer than a stream keeps a change, so that none brings it back.
func CopyChanges(mux *ddb.Mux, shadow *ddb.DB, now func() time.Time) {
	shadows, f := ddb.NewRepository(shadow, Shadows), Shadows.Fields()
	ddb.Handle(mux, Vehicles, func(ctx context.Context, c ddb.Change[Vehicle]) error {
		s := Shadow{Vehicle: c.New}
		if c.Kind == ddb.Removed || c.Kind == ddb.Expired {
			s = Shadow{Vehicle: c.Old, Gone: true, Until: now().Add(48 * time.Hour)}
		}
		// The numbers have up to 40 digits. With zeros before them they sort as text.
		s.Sequence = strings.Repeat("0", max(0, 40-len(c.Sequence))) + c.Sequence
		_, err := shadows.Put(ctx, s, ddb.If(ddb.Or(ddb.Absent(&f.Sequence), ddb.Lt(&f.Sequence, s.Sequence))))
		if errors.Is(err, ddb.ErrNotFound) { // a condition is of an item that is there
			_, err = shadows.Create(ctx, s) // if another worker was first, this fails, and the change comes again
		}
		if errors.Is(err, ddb.ErrCondition) {
			return nil // the copy is of this change or of a later one
		}
		return err
	})
}

// FillShadow copies the vehicles that were there before the stream was read. Start the reader of the stream first: what it has
// copied stays. It scans the table of vehicles once.
func FillShadow(ctx context.Context, db, shadow *ddb.DB) error {
	shadows := ddb.NewRepository(shadow, Shadows)
	for v, err := range ddb.NewRepository(db, Vehicles).Scan(ctx, nil) {
		if err != nil {
			return err
		}
		if _, err := shadows.Create(ctx, Shadow{Vehicle: v}); err != nil && !errors.Is(err, ddb.ErrExists) {
			return err
		}
	}
	return nil
}

// Report yields all vehicles from the shadow table, in no order. They are as old as the stream's reader is late. The options may
// have more workers, or resume a scan.
func Report(ctx context.Context, shadow *ddb.DB, opts *ddb.ScanOptions) iter.Seq2[Vehicle, error] {
	return func(yield func(Vehicle, error) bool) {
		for s, err := range ddb.NewRepository(shadow, Shadows).Scan(ctx, opts) {
			if !s.Gone && !yield(s.Vehicle, err) {
				return
			}
		}
	}
}
