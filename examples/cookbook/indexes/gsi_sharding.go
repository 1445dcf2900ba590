package indexes

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Parcel is a parcel on its way.
type Parcel struct {
	ID      string    `dynamodbav:"-"`
	Status  string    `dynamodbav:"status"` // "waiting", "on the road", "delivered"
	Changed time.Time `dynamodbav:"changed"`
}

// The table of parcels, and an index of all parcels by status and time. Few statuses have all the parcels, so a status is
// spread over eight partitions, by a hash of the ID: 8,000 writes a second instead of 1,000. A query reads all eight and merges
// them, so take no more shards than the writes need. Their number is a part of the keys: to change it, add another index.
var (
	ParcelTable = ddb.NewTable("parcel", "")
	ByStatus    = ParcelTable.GSI("by-status", "status_shard", "status_at")

	Parcels = ddb.MustDefine(ParcelTable, "parcel", func(p *Parcel, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("parcel#"), ddb.Str(&p.ID)))
		d.Index(ByStatus,
			ddb.Key(ddb.Prefix("status#"), ddb.Str(&p.Status), ddb.Prefix("#"), ddb.Shard(&p.ID, 8)),
			ddb.Key(ddb.Time(&p.Changed)))
	})
)

// InStatus are the parcels of a status since a time, the oldest first. It gives no ID, which means every shard.
func InStatus(status string, since time.Time) ddb.Query[Parcel] {
	return Parcels.On(ByStatus, Parcel{Status: status}).SortKey(ddb.Ge(&Parcels.Fields().Changed, since))
}

// LatestIn are the n parcels that got a status last, the latest first. Each shard is asked for n, and n are kept.
func LatestIn(status string, n int) ddb.Query[Parcel] {
	return Parcels.On(ByStatus, Parcel{Status: status}).Desc().Limit(n)
}

// SetStatus changes the status of a parcel, and its place in the index, in one write.
func SetStatus(p Parcel) ddb.Op {
	f := Parcels.Fields()
	return Parcels.Update(Parcel{ID: p.ID}, ddb.Set(&f.Status, p.Status), ddb.Set(&f.Changed, p.Changed))
}
