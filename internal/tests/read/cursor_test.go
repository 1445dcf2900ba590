package read_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// turn reads one page of the board.
func (g game) turn(t *testing.T, engine *ddbmem.Engine, opts ddb.Options, c ddb.Cursor) (ddb.Cursor, error) {
	t.Helper()
	db := ddb.New(engine.Client(), "game", g.table, &opts)
	page, err := ddb.NewRepository(db, g.players).Page(t.Context(), g.players.On(g.byScore, Player{}).Limit(1), c)
	return page.Next, err
}

// openBoard is a game of three players.
func openBoard(t *testing.T) (game, *ddbmem.Engine) {
	t.Helper()
	g, engine := newGame(), ddbmem.New()
	addPlayers(t, openGame(t, g, engine, nil), g, 3)
	return g, engine
}

// A signed cursor is no other key's, and an unsigned one is nobody's who signs.
func TestCursorsAreSigned(t *testing.T) {
	t.Parallel()
	g, engine := openBoard(t)
	signed, err := g.turn(t, engine, ddb.Options{CursorKey: []byte("one")}, "")
	require.NoError(t, err)
	_, err = g.turn(t, engine, ddb.Options{CursorKey: []byte("one")}, signed)
	require.NoError(t, err)
	for _, opts := range []ddb.Options{{}, {CursorKey: []byte("two")}, {CursorKey: []byte("two"), AcceptUnsignedCursors: true}} {
		_, err := g.turn(t, engine, opts, signed)
		require.ErrorIs(t, err, ddb.ErrCursor)
	}
	unsigned, err := g.turn(t, engine, ddb.Options{}, "")
	require.NoError(t, err)
	_, err = g.turn(t, engine, ddb.Options{CursorKey: []byte("one")}, unsigned)
	require.ErrorIs(t, err, ddb.ErrCursor)
}

// A new key takes over while cursors of the old one, or unsigned ones, are about.
func TestCursorKeysCanBeChanged(t *testing.T) {
	t.Parallel()
	g, engine := openBoard(t)
	unsigned, err := g.turn(t, engine, ddb.Options{}, "")
	require.NoError(t, err)
	first, err := g.turn(t, engine, ddb.Options{CursorKey: []byte("one"), AcceptUnsignedCursors: true}, unsigned)
	require.NoError(t, err)
	_, err = g.turn(t, engine, ddb.Options{CursorKey: []byte("two")}, first)
	require.ErrorIs(t, err, ddb.ErrCursor)
	_, err = g.turn(t, engine, ddb.Options{CursorKey: []byte("two"), OldCursorKey: []byte("one")}, first)
	require.NoError(t, err)
}

// A key that is empty, as that of a variable which is not set, does not switch signing off.
func TestAnEmptyCursorKeyIsRefused(t *testing.T) {
	t.Parallel()
	g := newGame()
	for option, opts := range map[string]ddb.Options{
		"CursorKey":    {CursorKey: []byte("")},
		"OldCursorKey": {CursorKey: []byte("one"), OldCursorKey: []byte("")},
	} {
		assert.PanicsWithValue(t, "ddb: New: Options."+option+" is empty: is the variable that holds it set? Leave it nil for none", func() {
			ddb.New(nil, "game", g.table, &opts)
		})
	}
}

// A DB keeps a copy of its keys: the caller may zero them.
func TestCursorKeysAreCopied(t *testing.T) {
	t.Parallel()
	g, engine := openBoard(t)
	key, old := []byte("one"), []byte("old")
	of := func(db *ddb.DB, c ddb.Cursor) (ddb.Cursor, error) {
		page, err := ddb.NewRepository(db, g.players).Page(t.Context(), g.players.On(g.byScore, Player{}).Limit(1), c)
		return page.Next, err
	}
	ofOld, err := g.turn(t, engine, ddb.Options{CursorKey: []byte("old")}, "")
	require.NoError(t, err)
	db := ddb.New(engine.Client(), "game", g.table, &ddb.Options{CursorKey: key, OldCursorKey: old})
	clear(key)
	clear(old)
	next, err := of(db, ofOld)
	require.NoError(t, err)
	_, err = g.turn(t, engine, ddb.Options{CursorKey: []byte("one")}, next)
	require.NoError(t, err)
}

