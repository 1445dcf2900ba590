package view_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Pin is pinned to a board, which counts the words of those that are on it.
type Pin struct {
	ID    string `dynamodbav:"-"`
	Board string `dynamodbav:"board"`
	Words Words  `dynamodbav:"words"`
}

// Words has a decoder that panics.
type Words int

const noWords = 666

func (w *Words) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var n int
	if _, err := fmt.Sscan(av.(*types.AttributeValueMemberN).Value, &n); err != nil {
		return err
	}
	if *w = Words(n); n == noWords {
		panic("no words")
	}
	return nil
}

type Board struct {
	Name  string           `dynamodbav:"-"`
	ID    string           `dynamodbav:"-"`
	Notes map[string]Words `dynamodbav:"notes"`
}

type BoardWords struct {
	Name  string `dynamodbav:"-"`
	Words Words  `dynamodbav:"words"`
}

type office struct {
	notes  *ddb.Entity[Pin]
	boards *ddb.Entity[Board]
	words  *ddb.Entity[BoardWords]
	pinned *ddb.View
	count  *ddb.View
	table  *ddb.Table
	db     *ddb.DB
	stream *fixture.School
}

// newOffice has the boards a and b, two items each.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{table: ddb.NewTable("pk", "sk")}
	o.notes = ddb.MustDefine(o.table, "note", func(n *Pin, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("note#"), ddb.Str(&n.ID)), ddb.Key(ddb.Prefix("note")))
	})
	o.boards = ddb.MustDefine(o.table, "board", func(b *Board, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&b.Name)), ddb.Key(ddb.Prefix("board#"), ddb.Str(&b.ID)))
	})
	o.words = ddb.MustDefine(o.table, "words", func(b *BoardWords, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&b.Name)), ddb.Key(ddb.Prefix("words")))
	})
	o.pinned = ddbview.MustFanOut("pinned", o.notes, o.boards,
		func(n Pin) ddb.Query[Board] { return o.boards.Query(Board{Name: n.Board}) },
		func(c ddb.Change[Pin], b *Board) bool {
			id := c.New.ID
			if id == "" {
				id = c.Old.ID
			}
			if c.New.Board != b.Name {
				_, was := b.Notes[id]
				delete(b.Notes, id)
				return was
			}
			have, is := b.Notes[id]
			b.Notes[id] = c.New.Words
			return !is || have != c.New.Words
		})
	o.count = ddbview.MustAggregate("count", o.notes, o.words, func(n *Pin, b *BoardWords) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&n.Board, &b.Name), ddbview.Sum(&n.Words, &b.Words)}
	})
	engine := ddbmem.New()
	o.db = ddb.New(engine.Client(), "school", o.table, nil)
	require.NoError(t, o.db.CreateTable(t.Context()))
	o.stream = &fixture.School{Engine: engine, Client: engine.Client(), At: map[string]*string{}}
	for _, name := range []string{"a", "b"} {
		for _, id := range []string{"1", "2"} {
			require.NoError(t, o.db.Do(t.Context(), o.boards.Create(Board{Name: name, ID: id, Notes: map[string]Words{}})))
		}
	}
	_ = o.stream.Records(t)
	return o
}

func (o *office) mux(opts *ddb.MuxOptions, views ...*ddb.View) *ddb.Mux {
	m := ddb.NewMux(o.table, opts)
	m.Maintain(o.db, views...)
	return m
}

func (o *office) put(t *testing.T, n Pin) {
	t.Helper()
	attrs, err := o.notes.Encode(n)
	o.stream.Put(t, attrs, err)
}

func (o *office) delete(t *testing.T, id string) {
	t.Helper()
	require.NoError(t, o.db.Do(t.Context(), o.notes.Delete(Pin{ID: id})))
}

// unreadable returns the record of a change of which the old image cannot be decoded, as by a decoder that was changed since.
func (o *office) unreadable(t *testing.T) []ddb.Record {
	t.Helper()
	batch := slices.DeleteFunc(o.stream.Records(t), func(r ddb.Record) bool { return r.New["words"] == nil || r.New["board"] == nil })
	require.Len(t, batch, 1)
	batch[0].Old["words"] = &types.AttributeValueMemberN{Value: fmt.Sprint(noWords)}
	return batch
}

// pinnedTo is what both items of a board say.
func (o *office) pinnedTo(t *testing.T, board string) map[string]Words {
	t.Helper()
	got, err := ddb.Collect(ddb.NewRepository(o.db, o.boards).Consistent().Query(t.Context(), o.boards.Query(Board{Name: board})))
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, got[0].Notes, got[1].Notes)
	return got[0].Notes
}

