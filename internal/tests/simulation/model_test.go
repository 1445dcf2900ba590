package simulation_test

import (
	"cmp"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
)

// The simulation runs the real implementation against an engine: sources and targets are written at random, the stream
// of the table is delivered to two workers with duplicates, cuts, crashes and lost answers, and at the end everything derived must
// equal a recomputation. Between any two requests of a worker anything else may happen.

type simSource struct {
	ID     string    `dynamodbav:"-"`
	Target string    `dynamodbav:"target,omitempty"`
	V      int       `dynamodbav:"v"`
	F      float64   `dynamodbav:"f"`
	At     time.Time `dynamodbav:"at"`
	Tag    string    `dynamodbav:"tag,omitempty"`
	Off    bool      `dynamodbav:"off"`
	Until  time.Time `dynamodbav:"until,unixtime,omitempty"`
	Mood   simMood   `dynamodbav:"mood"`
}

type simEntry struct {
	ID string `dynamodbav:"id"`
	V  int    `dynamodbav:"v"`
}

type simTarget struct {
	ID    string     `dynamodbav:"-"`
	Name  string     `dynamodbav:"name"`
	Sum   int        `dynamodbav:"sum"`
	F     float64    `dynamodbav:"f"`
	N     int        `dynamodbav:"n"`
	Min   int        `dynamodbav:"min"`
	Max   time.Time  `dynamodbav:"max,unixtime,omitempty"`
	Tags  int        `dynamodbav:"tags"`
	LastV int        `dynamodbav:"lastV"`
	Last  string     `dynamodbav:"last"`
	Top   []simEntry `dynamodbav:"top"`
}

type simTotal struct {
	Target string `dynamodbav:"target"`
	Sum    int    `dynamodbav:"sum"`
	N      int    `dynamodbav:"n"`
}

// simKept counts what expired too.
type simKept struct {
	Target string `dynamodbav:"target"`
	Sum    int    `dynamodbav:"sum"`
	N      int    `dynamodbav:"n"`
	Tags   int    `dynamodbav:"tags"`
}

// simSpread is one of the items over which a total of everything is spread.
type simSpread struct {
	Source string `dynamodbav:"source,omitempty"`
	Sum    int    `dynamodbav:"sum"`
	N      int    `dynamodbav:"n"`
}

// simCopy says what its source is, gone where there is none; simMember knows where its placed copy stands.
type simCopy struct {
	Source string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
	V      int    `dynamodbav:"v"`
}

type simMember struct {
	Source string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
	V      int    `dynamodbav:"v"`
}

type simPlaced struct {
	ID string `dynamodbav:"-"`
	V  int    `dynamodbav:"-"`
}

// simSeat knows the sources of one target, and what they say.
type simSeat struct {
	Target  string         `dynamodbav:"-"`
	ID      string         `dynamodbav:"-"`
	Sources map[string]int `dynamodbav:"sources"`
}

const simGone = 9

type simulated struct {
	table   *ddb.Table
	sources *ddb.Entity[simSource]
	targets *ddb.Entity[simTarget]
	totals  *ddb.Entity[simTotal]
	kept    *ddb.Entity[simKept]
	spread  *ddb.Entity[simSpread]
	copies  *ddb.Entity[simCopy]
	members *ddb.Entity[simMember]
	placed  *ddb.Entity[simPlaced]
	seats   *ddb.Entity[simSeat]
	ranks   *ddb.View
	plain   *ddb.View
	moving  *ddb.View // to targets that a source names, so that it can leave them
	all     []*ddb.View
	whim    func(function string) // what a function of the model does before its work, if anything
}

func (m *simulated) called(function string) {
	if m.whim != nil {
		m.whim(function)
	}
}

func newSimulated() *simulated {
	m := &simulated{table: ddb.NewTable("pk", "sk").TTL("until")}
	m.sources = ddb.MustDefine(m.table, "source", func(s *simSource, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
		d.Primary(id, id)
		d.TTL(&s.Until)
	})
	m.targets = ddb.MustDefine(m.table, "target", func(s *simTarget, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	m.totals = ddb.MustDefine(m.table, "total", func(s *simTotal, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("o#"), ddb.Str(&s.Target))
		d.Primary(id, id)
	})
	m.ranks = ddbview.MustAggregate("ranks", m.sources, m.targets, func(s *simSource, t *simTarget) []ddbview.Rule {
		return []ddbview.Rule{
			ddbview.By(&s.Target, &t.ID), ddbview.Sum(&s.V, &t.Sum), ddbview.Sum(&s.F, &t.F), ddbview.Count(&t.N),
			ddbview.Min(&s.V, &t.Min), ddbview.Max(&s.At, &t.Max), ddbview.Distinct(&s.Tag, &t.Tags), ddbview.Latest(&s.V, &t.LastV, &s.Tag, &t.Last),
			ddbview.Top(2, &s.V, &t.Top, func(s simSource) simEntry {
				m.called("entry")
				return simEntry{s.ID, s.V}
			}),
		}
	})
	m.plain = ddbview.MustAggregate("plain", m.sources, m.totals, func(s *simSource, t *simTotal) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&s.Target, &t.Target), ddbview.Sum(&s.V, &t.Sum), ddbview.Count(&t.N), ddbview.When(ddb.Eq(&s.Off, false))}
	})
	m.all = append([]*ddb.View{m.ranks, m.plain}, m.more()...)
	m.moving = m.seated()
	return m
}

