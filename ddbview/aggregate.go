package ddbview

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/view"
)

// Aggregate declares fields of T that are computed from many S, such as a sum. rules says to which T an S contributes, and how
// each field is computed. These fields are derived: no other write may set them. Both entities must be in one table whose keys
// are two strings. Declare the aggregate before the table is in use. The error joins every fault and matches [ddb.ErrModel].
// Aggregate makes no requests.
//
//	var StudentXP = ddbview.MustAggregate("student-xp", Progresses, Students, func(p *Progress, s *Student) []ddbview.Rule {
//		return []ddbview.Rule{ddbview.By(&p.StudentID, &s.ID), ddbview.Sum(&p.XP, &s.XP)}
//	})
//
// # How it stays correct
//
// A stream may deliver records twice, late and out of order, so an aggregate cannot add the differences of images. It only
// takes from a record which source changed, and reads the current source from the table. For each source and target it keeps
// a ledger item: the current contribution of the source. It compares the ledger item with the source. If they differ, one
// transaction replaces the ledger item and adds the difference to the target. The transaction asserts that the ledger item is
// as it was read. The record is done when a further comparison finds no difference. So a repeated record changes nothing.
//
// If the target does not exist, the ledger items are kept. When the target is inserted, their sum is written to it. Min, Max,
// Latest and Top keep an item for each source, sorted by value, and Distinct keeps one for each value. The fields of these
// rules are written after the sums. In between, a reader sees a new count and an old latest value.
//
// All these items have keys that begin with ~, and reads skip them. An aggregate does not increase a target's version. In a
// global table, run it in one region only.
//
// Rules may change between two releases of a program. While both releases run, each keeps contributions of rules that it does
// not know. After the deployment, run [ddb.View.Rebuild]. When a view is no longer declared, [ddb.DB.DropView] deletes its
// items.
//
// # Errors
//
// A record fails, and its target stays unchanged, if
//
//   - a Sum, Count or Distinct would overflow its field's type, or a Top would make its target larger than 400 KB,
//   - a function of the rules panics,
//   - its images do not show to which target the source contributed. If an image cannot be decoded, the fields of By are
//     still read.
//
// Other records continue. If the service, the network or a permission fails, the batch stops: see [ddb.Mux].
//
// # What it costs
//
// A [ddb.Mux] updates [ddb.MuxOptions].Workers targets concurrently, and the changes of one target in order. For a changed
// source, if k sources of a batch contribute to one target, it makes two reads, of source and ledger item, and writes of
// 2 + 2/k units for items up to 1 KB. Each item of a rank or of a Distinct value that changes adds 2 units. A write of a
// target costs twice its complete size, and that in each index that projects it: see [OwnItems].
//
// In requests: sources and ledger items are read in batches of a hundred keys. A target takes one transaction for up to 99
// sources. Rules with ranks add one query each and one update for each target and batch.
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

// MustAggregate is [Aggregate] for package variables. It panics on an error.
func MustAggregate[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], rules func(s *S, t *T) []Rule) *ddb.View {
	v, err := Aggregate(name, from, into, rules)
	if err != nil {
		panic(err)
	}
	return v
}
