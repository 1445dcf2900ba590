package partitions

import (
	"errors"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
)

// Measurement is what the sensors of a vehicle said at a time.
type Measurement struct {
	Vehicle string    `dynamodbav:"-"`
	Day     string    `dynamodbav:"-"` // of At, as 2026-03-02
	At      time.Time `dynamodbav:"-"`
	Sensors []byte    `dynamodbav:"sensors"`
}

// The table of measurements, and the entity.
var (
	FleetTable = ddb.NewTable("vehicle_day", "measured_at")

	// Measurements have a partition key for each vehicle and day. All vehicles write at once, and each to another key, so
	// that DynamoDB can place the keys on as many partitions as the writes need. The day alone would be one key for all
	// writes of today: a partition gives 1,000 write units and 3,000 read units a second, however much the table has.
	// Adaptive capacity does not raise these limits. It gives a partition what the others leave, and after some minutes hot
	// keys get partitions of their own; but a key whose sort keys only grow, as times do, is not split.
	Measurements = ddb.MustDefine(FleetTable, "measurement", func(m *Measurement, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&m.Vehicle), ddb.Prefix("#day#"), ddb.Str(&m.Day)), ddb.Key(ddb.Time(&m.At)))
	})
)

// NewMeasurement has the day that belongs to the time.
func NewMeasurement(vehicle string, at time.Time, sensors []byte) Measurement {
	return Measurement{Vehicle: vehicle, Day: at.UTC().Format(time.DateOnly), At: at, Sensors: sensors}
}

// MeasurementsOf are those of a vehicle on a day, in their order.
func MeasurementsOf(vehicle, day string) ddb.Query[Measurement] {
	return Measurements.Query(Measurement{Vehicle: vehicle, Day: day})
}

// IsHot reports whether a request was throttled because too much of the load is on few keys. More capacity for the table
// does not help then; another key does. CloudWatch Contributor Insights for DynamoDB names the keys.
func IsHot(err error) bool {
	throttled, ok := errors.AsType[*ddb.ThrottleError](err)
	if !ok {
		return false
	}
	for _, r := range throttled.Reasons { // such as TableWriteKeyRangeThroughputExceeded
		if strings.HasSuffix(r.Reason, "KeyRangeThroughputExceeded") {
			return true
		}
	}
	return false
}
