package compress_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Handlers get Old and New as they were before they were compressed, and Changed compares values: another codec is no change.
func TestHandlersGetValues(t *testing.T) {
	t.Parallel()
	memory := ddbmem.New()
	client := memory.Client()
	packed := open(t, client, nil, allOf(1000))
	ctx := t.Context()
	require.NoError(t, packed.db.CreateTable(ctx))
	stream := &fixture.School{Engine: memory, At: map[string]*string{}}
	other := open(t, client, nil, allOf(1000, codec(200)))
	last := open(t, client, nil, allOf(1000, codec(200)))
	var changes []ddb.Change[page]
	mux := ddb.NewMux(last.table, nil)
	ddb.Handle(mux, last.entity, func(_ context.Context, c ddb.Change[page]) error {
		changes = append(changes, c)
		return nil
	})
	in := full("a")
	_, err := packed.repo.Put(ctx, in)
	require.NoError(t, err)
	_, err = other.repo.Put(ctx, in)
	require.NoError(t, err)
	next := full("a")
	next.Content += "!"
	next.Doc.Title = "other"
	_, err = other.repo.Put(ctx, next)
	require.NoError(t, err)
	stream.Flow(t, mux)
	require.Len(t, changes, 3)
	f := last.f
	assert.Equal(t, []page{{}, in, in}, []page{changes[0].Old, changes[1].Old, changes[2].Old})
	assert.Equal(t, []page{in, in, next}, []page{changes[0].New, changes[1].New, changes[2].New})
	assert.False(t, changes[1].Changed(&f.Content) || changes[1].Changed(&f.Doc), "another codec")
	assert.NotEqual(t, changes[1].Record().Old["content"], changes[1].Record().New["content"])
	assert.True(t, changes[2].Changed(&f.Content) && changes[2].Changed(&f.Doc) && !changes[2].Changed(&f.Intro))
}

type summary struct {
	Topic    string   `dynamodbav:"-"`
	Title    string   `dynamodbav:"title"`
	Count    int      `dynamodbav:"count"`
	Distinct int      `dynamodbav:"distinct"`
	Docs     int      `dynamodbav:"docs"`
	At       int      `dynamodbav:"at,omitempty"`
	Last     string   `dynamodbav:"last,omitempty"`
	Tags     []string `dynamodbav:"tags,omitempty"`
	Least    string   `dynamodbav:"least,omitempty"`
	Most     string   `dynamodbav:"most,omitempty"`
	Titles   []string `dynamodbav:"titles,omitempty"`
}

type site struct {
	*program
	summaries   *ddb.Repository[summary]
	totals      *ddb.View
	mux         *ddb.Mux
	stream      *fixture.School
	carry       *ddb.View
	description *ddb.Repository[titled]
	about       *summary
}

// titled is the title of a topic, which a fan-out copies into the pages of the topic.
type titled struct {
	Topic string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
}

func newSite(t *testing.T, attributes bool, threshold int, with ...ddb.Compression) *site {
	t.Helper()
	m := newSiteOn(ddbmem.New(), attributes, threshold, with...)
	require.NoError(t, m.db.CreateTable(t.Context()))
	return m
}

// newSiteOn is newSite for a table that exists.
func newSiteOn(memory *ddbmem.Engine, attributes bool, threshold int, with ...ddb.Compression) *site {
	m := &site{program: &program{model: &model{table: ddb.NewTable("pk", "sk")}}, stream: &fixture.School{Engine: memory, At: map[string]*string{}}}
	m.entity = ddb.MustDefine(m.table, "page", func(p *page, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("topic#"), ddb.Str(&p.Topic)), ddb.Key(ddb.Prefix("page#"), ddb.Str(&p.ID)))
		d.Version(&p.Version)
		if threshold > 0 {
			allOf(threshold, with...)(p, d)
		}
	})
	summaries := ddb.MustDefine(m.table, "summary", func(s *summary, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("topic#"), ddb.Str(&s.Topic)), ddb.Key(ddb.Prefix("summary")))
		if threshold > 0 {
			d.Compress(&s.Title, threshold, with...)
		}
	})
	titles := ddb.MustDefine(m.table, "titled", func(s *titled, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("topic#"), ddb.Str(&s.Topic)), ddb.Key(ddb.Prefix("title")))
		if threshold > 0 {
			d.Compress(&s.Title, threshold, with...)
		}
	})
	m.totals = ddbview.MustAggregate("totals", m.entity, summaries, func(p *page, s *summary) []ddbview.Rule {
		return []ddbview.Rule{
			ddbview.By(&p.Topic, &s.Topic), ddbview.When(ddb.Present(&p.Content)), ddbview.Count(&s.Count), ddbview.Distinct(&p.Content, &s.Distinct),
			ddbview.Distinct(&p.Doc.Title, &s.Docs), ddbview.Latest(&p.Hits, &s.At, &p.Content, &s.Last), ddbview.Min(&p.Content, &s.Least), ddbview.Max(&p.Doc.Title, &s.Most),
			ddbview.Top(2, &p.Hits, &s.Titles, func(p page) string { return p.Doc.Title + p.Content[:1] }),
		}
	})
	m.carry = ddbview.MustFanOut("carry", titles, m.entity, func(s titled) ddb.Query[page] { return m.entity.Query(page{Topic: s.Topic}) },
		func(c ddb.Change[titled], p *page) bool {
			if p.Intro == text(c.New.Title) {
				return false
			}
			p.Intro, p.Doc.Labels = text(c.New.Title), map[string]string{"title": c.New.Title}
			return true
		})
	m.db = ddb.New(memory.Client(), "school", m.table, &ddb.Options{UseAttributeMaps: attributes})
	m.repo, m.summaries, m.description = ddb.NewRepository(m.db, m.entity), ddb.NewRepository(m.db, summaries), ddb.NewRepository(m.db, titles)
	m.mux, m.about = ddb.NewMux(m.table, nil), summaries.Fields()
	m.mux.Maintain(m.db, m.totals, m.carry)
	return m
}

