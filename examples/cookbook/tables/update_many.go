package tables

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// Rider rents bicycles, and collects points.
type Rider struct {
	ID     string `dynamodbav:"-"`
	Born   int    `dynamodbav:"born"` // the year
	Points int    `dynamodbav:"points"`
	Gift   string `dynamodbav:"gift,omitempty"` // the name of the last gift
}

// The table of riders, and the entity. The index has keys only: a write that changes no key of it costs nothing there.
var (
	RiderTable = ddb.NewTable("rider", "")
	ByBorn     = RiderTable.GSI("born", "born_in", "born_rider").KeysOnly()

	Riders = ddb.MustDefine(RiderTable, "rider", func(r *Rider, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("rider#"), ddb.Str(&r.ID)))
		d.Index(ByBorn, ddb.Key(ddb.Prefix("born#"), ddb.Num(&r.Born, 4)), ddb.Key(ddb.Str(&r.ID)))
	})
)

// GiveToOlder gives points to all riders who were born before a year, each once.
//
// There is no UPDATE … WHERE born < 1961: an update, also one of PartiQL, changes one item, by its whole primary key. So something
// has to find the keys, by a scan or by an index, and then each item is a write of its own. Where a fifth of the table
// matches, the scan is cheap beside the writes. It needs no index, which would cost writes and storage all year.
//
// The writes are not one transaction: readers see some riders with the gift and some without. Between read and write an item may
// change, so each write asserts that the rider was born before the year, has not got this gift, and is as it was read. The
// name of the gift is written with the points: so a run that resumes, at whatever cursor, gives nothing twice. Use each
// name once.
func GiveToOlder(ctx context.Context, db *ddb.DB, born, points int, gift string, job ddb.JobOptions) (ddbjob.Edited, error) {
	f := Riders.Fields()
	return ddbjob.Each(ctx, db, Riders, []ddb.Cond{ddb.Lt(&f.Born, born)}, func(r Rider) ddb.Op {
		return Riders.Update(r, ddb.Add(&f.Points, points))
	}, &ddbjob.EachOptions{JobOptions: job, Mark: ddbjob.Mark(&f.Gift, gift)})
}

// GiveToYear gives points to the riders who were born in a year, each once, and returns to how many. It is for a question that few
// items match and that comes often, so that the index is worth its cost. The index may lag behind, so the write asserts the
// year. Riders who have the gift are passed: so after any error, also [ddb.ErrOutcomeUnknown], call it again.
func GiveToYear(ctx context.Context, db *ddb.DB, born, points int, gift string) (given int, err error) {
	f := Riders.Fields()
	for r, err := range ddb.NewRepository(db, Riders).Query(ctx, Riders.On(ByBorn, Rider{Born: born}).Select(&f.ID)) {
		if err != nil {
			return given, err
		}
		err := db.Do(ctx, Riders.Update(r, ddb.If(ddb.Eq(&f.Born, born)), ddb.If(ddb.Ne(&f.Gift, gift)),
			ddb.Add(&f.Points, points), ddb.Set(&f.Gift, gift)))
		switch {
		case err == nil:
			given++
		case !errors.Is(err, ddb.ErrCondition) && !errors.Is(err, ddb.ErrNotFound):
			return given, err
		}
	}
	return given, nil
}
