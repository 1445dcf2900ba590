package view_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What the entity of a target does not know stays: attributes, entries of its maps, and what others make of them while it is written.
func TestAFanOutKeepsWhatItsTargetDoesNotKnow(t *testing.T) {
	t.Parallel()
	type Address struct {
		City string `dynamodbav:"city"`
	}
	type Office struct {
		Hall    string  `dynamodbav:"-"`
		Place   string  `dynamodbav:"-"`
		Text    string  `dynamodbav:"text"`
		Address Address `dynamodbav:"address"`
		Version int64   `dynamodbav:"version"`
	}
	for _, c := range []struct {
		path                       string
		meanwhile, moves, versions bool
	}{
		{path: "novel"},
		{path: "novel", meanwhile: true},
		{path: "novel", moves: true},
		{path: "novel", moves: true, meanwhile: true},
		{path: "novel", versions: true, meanwhile: true},
		{path: "novel", versions: true, moves: true, meanwhile: true},
		{path: "address.zip"},
		{path: "address.zip", meanwhile: true},
		{path: "address.zip", moves: true},
		{path: "address.zip", moves: true, meanwhile: true},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			t.Parallel()
			h := newHall(func(o *Office, d *ddb.Definition) {
				d.Primary(inHall(&o.Hall, &o.Place))
				if c.versions {
					d.Version(&o.Version)
				}
			})
			h.fanOut(func(n Notice) Office { return Office{Hall: n.Hall} }, func(n ddb.Change[Notice], o *Office) bool {
				if o.Text == n.New.Text {
					return false
				}
				o.Text, o.Address.City = n.New.Text, n.New.Text
				if c.moves {
					o.Place = "2"
				}
				return true
			}).open(t)
			h.target(t, Office{Hall: "x", Place: "1", Version: 1})
			add := func(v string) { h.edit(t, "x/1", c.path, fixture.Text(v)) }
			before := interrupt("TransactWriteItems", 0, func() { add("kept") })
			switch {
			case !c.meanwhile:
				before = nil
				add("kept")
			case c.moves: // nothing can ask that an item has no other attributes
				add("old")
			}
			require.Empty(t, fixture.Deliver(t, h.mux(before), h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}), 1))
			at := "x/1"
			if c.moves {
				at = "x/2"
			}
			got, address := h.stored(t, at), map[string]any{"city": "new"}
			if c.path == "novel" {
				assert.Equal(t, "kept", got["novel"])
			} else {
				address["zip"] = "kept"
			}
			assert.Equal(t, address, got["address"])
			assert.Equal(t, "new", got["text"])
		})
	}
}

// A target may have as many attributes as an item can.
func TestAFanOutCopiesIntoATargetWithManyAttributes(t *testing.T) {
	t.Parallel()
	h := newScreens(t, show)
	more := map[string]types.AttributeValue{}
	for i := range 160 {
		more[fmt.Sprint("attribute", i)] = fixture.Text("kept")
	}
	h.target(t, Screen{Hall: "x", Place: "1"}, more)
	before := h.stored(t, "x/1")
	require.Empty(t, fixture.Deliver(t, h.mux(nil), h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}), 1))
	want := maps.Clone(before)
	want["text"] = "new"
	assert.Equal(t, want, h.stored(t, "x/1"))
}

// titled has titles that a schema of 2 makes of those of schema 1.
func titled(schema int) *hall[Screen] {
	h := newHall(func(s *Screen, d *ddb.Definition) {
		screen(s, d)
		if schema == 1 {
			d.Schema(1, nil)
			return
		}
		d.Schema(2, func(_ int, attrs map[string]types.AttributeValue) error {
			attrs["texts"] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"upgraded": fixture.Text("yes")}}
			return nil
		})
	})
	return h.fanOut(func(n Notice) Screen { return Screen{Hall: n.Hall} }, show)
}