// state is what is stored, as values.
func (m *site) state(t *testing.T) (summaries []summary, pages []page) {
	t.Helper()
	summaries, err := ddb.Collect(m.summaries.Scan(t.Context(), nil))
	require.NoError(t, err)
	pages, err = ddb.Collect(m.repo.Scan(t.Context(), nil))
	require.NoError(t, err)
	slices.SortFunc(summaries, func(a, b summary) int { return strings.Compare(a.Topic, b.Topic) })
	slices.SortFunc(pages, func(a, b page) int { return strings.Compare(a.ID, b.ID) })
	return summaries, pages
}

// Views that read compressed fields derive what they derive of others, from the stream and in a Rebuild, and fan-outs copy from
// compressed fields into compressed ones.
func TestViewsReadAndCopyCompressedFields(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, m *site) (states []any) {
		ctx := t.Context()
		look := func() {
			m.stream.Flow(t, m.mux)
			summaries, pages := m.state(t)
			states = append(states, summaries, pages)
		}
		for i, topic := range []string{"go", "go", "db"} {
			_, err := m.summaries.Upsert(ctx, summary{Topic: topic}, ddb.Set(&m.about.Title, long(1200)))
			require.NoError(t, err)
			p := full(string(rune('a' + i)))
			p.Topic, p.Hits, p.Doc.Title = topic, i, long(100+300*i)
			p.Content = strings.Repeat(p.ID, 600)
			_, err = m.repo.Create(ctx, p)
			require.NoError(t, err)
		}
		look()
		_, err := m.description.Put(ctx, titled{"go", long(900)})
		require.NoError(t, err)
		look()
		_, err = m.repo.Modify(ctx, page{Topic: "go", ID: "b"}, func(p *page) error { p.Content, p.Doc.Title = strings.Repeat("a", 600), "short"; return nil })
		require.NoError(t, err)
		look()
		require.NoError(t, m.repo.Delete(ctx, page{Topic: "go", ID: "a"}))
		look()
		for _, v := range []*ddb.View{m.totals, m.carry} {
			for d, err := range v.Verify(ctx, m.db, nil) {
				require.NoError(t, err)
				assert.Empty(t, d)
			}
			require.NoError(t, v.Rebuild(ctx, m.db, nil))
		}
		look()
		return states
	}
	want := run(t, newSite(t, false, 0))
	assert.Contains(t, want[0], summary{Topic: "go", Title: long(1200), Count: 2, Distinct: 2, Docs: 2, At: 1, Last: strings.Repeat("b", 600), Least: strings.Repeat("a", 600), Most: long(400), Titles: []string{long(400) + "b", long(100) + "a"}})
	for name, m := range map[string]*site{"JSON": newSite(t, false, 50), "attribute maps": newSite(t, true, 50), "codec": newSite(t, false, 500, codec(200)), "reads": newSite(t, false, readOnly)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, run(t, m))
		})
	}
}

// A fan-out writes what it changes, whatever the form in which the rest is stored.
func TestAFanOutLeavesTheRestAsItIsStored(t *testing.T) {
	t.Parallel()
	memory := ddbmem.New()
	before, now := newSiteOn(memory, false, 50, codec(200)), newSiteOn(memory, false, 50, codec(201), codec(200))
	ctx := t.Context()
	require.NoError(t, before.db.CreateTable(ctx))
	in := full("a")
	in.Content = long(600)
	_, err := before.repo.Create(ctx, in)
	require.NoError(t, err)
	now.stream = &fixture.School{Engine: memory, At: map[string]*string{}}
	_, err = now.description.Put(ctx, titled{"go", long(900)})
	require.NoError(t, err)
	var last ddb.Record
	for range 3 {
		records := now.stream.Records(t)
		_, err := now.mux.Process(ctx, records)
		require.NoError(t, err)
		for _, r := range records {
			if _, ok := r.New["content"]; ok {
				last = r
			}
		}
	}
	got, err := now.repo.Get(ctx, in)
	require.NoError(t, err)
	assert.Equal(t, text(long(900)), got.Intro)
	for attr, want := range map[string]byte{"content": 200, "note": 200, "tags": 200, "extra": 200, "count": 200, "intro": 201, "doc": 201} {
		assert.Equal(t, want, header(last.New[attr]), attr)
	}
}
