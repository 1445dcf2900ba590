package ddbview

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/view"
)

// Aggregate declares fields of T as functions of many S: rules says which T an S counts for and what each field is. From
// then on these fields are derived: no write of a user sets them. Both entities are of one table, whose keys are two
// strings. It must be declared before the table is in use. The error joins every fault.
//
//	var StudentXP = ddbview.MustAggregate("student-xp", Progresses, Students, func(p *Progress, s *Student) []ddbview.Rule {
//		return []ddbview.Rule{ddbview.By(&p.StudentID, &s.ID), ddbview.Sum(&p.XP, &s.XP)}
//	})
//
// # How it stays true
//
// A stream delivers records twice, late and out of order, so differences of images cannot be added up. The stream
// only says which source changed; the table says what it is now. For each source and target the aggregate keeps a
// ledger item beside them: what this source has contributed. A record makes it compare the ledger with the source; where they
// differ, one transaction changes the ledger, if it is still as read, and adds the difference to the target. Then it looks again,
// and the record is done when a look finds them equal. So any record may come again, at any time, and changes nothing.
//
// Where the target is not there, the ledger is kept all the same, and what it sums up to is written when the target is
// inserted. Min, Max, Latest and Top keep a row for each source, sorted by value, and Distinct one for each value. What they
// say of a target is written after the sums: between the two, a reader sees a new count beside an old latest.
//
// All these items have keys that begin with ~ and are no items to anybody else. An aggregate does not raise a
// target's version. One region of a global table runs it.
//
// Rules may change between two releases of a program. While both maintain the view, each leaves in the ledger what it does
// not know; after the deploy, and only then, [ddb.View.Rebuild] makes all of it right. [ddb.DB.DropView] deletes what a view
// leaves that is declared no more.
//
// What is to be written must fit: a record whose source would take a Sum, Count or Distinct beyond what its field's type
// holds, or a Top beyond the 400 KB of its target, fails, and the target stays as it was. So does one for which a function of the
// rules panics, or whose images do not tell the target that its source counted for: of an image that cannot be decoded, the
// fields of By are read. Other records go on. Where the environment fails, nothing more is tried, and the batch stops: see [ddb.Mux].
//
// # What it costs
//
// A [ddb.Mux] with n [ddb.MuxOptions].Workers brings n targets up to date at once, the changes of each in order. For each source that
// changed, where k of a batch count for one target: two reads of source and ledger item, and
// writes of 2 + 2/k units for items up to 1 KB; each rank row or value that changes is 2 more. A target costs its whole
// size twice, and that of each index that projects it: see [OwnItems]. The ranks of a target are read once a batch. A target
// takes a transaction for up to 99 sources, and for ranks a query each and an update; all else is read by a hundred keys at once.
func Aggregate[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], rules func(s *S, t *T) []Rule) (*ddb.View, error) {
	v, err := view.NewAggregate(name, face.Entity(from), face.Entity(into), func() []view.Rule {
		var out []view.Rule
		for _, r := range rules(from.Fields(), into.Fields()) {
			out = append(out, r.r)
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	return face.View(v).(*ddb.View), nil
}

// MustAggregate is Aggregate for package variables; it panics on a fault.
func MustAggregate[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], rules func(s *S, t *T) []Rule) *ddb.View {
	v, err := Aggregate(name, from, into, rules)
	if err != nil {
		panic(err)
	}
	return v
}