// seated declares the copies of a source that stand with its target.
func (m *simulated) seated() *ddb.View {
	m.seats = ddb.MustDefine(m.table, "seat", func(s *simSeat, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("q#"), ddb.Str(&s.Target)), ddb.Key(ddb.Prefix("q#"), ddb.Str(&s.ID)))
	})
	return ddbview.MustFanOut("seats", m.sources, m.seats,
		func(s simSource) ddb.Query[simSeat] {
			m.called("targets")
			return m.seats.Query(simSeat{Target: seatOf(s)})
		},
		func(c ddb.Change[simSource], t *simSeat) bool {
			m.called("apply")
			id := cmp.Or(c.New.ID, c.Old.ID)
			have, sits := t.Sources[id]
			if c.Kind != ddb.Removed && c.Kind != ddb.Expired && seatOf(c.New) == t.Target {
				t.Sources[id] = c.New.V
				return !sits || have != c.New.V
			}
			delete(t.Sources, id)
			return sits
		})
}

func seatOf(s simSource) string { return cmp.Or(s.Target, "nobody") }

// more adds the views of other kinds: with expired sources, spread over items, and copies.
func (m *simulated) more() []*ddb.View {
	m.kept = ddb.MustDefine(m.table, "kept", func(s *simKept, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("k#"), ddb.Str(&s.Target))
		d.Primary(id, id)
	})
	m.spread = ddb.MustDefine(m.table, "spread", func(s *simSpread, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all#"), ddb.Shard(&s.Source, 2)), ddb.Key(ddb.Prefix("all")))
	})
	m.copies = ddb.MustDefine(m.table, "copy", func(s *simCopy, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.Source)), ddb.Key(ddb.Prefix("c#"), ddb.Str(&s.ID)))
	})
	m.members = ddb.MustDefine(m.table, "member", func(s *simMember, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.Source)), ddb.Key(ddb.Prefix("m#"), ddb.Str(&s.ID)))
	})
	m.placed = ddb.MustDefine(m.table, "placed", func(s *simPlaced, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&s.V, 1)))
	})
	value := func(c ddb.Change[simSource]) int {
		if c.Kind == ddb.Removed || c.Kind == ddb.Expired {
			return simGone
		}
		return c.New.V
	}
	return []*ddb.View{
		ddbview.MustAggregate("kept", m.sources, m.kept, func(s *simSource, t *simKept) []ddbview.Rule {
			return []ddbview.Rule{ddbview.OwnItems, ddbview.KeepExpired, ddbview.By(&s.Target, &t.Target), ddbview.Sum(&s.V, &t.Sum), ddbview.Count(&t.N), ddbview.Distinct(&s.Tag, &t.Tags)}
		}),
		ddbview.MustAggregate("spread", m.sources, m.spread, func(s *simSource, t *simSpread) []ddbview.Rule {
			return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&s.ID, &t.Source), ddbview.Sum(&s.V, &t.Sum), ddbview.Count(&t.N)}
		}),
		ddbview.MustFanOut("copies", m.sources, m.copies,
			func(s simSource) ddb.Query[simCopy] {
				m.called("targets")
				return m.copies.Query(simCopy{Source: s.ID})
			},
			func(c ddb.Change[simSource], t *simCopy) bool {
				m.called("apply")
				was := t.V
				t.V = value(c)
				return t.V != was
			}),
		ddbview.MustFanOutVia("placed", m.sources, m.members, m.placed,
			func(s simSource) ddb.Query[simMember] {
				m.called("members")
				return m.members.Query(simMember{Source: s.ID})
			},
			func(s simMember) simPlaced {
				m.called("place")
				return simPlaced{ID: s.Source + s.ID, V: s.V}
			},
			func(c ddb.Change[simSource], s *simMember, t *simPlaced) bool {
				m.called("apply via")
				was := s.V
				s.V = value(c)
				t.V = s.V
				return s.V != was
			}),
	}
}

// below is the table below package ddb.
func (m *simulated) below() *model.Table { return face.Entity(m.sources).Table }
