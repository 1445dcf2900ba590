package tables

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// Booking is a booking of a bed in a hostel.
type Booking struct {
	ID      string    `dynamodbav:"id"`
	Guest   string    `dynamodbav:"guest"`
	Hostel  string    `dynamodbav:"hostel"`
	Arrival time.Time `dynamodbav:"arrival"`
}

// The table of before, whose partitions are guests. DynamoDB changes no primary key, neither of an item nor of a table, so other
// keys need other items; and a local index or a table in another account need another table.
var (
	GuestTable = ddb.NewTable("pk", "sk")

	GuestBookings = ddb.MustDefine(GuestTable, "booking", func(b *Booking, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("guest#"), ddb.Str(&b.Guest)), ddb.Key(ddb.Prefix("booking#"), ddb.Str(&b.ID)))
	})
)

// The table of now, whose partitions are hostels, sorted by arrival. The ID is in the key, so that no two bookings become one
// item. The partitions of before are those of an index.
var (
	HostelTable = ddb.NewTable("pk", "sk")
	ByGuest     = HostelTable.GSI("guest", "guest_pk", "guest_sk")

	Bookings = ddb.MustDefine(HostelTable, "booking", func(b *Booking, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("hostel#"), ddb.Str(&b.Hostel)),
			ddb.Key(ddb.Prefix("arrival#"), ddb.Time(&b.Arrival), ddb.Prefix("#"), ddb.Str(&b.ID)))
		d.Index(ByGuest, ddb.Key(ddb.Prefix("guest#"), ddb.Str(&b.Guest)), ddb.Key(ddb.Prefix("booking#"), ddb.Str(&b.ID)))
	})
)

// MoveBookings copies the bookings into the table of now, and compares both tables at the end. It costs a scan of the old table, the
// puts, and a scan of each table. Neither table may be written meanwhile: else it ends with [ddb.ErrConflict], or a write is lost.
//
// job has the rate, in units a second of both tables together. If the program ends, start it with the last cursor that
// job.Checkpoint got: what follows it is written again, and nothing is doubled. A table that has items is refused, with
// [ddb.ErrExists].
//
// An item that is no booking ends the copy: it is not left behind unseen. So do unique values and the versions of a history, which
// this Transform does not know.
//
// AWS moves tables too. A restore of a backup makes a new table with the same keys. An export to S3 needs point-in-time recovery
// and reads no units. An import from S3 makes a new table and writes no units, and a bulk put from S3 writes into a table that is
// there. All of them move items as they are: new keys need a program that rewrites the files in between.
func MoveBookings(ctx context.Context, from, to *ddb.DB, job ddb.JobOptions) (ddbjob.Copied, error) {
	return ddbjob.Copy(ctx, from.Consistent(), to, &ddbjob.CopyOptions{
		JobOptions: job,
		Transform: func(item map[string]types.AttributeValue) (map[string]types.AttributeValue, error) {
			b, err := GuestBookings.Decode(item)
			if err != nil {
				return nil, err
			}
			return Bookings.Encode(b)
		},
	})
}