// The targets that a source was copied into and left are told, whatever it became before its records came.
func TestAFanOutTellsTheTargetsThatASourceLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then func(*testing.T, *office)
		a, b map[string]Words
	}{
		"moved":                      {func(t *testing.T, o *office) { o.put(t, Pin{"1", "b", 2}) }, map[string]Words{}, map[string]Words{"1": 2}},
		"moved and deleted":          {func(t *testing.T, o *office) { o.put(t, Pin{"1", "b", 2}); o.delete(t, "1") }, map[string]Words{}, map[string]Words{}},
		"deleted and put elsewhere":  {func(t *testing.T, o *office) { o.delete(t, "1"); o.put(t, Pin{"1", "b", 3}) }, map[string]Words{}, map[string]Words{"1": 3}},
		"moved there and back again": {func(t *testing.T, o *office) { o.put(t, Pin{"1", "b", 2}); o.put(t, Pin{"1", "a", 4}) }, map[string]Words{"1": 4}, map[string]Words{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, together := range []bool{true, false} {
				o := newOffice(t)
				mux := o.mux(nil, o.pinned)
				o.put(t, Pin{"1", "a", 1})
				require.Empty(t, fixture.Deliver(t, mux, o.stream.Records(t), 1))
				require.Equal(t, map[string]Words{"1": 1}, o.pinnedTo(t, "a"))
				c.then(t, o)
				for _, batch := range inBatches(o.stream.Records(t), together) {
					require.Empty(t, fixture.Deliver(t, mux, batch, 1))
				}
				assert.Equal(t, c.a, o.pinnedTo(t, "a"))
				assert.Equal(t, c.b, o.pinnedTo(t, "b"))
			}
		})
	}
}

// inBatches are records together, or one by one.
func inBatches(rs []ddb.Record, together bool) [][]ddb.Record {
	if together {
		return [][]ddb.Record{rs}
	}
	return slices.Collect(slices.Chunk(rs, 1))
}

// A source that moves while it is copied tells the target that it was about to be copied into, though no record names that.
func TestAFanOutTellsATargetThatASourceLeftBetweenTwoLooks(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"moved": false, "deleted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.put(t, Pin{"1", "a", 1})
			batch := o.stream.Records(t)
			writes := 0
			client := fixture.Hooked{Client: o.stream.Client, Before: func(operation string) {
				if operation != "TransactWriteItems" {
					return
				}
				if writes++; writes > 1 {
					return
				}
				if gone { // another worker has its record already, and found nothing to tell
					o.delete(t, "1")
				} else {
					o.put(t, Pin{"1", "b", 2})
				}
			}}
			o.db = ddb.New(client, "school", o.table, nil)
			require.Empty(t, fixture.Deliver(t, o.mux(nil, o.pinned), batch, 1))
			assert.Empty(t, o.pinnedTo(t, "a"))
		})
	}
}

// Of a batch each target is written once, whatever of it concerns the target, and is read by a hundred at once.
func TestAFanOutWritesATargetOnceABatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n := range 30 {
		o.put(t, Pin{fmt.Sprint(n % 20), "a", Words(n)})
	}
	batch := o.stream.Records(t)
	require.Len(t, batch, 30)
	ctx, meter := ddb.WithMeter(t.Context())
	failed, err := o.mux(nil, o.pinned).Process(ctx, batch)
	require.NoError(t, err)
	require.Empty(t, failed)
	require.Len(t, o.pinnedTo(t, "a"), 20)
	assert.Equal(t, 2, meter.RequestsOf("TransactWriteItems"), "one for each item of the board")
	assert.Equal(t, 2, meter.RequestsOf("BatchGetItem"), "the sources, before and after")
	assert.Equal(t, 2, meter.RequestsOf("Query"), "their targets, which are the same, before and after")
	assert.Equal(t, 6, meter.Requests())
}

// What a source has contributed to the target that it left is taken back, though the image that says so cannot be decoded.
func TestAnAggregateTakesBackWhatAnUnreadableImageNames(t *testing.T) {
	t.Parallel()
	for name, board := range map[string]string{"moved": "b", "stays": "a"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			mux := o.mux(nil, o.count)
			o.put(t, Pin{"1", "a", 5})
			require.Empty(t, fixture.Deliver(t, mux, o.stream.Records(t), 1))
			o.put(t, Pin{"1", board, 7})
			batch := o.unreadable(t)
			require.Empty(t, fixture.Deliver(t, mux, batch, 1))
			for _, name := range []string{"a", "b"} {
				got, err := ddb.NewRepository(o.db, o.words).Consistent().Get(t.Context(), BoardWords{Name: name})
				if name == board {
					require.NoError(t, err)
					assert.Equal(t, Words(7), got.Words)
				} else if err == nil {
					assert.Zero(t, got.Words)
				}
			}
		})
	}
}

// Where nobody can tell which targets a source has left, they are not forgotten in silence: what it is now is copied, and the record
// goes to the dead letters.
func TestAFanOutOfAnImageThatCannotBeReadFails(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	l := &fixture.Letters{}
	mux := o.mux(l.Options(), o.pinned)
	o.put(t, Pin{"1", "a", 5})
	require.Empty(t, fixture.Deliver(t, mux, o.stream.Records(t), 1))
	o.put(t, Pin{"1", "b", 7})
	batch := o.unreadable(t)
	require.Empty(t, fixture.Deliver(t, mux, batch, 9))
	require.Len(t, l.Causes, 1)
	require.ErrorContains(t, l.Causes[0], "no words")
	assert.Equal(t, map[string]Words{"1": 7}, o.pinnedTo(t, "b"))
	opts := l.Options()
	opts.SkipUndecodable = true
	failed, err := o.mux(opts, o.pinned).Process(context.Background(), batch)
	require.NoError(t, err, "it was asked for")
	require.Empty(t, failed)
}