// A position in one table is none in another, of the same model or not: a scan that was resumed there would leave out half.
func TestACursorIsBoundToItsTable(t *testing.T) {
	t.Parallel()
	ctx, g, engine := t.Context(), newShards(), ddbmem.New()
	one, two := ddb.New(engine.Client(), "one", g.table, nil), ddb.New(engine.Client(), "two", g.table, nil)
	for _, db := range []*ddb.DB{one, two} {
		require.NoError(t, db.CreateTable(ctx))
		for i := range 9 {
			require.NoError(t, db.Do(ctx, g.events.Put(Event{ID: fmt.Sprint(i), At: i})))
		}
	}
	for name, q := range map[string]ddb.Query[Event]{
		"query":      g.events.On(g.all, Event{}),
		"all shards": g.events.On(g.spread, Event{}),
	} {
		page, err := ddb.NewRepository(one, g.events).Page(ctx, q.Limit(2), "")
		require.NoError(t, err, name)
		require.NotEmpty(t, page.Next, name)
		_, err = ddb.NewRepository(two, g.events).Page(ctx, q.Limit(2), page.Next)
		require.ErrorIs(t, err, ddb.ErrCursor, name)
		_, err = ddb.NewRepository(one, g.events).Page(ctx, q.Limit(2), page.Next)
		require.NoError(t, err, name)
	}
	var checkpoint ddb.Cursor
	note := func(c ddb.Cursor) {
		if checkpoint == "" {
			checkpoint = c
		}
	}
	for _, err := range one.Scan(ctx, &ddb.ScanOptions{Segments: 3, Checkpoint: note}) {
		require.NoError(t, err)
	}
	require.NotEmpty(t, checkpoint)
	n, err := 0, error(nil)
	for _, err = range two.Scan(ctx, &ddb.ScanOptions{Resume: checkpoint}) {
		n++
	}
	require.ErrorIs(t, err, ddb.ErrCursor)
	assert.Equal(t, 1, n, "nothing was read")
	_, err = ddb.NewRepository(two, g.events).Reindex(ctx, &ddb.JobOptions{Resume: checkpoint})
	require.ErrorIs(t, err, ddb.ErrCursor)
	for _, err = range one.Scan(ctx, &ddb.ScanOptions{Resume: checkpoint}) {
		require.NoError(t, err)
	}

	// Positions of a scan and of a query are not each other's.
	page, err := ddb.NewRepository(one, g.events).Page(ctx, g.events.On(g.all, Event{}).Limit(2), "")
	require.NoError(t, err)
	for _, err = range one.Scan(ctx, &ddb.ScanOptions{Resume: page.Next}) {
	}
	require.ErrorIs(t, err, ddb.ErrCursor)
	_, err = ddb.NewRepository(one, g.events).Page(ctx, g.events.On(g.all, Event{}), checkpoint)
	require.ErrorIs(t, err, ddb.ErrCursor)
	assert.False(t, errors.Is(err, ddb.ErrModel))
}

// Event is in one partition of an index, and spread over three of another.
type Event struct {
	ID string `dynamodbav:"id"`
	At int    `dynamodbav:"at"`
}

type shards struct {
	table       *ddb.Table
	all, spread *ddb.Index
	events      *ddb.Entity[Event]
}

func newShards() shards {
	s := shards{table: ddb.NewTable("pk", "sk")}
	s.all = s.table.GSI("all", "all_pk", "all_sk")
	s.spread = s.table.GSI("spread", "spread_pk", "spread_sk")
	s.events = ddb.MustDefine(s.table, "event", func(e *Event, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("e#"), ddb.Str(&e.ID))
		at := ddb.Key(ddb.Prefix("at#"), ddb.Num(&e.At, 4))
		d.Primary(id, id)
		d.Index(s.all, ddb.Key(ddb.Prefix("all")), at)
		d.Index(s.spread, ddb.Key(ddb.Prefix("s#"), ddb.Shard(&e.ID, 3)), at)
	})
	return s
}

// A cursor of a table that was made anew with other keys is refused, before DynamoDB is asked.
func TestACursorOfOtherKeyTypesIsRefused(t *testing.T) {
	t.Parallel()
	type first struct {
		ID string `dynamodbav:"-"`
		At string `dynamodbav:"at"`
	}
	type second struct {
		ID string `dynamodbav:"-"`
		At int    `dynamodbav:"at"`
	}
	id, all := ddb.Prefix("e#"), ddb.Prefix("all")
	before, after := ddb.NewTable("pk", "sk"), ddb.NewTable("pk", "sk")
	wasIn, isIn := before.GSI("all", "all", "at"), after.GSI("all", "all", "at")
	was := ddb.MustDefine(before, "event", func(e *first, d *ddb.Definition) {
		d.Primary(ddb.Key(id, ddb.Str(&e.ID)), ddb.Key(id))
		d.Index(wasIn, ddb.Key(all), ddb.Key(ddb.Native(&e.At)))
	})
	is := ddb.MustDefine(after, "event", func(e *second, d *ddb.Definition) {
		d.Primary(ddb.Key(id, ddb.Str(&e.ID)), ddb.Key(id))
		d.Index(isIn, ddb.Key(all), ddb.Key(ddb.Native(&e.At)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "events", before, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	for _, at := range []string{"1", "2", "3"} {
		require.NoError(t, db.Do(t.Context(), was.Put(first{at, at})))
	}
	page, err := ddb.NewRepository(db, was).Page(t.Context(), was.On(wasIn, first{}).Limit(1), "")
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	_, err = ddb.NewRepository(ddb.New(client, "events", after, nil), is).Page(t.Context(), is.On(isIn, second{}).Limit(1), page.Next)
	require.ErrorIs(t, err, ddb.ErrCursor)
	require.ErrorContains(t, err, `key attribute "at" has type S in the cursor, N in the model`)
}

func TestACursorWithALineBreakIsRefused(t *testing.T) {
	t.Parallel()
	g, engine := openBoard(t)
	next, err := g.turn(t, engine, ddb.Options{}, "")
	require.NoError(t, err)
	require.NotEmpty(t, next)
	for _, br := range []ddb.Cursor{"\n", "\r\n"} {
		for _, at := range []int{0, 5, len(next)} {
			_, err := g.turn(t, engine, ddb.Options{}, next[:at]+br+next[at:])
			require.ErrorIs(t, err, ddb.ErrCursor)
		}
	}
	_, err = g.turn(t, engine, ddb.Options{}, next)
	require.NoError(t, err)
}
