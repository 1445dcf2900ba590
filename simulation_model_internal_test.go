package ddb

import (
	"cmp"
	"time"
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
	table   *Table
	sources *Entity[simSource]
	targets *Entity[simTarget]
	totals  *Entity[simTotal]
	kept    *Entity[simKept]
	spread  *Entity[simSpread]
	copies  *Entity[simCopy]
	members *Entity[simMember]
	placed  *Entity[simPlaced]
	seats   *Entity[simSeat]
	ranks   *View
	plain   *View
	moving  *View // to targets that a source names, so that it can leave them
	all     []*View
	whim    func(function string) // what a function of the model does before its work, if anything
}

func (m *simulated) called(function string) {
	if m.whim != nil {
		m.whim(function)
	}
}

func newSimulated() *simulated {
	m := &simulated{table: NewTable("pk", "sk").TTL("until")}
	m.sources = MustDefine(m.table, "source", func(s *simSource, d *Definition) {
		id := Key(Prefix("s#"), Str(&s.ID))
		d.Primary(id, id)
		d.TTL(&s.Until)
	})
	m.targets = MustDefine(m.table, "target", func(s *simTarget, d *Definition) {
		id := Key(Prefix("t#"), Str(&s.ID))
		d.Primary(id, id)
	})
	m.totals = MustDefine(m.table, "total", func(s *simTotal, d *Definition) {
		id := Key(Prefix("o#"), Str(&s.Target))
		d.Primary(id, id)
	})
	m.ranks = MustAggregate("ranks", m.sources, m.targets, func(s *simSource, t *simTarget) []Rule {
		return []Rule{
			By(&s.Target, &t.ID), Sum(&s.V, &t.Sum), Sum(&s.F, &t.F), Count(&t.N),
			Min(&s.V, &t.Min), Max(&s.At, &t.Max), Distinct(&s.Tag, &t.Tags), Latest(&s.V, &t.LastV, &s.Tag, &t.Last),
			Top(2, &s.V, &t.Top, func(s simSource) simEntry {
				m.called("entry")
				return simEntry{s.ID, s.V}
			}),
		}
	})
	m.plain = MustAggregate("plain", m.sources, m.totals, func(s *simSource, t *simTotal) []Rule {
		return []Rule{OwnItems, By(&s.Target, &t.Target), Sum(&s.V, &t.Sum), Count(&t.N), When(Eq(&s.Off, false))}
	})
	m.all = append([]*View{m.ranks, m.plain}, m.more()...)
	m.moving = m.seated()
	return m
}

// seated declares the copies of a source that stand with its target.
func (m *simulated) seated() *View {
	m.seats = MustDefine(m.table, "seat", func(s *simSeat, d *Definition) {
		d.Primary(Key(Prefix("q#"), Str(&s.Target)), Key(Prefix("q#"), Str(&s.ID)))
	})
	return MustFanOut("seats", m.sources, m.seats,
		func(s simSource) Query[simSeat] {
			m.called("targets")
			return m.seats.Query(simSeat{Target: seatOf(s)})
		},
		func(c Change[simSource], t *simSeat) bool {
			m.called("apply")
			id := cmp.Or(c.New.ID, c.Old.ID)
			have, sits := t.Sources[id]
			if c.Kind != Removed && c.Kind != Expired && seatOf(c.New) == t.Target {
				t.Sources[id] = c.New.V
				return !sits || have != c.New.V
			}
			delete(t.Sources, id)
			return sits
		})
}

func seatOf(s simSource) string { return cmp.Or(s.Target, "nobody") }

// more adds the views of other kinds: with expired sources, spread over items, and copies.
func (m *simulated) more() []*View {
	m.kept = MustDefine(m.table, "kept", func(s *simKept, d *Definition) {
		id := Key(Prefix("k#"), Str(&s.Target))
		d.Primary(id, id)
	})
	m.spread = MustDefine(m.table, "spread", func(s *simSpread, d *Definition) {
		d.Primary(Key(Prefix("all#"), Shard(&s.Source, 2)), Key(Prefix("all")))
	})
	m.copies = MustDefine(m.table, "copy", func(s *simCopy, d *Definition) {
		d.Primary(Key(Prefix("s#"), Str(&s.Source)), Key(Prefix("c#"), Str(&s.ID)))
	})
	m.members = MustDefine(m.table, "member", func(s *simMember, d *Definition) {
		d.Primary(Key(Prefix("s#"), Str(&s.Source)), Key(Prefix("m#"), Str(&s.ID)))
	})
	m.placed = MustDefine(m.table, "placed", func(s *simPlaced, d *Definition) {
		d.Primary(Key(Prefix("p#"), Str(&s.ID)), Key(Prefix("v#"), Num(&s.V, 1)))
	})
	value := func(c Change[simSource]) int {
		if c.Kind == Removed || c.Kind == Expired {
			return simGone
		}
		return c.New.V
	}
	return []*View{
		MustAggregate("kept", m.sources, m.kept, func(s *simSource, t *simKept) []Rule {
			return []Rule{OwnItems, KeepExpired, By(&s.Target, &t.Target), Sum(&s.V, &t.Sum), Count(&t.N), Distinct(&s.Tag, &t.Tags)}
		}),
		MustAggregate("spread", m.sources, m.spread, func(s *simSource, t *simSpread) []Rule {
			return []Rule{OwnItems, By(&s.ID, &t.Source), Sum(&s.V, &t.Sum), Count(&t.N)}
		}),
		MustFanOut("copies", m.sources, m.copies,
			func(s simSource) Query[simCopy] {
				m.called("targets")
				return m.copies.Query(simCopy{Source: s.ID})
			},
			func(c Change[simSource], t *simCopy) bool {
				m.called("apply")
				was := t.V
				t.V = value(c)
				return t.V != was
			}),
		MustFanOutVia("placed", m.sources, m.members, m.placed,
			func(s simSource) Query[simMember] {
				m.called("members")
				return m.members.Query(simMember{Source: s.ID})
			},
			func(s simMember) simPlaced {
				m.called("place")
				return simPlaced{ID: s.Source + s.ID, V: s.V}
			},
			func(c Change[simSource], s *simMember, t *simPlaced) bool {
				m.called("apply via")
				was := s.V
				s.V = value(c)
				t.V = s.V
				return s.V != was
			}),
	}
}