// A program writes no target that a newer one wrote: the batch stops until the newer program has it.
func TestAFanOutLeavesATargetOfANewerSchema(t *testing.T) {
	t.Parallel()
	newer, older := titled(2), titled(1)
	newer.open(t)
	older.stream, older.db = newer.stream, ddb.New(newer.stream.Client, "school", older.table, nil)
	newer.target(t, Screen{Hall: "x", Place: "1", Texts: map[string]string{"written": "newer"}})
	before := newer.stored(t, "x/1")
	batch := older.put(t, Notice{ID: "1", Hall: "x", Text: "new"})
	failed, err := older.mux(nil).Process(t.Context(), batch)
	fixture.RequireStopped(t, batch, failed, err, &older.l)
	require.ErrorContains(t, err, "schema 2, this program writes schema 1")
	require.Equal(t, before, newer.stored(t, "x/1"))
	require.Empty(t, fixture.Deliver(t, newer.mux(nil), batch, 1))
	want := maps.Clone(before)
	want["text"] = "new"
	assert.Equal(t, want, newer.stored(t, "x/1"))
}

// A derived field that an upgrade renames keeps its value.
func TestAFanOutKeepsADerivedFieldThatAnUpgradeRenames(t *testing.T) {
	t.Parallel()
	type Tally struct {
		Hall  string `dynamodbav:"-"`
		Place string `dynamodbav:"-"`
		Text  string `dynamodbav:"text"`
		Shown int    `dynamodbav:"shown"`
	}
	h := newHall(func(x *Tally, d *ddb.Definition) {
		d.Primary(inHall(&x.Hall, &x.Place))
		d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
			if attrs["count"] != nil {
				attrs["shown"] = attrs["count"]
				delete(attrs, "count")
			}
			return nil
		})
	})
	_ = ddbview.MustAggregate("shown-count", h.notices, h.targets, func(n *Notice, x *Tally) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&n.Hall, &x.Hall), ddbview.By(&n.Text, &x.Place), ddbview.Count(&x.Shown)}
	})
	h.fanOut(func(n Notice) Tally { return Tally{Hall: n.Hall} }, func(c ddb.Change[Notice], x *Tally) bool {
		changed := x.Text != c.New.Text
		x.Text = c.New.Text
		return changed
	}).open(t)
	attrs, err := h.targets.Encode(Tally{Hall: "x", Place: "1"})
	delete(attrs, "~s")
	delete(attrs, "shown")
	attrs["count"] = number(42)
	h.stream.Put(t, attrs, err)
	require.Empty(t, fixture.Deliver(t, h.mux(nil), h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}), 1))
	got := h.stored(t, "x/1")
	assert.InDelta(t, 42, got["shown"], 0)
	assert.NotContains(t, got, "count")
	assert.Equal(t, "new", got["text"])
}

// What apply takes of a source into a target is shared with no other target.
func TestAFanOutSharesNoSourceBetweenTargets(t *testing.T) {
	t.Parallel()
	h := newScreens(t, func(c ddb.Change[Notice], s *Screen) bool {
		if c.New.Labels == nil { // it marks the first one
			marks := s.Place == "1" && s.Texts["marked"] == ""
			if marks {
				s.Texts["marked"] = "yes"
			}
			return marks
		}
		changed := s.Texts["label"] != c.New.Labels["label"]
		if changed {
			s.Texts = c.New.Labels
		}
		return changed
	}, "x/1", "x/2", "x/3")
	batch := h.put(t, Notice{ID: "1", Hall: "x", Labels: map[string]string{"label": "a"}}, Notice{ID: "2", Hall: "x"})
	require.Empty(t, fixture.Deliver(t, h.mux(nil), batch, 1))
	for at, want := range map[string]map[string]any{
		"x/1": {"label": "a", "marked": "yes"}, "x/2": {"label": "a"}, "x/3": {"label": "a"},
	} {
		assert.Equal(t, want, h.stored(t, at)["texts"], at)
	}
}
