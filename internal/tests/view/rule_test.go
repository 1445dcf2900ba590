package view_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// While a deploy adds a rule, programs with and without it maintain the view: neither takes the other's numbers away.
func TestProgramsWithAndWithoutARuleMaintainAViewTogether(t *testing.T) {
	t.Parallel()
	type P struct {
		ID    string `dynamodbav:"-"`
		XP    int    `dynamodbav:"xp"`
		Steps int    `dynamodbav:"steps"`
		Best  int    `dynamodbav:"best"`
	}
	engine := ddbmem.New()
	s := &fixture.School{Engine: engine, Client: engine.Client(), At: map[string]*string{}}
	release := func(all bool) (*ddb.DB, *ddb.Entity[P], *ddb.View, *ddb.Mux) {
		table := ddb.NewTable("pk", "sk")
		s.Steps = ddb.MustDefine(table, "step", func(p *fixture.Step, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.Student)), ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.ID)))
		})
		ps := ddb.MustDefine(table, "pupil", func(p *P, d *ddb.Definition) {
			k := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
			d.Primary(k, k)
		})
		v := ddbview.MustAggregate("v", s.Steps, ps, func(s *fixture.Step, p *P) []ddbview.Rule {
			rules := []ddbview.Rule{ddbview.By(&s.Student, &p.ID), ddbview.Sum(&s.XP, &p.XP)}
			if all {
				rules = append(rules, ddbview.Count(&p.Steps), ddbview.Max(&s.XP, &p.Best))
			}
			return rules
		})
		db, mux := ddb.New(s.Client, "school", table, nil), ddb.NewMux(table, nil)
		mux.Maintain(db, v)
		return db, ps, v, mux
	}
	_, _, _, before := release(false)
	db, ps, v, after := release(true)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, ps).Consistent()
	_, err := repo.Create(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	process := func(mux *ddb.Mux) {
		_, err := mux.Process(t.Context(), s.Records(t))
		require.NoError(t, err)
	}
	for i := range 6 {
		s.Step(t, fixture.Step{Student: "a", ID: "1", XP: i})
		process([]*ddb.Mux{after, before}[i%2])
	}
	got, err := repo.Get(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, P{ID: "a", XP: 5, Steps: 1, Best: 4}, got, "the last change of Best was seen by the old program")
	s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 2})
	process(after)
	s.Remove(t, "p#a", "g#2")
	process(before)
	require.NoError(t, v.Rebuild(t.Context(), db, nil))
	got, err = repo.Get(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, P{ID: "a", XP: 5, Steps: 1, Best: 5}, got, "the deploy is over")
	for d, err := range v.Verify(t.Context(), db, nil) {
		require.NoError(t, err)
		t.Error(d)
	}
}
