package view_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// A target that is rewritten between the query of a local index and the read of its item is looked at again.
func TestAFanOutLooksAgainAtATargetThatTheIndexSaysOtherwise(t *testing.T) {
	t.Parallel()
	type Poster struct {
		Hall  string `dynamodbav:"-"`
		Place string `dynamodbav:"-"`
		Rank  string `dynamodbav:"rank"`
		Text  string `dynamodbav:"text"`
	}
	var byRank *ddb.Index
	h := newHall(func(p *Poster, d *ddb.Definition) {
		pk, sk := inHall(&p.Hall, &p.Place)
		d.Primary(pk, sk)
		d.Index(byRank, pk, ddb.Key(ddb.Prefix("rank#"), ddb.Str(&p.Rank)))
	}, func(table *ddb.Table) { byRank = table.LSI("by-rank", "rank_sk").KeysOnly() })
	h.view = ddbview.MustFanOut("shown", h.notices, h.targets, func(n Notice) ddb.Query[Poster] { return h.targets.On(byRank, Poster{Hall: n.Hall}) },
		func(c ddb.Change[Notice], p *Poster) bool {
			changed := p.Text != c.New.Text
			p.Text = c.New.Text
			return changed
		})
	h.open(t)
	h.target(t, Poster{Hall: "x", Place: "1", Rank: "1"})
	batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "new"})
	mux := h.mux(interrupt("BatchGetItem", 1, func() { // the first reads the sources, the second the items
		h.target(t, Poster{Hall: "x", Place: "1", Rank: "9"})
	}))
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	assert.Equal(t, "new", h.stored(t, "x/1")["text"])
	assert.Equal(t, "9", h.stored(t, "x/1")["rank"])
}

// A target that has expired is not there, also where a member points to it.
func TestAFanOutWritesNoExpiredTarget(t *testing.T) {
	t.Parallel()
	type Leaflet struct {
		Hall  string    `dynamodbav:"-"`
		Place string    `dynamodbav:"-"`
		Text  string    `dynamodbav:"text"`
		Until time.Time `dynamodbav:"until,unixtime,omitempty"`
	}
	type Reader struct {
		Hall string `dynamodbav:"-"`
		ID   string `dynamodbav:"-"`
	}
	h := newHall(func(l *Leaflet, d *ddb.Definition) {
		d.Primary(inHall(&l.Hall, &l.Place))
		d.TTL(&l.Until)
	})
	readers := ddb.MustDefine(h.table, "reader", func(r *Reader, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("readers#"), ddb.Str(&r.Hall)), ddb.Key(ddb.Prefix("reader#"), ddb.Str(&r.ID)))
	})
	apply := func(c ddb.Change[Notice], l *Leaflet) bool {
		changed := l.Text != c.New.Text
		l.Text = c.New.Text
		return changed
	}
	via := ddbview.MustFanOutVia("sent", h.notices, readers, h.targets,
		func(n Notice) ddb.Query[Reader] { return readers.Query(Reader{Hall: n.Hall}) },
		func(r Reader) Leaflet { return Leaflet{Hall: "home", Place: r.ID} },
		func(c ddb.Change[Notice], _ *Reader, l *Leaflet) bool { return apply(c, l) })
	h.fanOut(func(n Notice) Leaflet { return Leaflet{Hall: n.Hall} }, apply).open(t)
	now := time.Now()
	for place, until := range map[string]time.Time{"gone": now.Add(-time.Minute), "there": now.Add(time.Hour)} {
		h.target(t, Leaflet{Hall: "x", Place: place, Until: until})
		h.target(t, Leaflet{Hall: "home", Place: place, Until: until})
		require.NoError(t, h.db.Do(t.Context(), readers.Create(Reader{Hall: "x", ID: place})))
	}
	require.Empty(t, fixture.Deliver(t, h.mux(nil, via), h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}), 1))
	for at, want := range map[string]string{"x/gone": "", "x/there": "new", "home/gone": "", "home/there": "new"} {
		assert.Equal(t, want, h.stored(t, at)["text"], at)
	}
}

