package ddbdesign_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbview"
)

// The model of the tests has each thing that a design describes.
type (
	Place struct {
		City string `dynamodbav:"city"`
		Zip  *int   `dynamodbav:"zip,omitempty"`
	}
	Audit struct {
		Created time.Time `dynamodbav:"created"`
		Updated time.Time `dynamodbav:"updated"`
	}
	School struct {
		ID       string `dynamodbav:"-"`
		Name     string `dynamodbav:"name"`
		Place    Place  `dynamodbav:"place"`
		Students int    `dynamodbav:"students"`
		Best     int    `dynamodbav:"best"`
		BestName string `dynamodbav:"bestName"`
		Cities   int    `dynamodbav:"cities"`
	}
	Student struct {
		SchoolID string       `dynamodbav:"-"`
		ID       string       `dynamodbav:"-"`
		Email    string       `dynamodbav:"email"`
		City     string       `dynamodbav:"city"`
		Status   string       `dynamodbav:"status"`
		Score    int          `dynamodbav:"score"`
		Friends  []string     `dynamodbav:"friends,stringset"`
		Version  int64        `dynamodbav:"version"`
		Rev      ddb.Revision `dynamodbav:"-"`
		Until    time.Time    `dynamodbav:"expires,unixtime"`
		Audit
	}
	Grade struct {
		School  string    `dynamodbav:"school"`
		Student string    `dynamodbav:"student"`
		At      time.Time `dynamodbav:"-"`
		Points  int       `dynamodbav:"points"`
		Label   string    `dynamodbav:"label"`
	}
)

type model struct {
	table    *ddb.Table
	schools  *ddb.Entity[School]
	students *ddb.Entity[Student]
	grades   *ddb.Entity[Grade]
}

func newModel() model {
	m := model{table: ddb.NewTable("pk", "sk").TTL("expires").Doc("Schools & their students,\n\tone <table>.")}
	byMail := m.table.GSI("by-mail", "mail_pk", "mail_sk").KeysOnly()
	byScore := m.table.MultiGSI("by-score", []string{"school", "student"}, []string{"points"}).Include("label")
	open := m.table.LSI("open", "open_sk")
	old := m.table.GSI("old", "old_pk", "")
	m.schools = ddb.MustDefine(m.table, "school", func(s *School, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("school#"), ddb.Str(&s.ID), ddb.Prefix("#")), ddb.Key(ddb.Prefix("#")))
		d.Doc("A school with its \"numbers\".")
	})
	m.students = ddb.MustDefine(m.table, "student", func(s *Student, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("school#"), ddb.Str(&s.SchoolID), ddb.Prefix("#")), ddb.Key(ddb.Prefix("#student#"), ddb.Str(&s.ID), ddb.Prefix("#")))
		d.Index(byMail, ddb.Key(ddb.Shard(&s.ID, 8), ddb.Prefix("mail")), ddb.Key(ddb.Fold(&s.Email)))
		d.Index(open, ddb.Key(ddb.Prefix("school#"), ddb.Str(&s.SchoolID), ddb.Prefix("#")), ddb.Key(ddb.Num(&s.Score, 6), ddb.Prefix("é#"), ddb.Str(&s.ID))).
			When(ddb.In(&s.Status, "open", `"<ö>"`), ddb.Not(ddb.Or(ddb.Between(&s.Score, -3, 0), ddb.Absent(&s.City))))
		d.Alias("pupil")
		d.Schema(2, func(int, map[string]types.AttributeValue) error { return nil })
		d.Version(&s.Version)
		d.Revision(&s.Rev)
		d.Created(&s.Created)
		d.Updated(&s.Updated)
		d.TTL(&s.Until)
		d.Unique("email", ddb.Fold(&s.Email))
		d.Unique("seat", ddb.Prefix("in#"), ddb.Str(&s.SchoolID), ddb.Prefix("#"), ddb.Num(&s.Score, 4))
		d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&s.SchoolID), ddb.Prefix("#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&s.Version, 10)))
		d.Dropped(old)
		d.Refers(&s.Friends, m.schools)
	})
	m.grades = ddb.MustDefine(m.table, "grade", func(g *Grade, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("school#"), ddb.Str(&g.School), ddb.Prefix("#")), ddb.Key(ddb.Prefix("#student#"), ddb.Str(&g.Student), ddb.Prefix("#"), ddb.Prefix("grade#"), ddb.Time(&g.At)))
		d.Under(m.students)
		d.AlsoIn(byScore)
	})
	ddbview.MustAggregate("numbers", m.students, m.schools, func(s *Student, t *School) []ddbview.Rule {
		return []ddbview.Rule{
			ddbview.Count(&t.Students), ddbview.By(&s.SchoolID, &t.ID), ddbview.Latest(&s.Score, &t.Best, &s.Email, &t.BestName),
			ddbview.Distinct(&s.City, &t.Cities), ddbview.When(ddb.Eq(&s.Status, "open")), ddbview.KeepExpired,
		}
	})
	return m
}

func design() ddbdesign.Table { return newModel().table.Design() }
