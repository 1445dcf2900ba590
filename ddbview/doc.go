// Package ddbview declares what is derived from other items and kept true by a ddb.Mux: aggregates (a sum, a count, the latest, the
// top ten), and copies.
//
//	var StudentXP = ddbview.MustAggregate("student-xp", Progresses, Students, func(p *Progress, s *Student) []ddbview.Rule {
//		return []ddbview.Rule{ddbview.By(&p.StudentID, &s.ID), ddbview.Sum(&p.XP, &s.XP)}
//	})
//
// A view is a [ddb.View]: ddb.Mux.Maintain keeps it up to date, and View.Rebuild makes it right on a table that it is new to.
package ddbview
