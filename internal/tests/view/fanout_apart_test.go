package view_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// pin adds the text of a notice to those of a screen.
func pin(c ddb.Change[Notice], s *Screen) bool {
	if c.New.ID == "" || s.Texts[c.New.ID] == c.New.Text {
		return false
	}
	s.Texts[c.New.ID] = c.New.Text
	return true
}

// Changes whose common write is refused are carried one by one. A batch that stops before that has not done them.
func TestAFanOutForgetsNoChangeWhenItsBatchStops(t *testing.T) {
	t.Parallel()
	h := newScreens(t, pin, "x/1", "y/1")
	batch := h.put(t,
		Notice{ID: "1", Hall: "x", Text: strings.Repeat("a", 250_000)},
		Notice{ID: "2", Hall: "x", Text: strings.Repeat("b", 250_000)}, // does not fit beside the first
		Notice{ID: "3", Hall: "y", Text: "c"})
	down := &fixture.Outage{Client: h.stream.Client}
	h.db = ddb.New(fixture.Hooked{Client: down, Before: interrupt("TransactWriteItems", 0, func() { down.Reads = errors.New("lost") })}, "school", h.table, nil)
	mux := h.mux(nil)
	failed, err := mux.Process(t.Context(), batch)
	fixture.RequireStopped(t, batch, failed, err, &h.l)
	down.Reads = nil
	require.Empty(t, fixture.Deliver(t, mux, batch, 9))
	require.ErrorContains(t, h.l.RequireOneLetter(t, batch[1]), "refuses the request")
	x, y := h.stored(t, "x/1")["texts"].(map[string]any), h.stored(t, "y/1")["texts"]
	assert.Len(t, x, 1)
	assert.Contains(t, x, "1")
	assert.Equal(t, map[string]any{"3": "c"}, y)
}

// A target that moves to a key that is taken is the fault of its record. An item that has expired takes no key.
func TestAFanOutDoesNotMoveATargetOntoAnotherItem(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]int{"taken": -100, "expired": 100} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newScreens(t, func(c ddb.Change[Notice], s *Screen) bool {
				if c.New.ID == "" || s.Place == c.New.Text {
					return false
				}
				s.Place = c.New.Text
				return true
			}, "y/1")
			h.target(t, Screen{Hall: "x", Place: "1", Text: "moves"})
			h.target(t, Screen{Hall: "x", Place: "2", Text: "stays"}, map[string]types.AttributeValue{"until": number(int(time.Now().Unix()) - age)})
			batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "2"}, Notice{ID: "2", Hall: "y", Text: "2"})
			h.db = ddb.New(h.stream.Client, "school", h.table, &ddb.Options{MaxAttempts: 2}) // a conflict would soon be given up
			require.Empty(t, fixture.Deliver(t, h.mux(nil), batch, 9))
			assert.NotEmpty(t, h.stored(t, "y/2"))
			if name == "expired" {
				assert.Empty(t, h.l.Causes)
				assert.Equal(t, "moves", h.stored(t, "x/2")["text"])
				assert.Empty(t, h.stored(t, "x/1"))
				return
			}
			require.ErrorIs(t, h.l.RequireOneLetter(t, batch[0]), ddb.ErrExists)
			assert.Equal(t, "moves", h.stored(t, "x/1")["text"])
			assert.Equal(t, "stays", h.stored(t, "x/2")["text"])
		})
	}
}

// A target that cannot be decoded takes no other with it.
func TestAFanOutCopiesBesideATargetThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := newScreens(t, show, "x/1", "x/2", "x/3")
	h.edit(t, "x/2", "texts", fixture.Text("no map"))
	batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}, Notice{ID: "2", Hall: "y", Text: "new"})
	require.Empty(t, fixture.Deliver(t, h.mux(nil), batch, 9))
	require.ErrorContains(t, h.l.RequireOneLetter(t, batch[0]), "at#2")
	assert.Equal(t, "new", h.stored(t, "x/1")["text"])
	assert.Equal(t, "new", h.stored(t, "x/3")["text"])
	h.edit(t, "x/3", "text", fixture.Text("old"))
	require.ErrorContains(t, h.view.Rebuild(t.Context(), h.db, nil), "at#2")
	assert.Equal(t, "new", h.stored(t, "x/3")["text"])
}

// What apply did to a target before it reported false is not written, whatever change comes before or after.
func TestAFanOutWritesNothingOfAnApplyThatReportsFalse(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"false", "true"}, {"true", "false"}} {
		h := newScreens(t, func(c ddb.Change[Notice], s *Screen) bool {
			changed := pin(c, s)
			return changed && c.New.Text == "true"
		}, "x/1")
		batch := h.put(t, Notice{ID: "1", Hall: "x", Text: order[0]}, Notice{ID: "2", Hall: "x", Text: order[1]})
		require.Empty(t, fixture.Deliver(t, h.mux(nil), batch, 1))
		assert.Equal(t, map[string]any{map[string]string{"false": "2", "true": "1"}[order[0]]: "true"}, h.stored(t, "x/1")["texts"])
	}
}