// The zero Query is no targets. Those that the source had before are told.
func TestASourceWithoutTargetsTellsThoseThatItLeft(t *testing.T) {
	t.Parallel()
	h := newHall(screen)
	h.view = ddbview.MustFanOut("shown", h.notices, h.targets, func(n Notice) ddb.Query[Screen] {
		if n.Hall == "" {
			return ddb.Query[Screen]{}
		}
		return h.targets.Query(Screen{Hall: n.Hall})
	}, func(c ddb.Change[Notice], s *Screen) bool {
		want := c.New.Text
		if c.New.Hall != s.Hall {
			want = ""
		}
		changed := s.Text != want
		s.Text = want
		return changed
	})
	h.open(t)
	h.target(t, Screen{Hall: "x", Place: "1"})
	mux := h.mux(nil)
	require.Empty(t, fixture.Deliver(t, mux, h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}), 1))
	require.Equal(t, "new", h.stored(t, "x/1")["text"])
	require.Empty(t, fixture.Deliver(t, mux, h.put(t, Notice{ID: "1", Text: "new"}), 1))
	assert.Empty(t, h.stored(t, "x/1")["text"])
	require.NoError(t, h.view.Rebuild(t.Context(), h.db, nil))
}

// Queries for targets that differ in what a request does not say, as how many they want or in which shards, find each their own.
func TestAFanOutKeepsItsQueriesApart(t *testing.T) {
	t.Parallel()
	type Source struct {
		ID    string `dynamodbav:"-"`
		Limit int    `dynamodbav:"limit"`
	}
	type Target struct {
		Group string `dynamodbav:"-"`
		ID    string `dynamodbav:"-"`
		Shard string `dynamodbav:"shard"`
		By    string `dynamodbav:"by"`
	}
	table := ddb.NewTable("pk", "sk")
	sources := ddb.MustDefine(table, "source", func(s *Source, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
	})
	targets := ddb.MustDefine(table, "target", func(s *Target, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&s.Group), ddb.Prefix("#"), ddb.Shard(&s.Shard, 4)), ddb.Key(ddb.Prefix("t#"), ddb.Str(&s.ID)))
	})
	view := ddbview.MustFanOut("by", sources, targets, func(s Source) ddb.Query[Target] {
		switch {
		case len(s.ID) > 1 && s.Limit == 0: // one shard, among them the one that a query of all begins with
			return targets.Query(Target{Group: "b", Shard: s.ID})
		case s.Limit > 0:
			return targets.Query(Target{Group: "l", Shard: "1"}).Limit(s.Limit)
		}
		return targets.Query(Target{Group: s.ID})
	}, func(c ddb.Change[Source], t *Target) bool {
		if t.By >= c.New.ID {
			return false
		}
		t.By = c.New.ID
		return true
	})
	s := &fixture.School{Engine: ddbmem.New(), At: map[string]*string{}}
	db := ddb.New(s.Engine.Client(), "school", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	for _, group := range []string{"a", "b", "l"} {
		for i := range 3 {
			require.NoError(t, db.Do(t.Context(), targets.Create(Target{Group: group, ID: fmt.Sprint(i), Shard: "1"})))
		}
	}
	for n := range 10 {
		require.NoError(t, db.Do(t.Context(), sources.Create(Source{ID: fmt.Sprint("a", n)})))
	}
	for _, src := range []Source{{ID: "a"}, {ID: "b"}, {ID: "one", Limit: 1}, {ID: "three", Limit: 3}} {
		require.NoError(t, db.Do(t.Context(), sources.Create(src)))
	}
	mux := ddb.NewMux(table, nil)
	mux.Maintain(db, view)
	require.Empty(t, fixture.Deliver(t, mux, s.Records(t), 1))
	for group, want := range map[string][]string{"a": {"a", "a", "a"}, "b": {"b", "b", "b"}, "l": {"three", "three", "three"}} {
		var got []string
		for target, err := range ddb.NewRepository(db, targets).Query(t.Context(), targets.Query(Target{Group: group})) {
			require.NoError(t, err)
			got = append(got, target.By)
		}
		assert.Equal(t, want, got, group)
	}
}
