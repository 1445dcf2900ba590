// Package ddbview declares views: data that is derived from other items, and that a ddb.Mux keeps up to date. A view is an
// aggregate, such as a sum, a count, the latest or the top ten, or a fan-out, which copies fields into other items.
//
//	var StudentXP = ddbview.MustAggregate("student-xp", Progresses, Students, func(p *Progress, s *Student) []ddbview.Rule {
//		return []ddbview.Rule{ddbview.By(&p.StudentID, &s.ID), ddbview.Sum(&p.XP, &s.XP)}
//	})
//
// [ddb.Mux.Maintain] keeps a [ddb.View] up to date. [ddb.View.Rebuild] computes it for a table that has items already.
package ddbview
