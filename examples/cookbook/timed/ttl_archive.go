package timed

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Replay is the recording of a match. It is gone after Until.
type Replay struct {
	Match string    `dynamodbav:"-"`
	Moves string    `dynamodbav:"moves"`
	Until time.Time `dynamodbav:"until,unixtime"`
}

// OldReplay is a replay that expired.
type OldReplay struct {
	Match string    `dynamodbav:"-"`
	Moves string    `dynamodbav:"moves"`
	Since time.Time `dynamodbav:"since"` // when it expired
}

// The table of replays, which expire, and the archive: a table of the class that stores for less, or whatever takes an item by
// its key.
//
// DynamoDB deletes an expired item at no cost, but within some days, not at once. Until then it is stored and indexed, and
// paid for when it is read. The library leaves it out of reads, and lets writes treat it as absent.
var (
	ReplayTable = ddb.NewTable("match", "").TTL("until")
	Replays     = ddb.MustDefine(ReplayTable, "replay", func(r *Replay, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("match#"), ddb.Str(&r.Match)))
		d.TTL(&r.Until)
	})

	ArchiveTable = ddb.NewTable("match", "")
	OldReplays   = ddb.MustDefine(ArchiveTable, "old-replay", func(r *OldReplay, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("match#"), ddb.Str(&r.Match)))
	})
)

// ArchiveExpired makes a mux of the replays' stream keep those that expire. The record of an expiry has the item as it was. A
// replay that a player deleted before its time is not kept: its record says that a request did it.
//
// A record may come twice, so the archive puts by key. If the archive fails, the record comes again, for as long as the
// stream keeps it: 24 hours. In a global table only the region that deleted the item says that the service did it; the library
// goes by the item's time, so the stream of any one region is enough.
func ArchiveExpired(mux *ddb.Mux, archive *ddb.DB) {
	old := ddb.NewRepository(archive, OldReplays)
	ddb.Handle(mux, Replays, func(ctx context.Context, c ddb.Change[Replay]) error {
		if c.Kind != ddb.Expired {
			return nil
		}
		_, err := old.Put(ctx, OldReplay{Match: c.Old.Match, Moves: c.Old.Moves, Since: c.Old.Until})
		return err
	})
}
