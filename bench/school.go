package main

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Step is counted for a Pupil.
type Step struct {
	Pupil  string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
	Course string `dynamodbav:"course"`
	XP     int    `dynamodbav:"xp"`
}

// Pupil has the sums of its steps.
type Pupil struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	XP    int    `dynamodbav:"xp"`
	Steps int    `dynamodbav:"steps"`
	Best  int    `dynamodbav:"best"`
}

// School is the table of a view.
var (
	School = ddb.NewTable("pk", "sk")
	Steps  = ddb.MustDefine(School, "step", func(s *Step, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&s.Pupil)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)))
	})
	Pupils = ddb.MustDefine(School, "pupil", func(p *Pupil, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	TheirXP = ddbview.MustAggregate("pupil-xp", Steps, Pupils, func(s *Step, p *Pupil) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Pupil, &p.ID), ddbview.Sum(&s.XP, &p.XP), ddbview.Count(&p.Steps), ddbview.Max(&s.XP, &p.Best)}
	})
)