// Brittle is text whose marshaler panics for some.
type Brittle string

func (b Brittle) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if b == "breaks" {
		panic("it breaks")
	}
	return fixture.Text(string(b)), nil
}

func (b *Brittle) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	*b = Brittle(v.(*types.AttributeValueMemberS).Value)
	return nil
}

// A panic in a marshaler of a target is the fault of the record.
func TestAFanOutWhoseTargetCannotBeEncodedFailsAlone(t *testing.T) {
	t.Parallel()
	type Pane struct {
		Hall  string  `dynamodbav:"-"`
		Place string  `dynamodbav:"-"`
		Text  Brittle `dynamodbav:"text"`
	}
	h := newHall(func(p *Pane, d *ddb.Definition) { d.Primary(inHall(&p.Hall, &p.Place)) })
	h.fanOut(func(n Notice) Pane { return Pane{Hall: n.Hall} }, func(c ddb.Change[Notice], p *Pane) bool {
		changed := string(p.Text) != c.New.Text
		p.Text = Brittle(c.New.Text)
		return changed
	}).open(t)
	for _, name := range []string{"x", "y", "z"} {
		h.target(t, Pane{Hall: name, Place: "1"})
	}
	batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "breaks"}, Notice{ID: "2", Hall: "y", Text: "fine"}, Notice{ID: "3", Hall: "z", Text: "fine"})
	require.Empty(t, fixture.Deliver(t, h.mux(nil), batch, 9))
	require.ErrorContains(t, h.l.RequireOneLetter(t, batch[0]), "it breaks")
	for at, want := range map[string]string{"x/1": "", "y/1": "fine", "z/1": "fine"} {
		assert.Equal(t, want, h.stored(t, at)["text"], at)
	}
}

// A target that breaks does not keep another of its source from being looked at again, after a worker that read the source before
// wrote it.
func TestABrokenTargetKeepsNoOtherFromTheSecondLook(t *testing.T) {
	t.Parallel()
	h := newScreens(t, func(c ddb.Change[Notice], s *Screen) bool {
		if s.Place == "1" {
			panic("broken")
		}
		return show(c, s)
	}, "x/1", "x/2")
	first := h.put(t, Notice{ID: "1", Hall: "x", Text: "one"})
	other := h.mux(nil)
	mux := h.mux(interrupt("Query", 0, func() { // it has read the source; another worker carries the next change
		require.Len(t, fixture.Deliver(t, other, h.put(t, Notice{ID: "1", Hall: "x", Text: "two"}), 1), 1)
	}))
	require.Len(t, fixture.Deliver(t, mux, first, 1), 1)
	assert.Equal(t, "two", h.stored(t, "x/2")["text"])
}

// A record that does not say of which item it is fails without the others.
func TestARecordWithoutKeysFailsAlone(t *testing.T) {
	t.Parallel()
	for name, missing := range map[string][]string{"none": {"pk", "sk"}, "no sort key": {"sk"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newScreens(t, show, "x/1", "y/1")
			batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "new"}, Notice{ID: "2", Hall: "y", Text: "new"})
			for _, attr := range missing {
				delete(batch[0].Keys, attr)
			}
			require.Empty(t, fixture.Deliver(t, h.mux(nil), slices.Clone(batch), 9))
			require.ErrorContains(t, h.l.RequireOneLetter(t, batch[0]), missing[0]+" among its keys")
			assert.Empty(t, h.stored(t, "x/1")["text"])
			assert.Equal(t, "new", h.stored(t, "y/1")["text"])
		})
	}
}

// A source that changes between all looks is the fault of no record: the batch stops, and comes again.
func TestASourceThatAlwaysChangesIsNoFaultOfARecord(t *testing.T) {
	t.Parallel()
	h := newScreens(t, show, "x/1")
	batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "new"})
	n, rests := 0, false
	mux := h.mux(func(operation string) {
		if operation == "TransactWriteItems" && !rests {
			n++
			attrs, err := h.notices.Encode(Notice{ID: "1", Hall: "x", Text: fmt.Sprint(n)})
			h.stream.Put(t, attrs, err)
		}
	})
	failed, err := mux.Process(t.Context(), batch)
	fixture.RequireStopped(t, batch, failed, err, &h.l)
	require.ErrorIs(t, err, ddb.ErrConflict)
	rests = true
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	assert.Equal(t, fmt.Sprint(n), h.stored(t, "x/1")["text"])
}
