package write_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Wrong edits are refused before any request, with an error that says what to do.
func TestEditsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, db, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	stored, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	loaded := stored
	key := fixture.Task{Board: "1", ID: "1"}
	cases := map[string]struct {
		edits []ddb.Edit
		want  string
	}{
		"a field of an item":     {[]ddb.Edit{ddb.Set(&loaded.Title, "x")}, "not a field of Task (name fields through Fields()"},
		"a key field":            {[]ddb.Edit{ddb.Set(&f.ID, "x")}, "set ID: the field is part of the primary key: use Move"},
		"the version":            {[]ddb.Edit{ddb.Add(&f.Version, 1)}, "the library sets the version"},
		"a timestamp":            {[]ddb.Edit{ddb.Set(&f.Updated, time.Now())}, "the library sets the timestamp"},
		"two of one field":       {[]ddb.Edit{ddb.Set(&f.Title, "x"), ddb.Remove(&f.Title)}, "set Title and remove Title overlap"},
		"a struct and inside it": {[]ddb.Edit{ddb.Set(&f.Place, fixture.Place{City: "x"}), ddb.Set(&f.Place.Street, "y")}, "set Place and set Place.Street overlap"},
		"a list and its element": {[]ddb.Edit{ddb.Append(&f.Notes, "x"), ddb.SetAt(&f.Notes, 0, "y")}, "append Notes and set Notes[0] overlap"},
		"an operator in a key":   {[]ddb.Edit{ddb.Add(&f.Seq, 1)}, "add Seq leaves a value that only DynamoDB knows"},
		"an operator in a When":  {[]ddb.Edit{ddb.SetIfAbsent(&f.Owner, "x")}, "set if absent Owner leaves a value that only DynamoDB knows"},
		"a set that is a list":   {[]ddb.Edit{ddb.AddTo(&f.Notes, "x")}, "the field is a list"},
		"a list that is a set":   {[]ddb.Edit{ddb.Append(&f.Tags, "x")}, "the field is a set"},
		"a position in a set":    {[]ddb.Edit{ddb.SetAt(&f.Tags, 0, "x")}, "no positions"},
		"a negative position":    {[]ddb.Edit{ddb.RemoveAt(&f.Notes, -1)}, "must not be negative"},
		"nothing":                {nil, "no edits"},
		"only a condition":       {[]ddb.Edit{ddb.If(ddb.Eq(&f.Title, "x"))}, "no edits"},
		"a nil edit":             {[]ddb.Edit{nil}, "an edit is nil"},
		"a missing member":       {[]ddb.Edit{ddb.Set(&f.Status, "doing")}, "by-owner needs Owner (the edit touches its key): give it in If(Eq(…))"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, meter := ddb.WithMeter(t.Context())
			_, err := tasks.Update(ctx, key, c.edits...)
			require.ErrorIs(t, err, ddb.ErrModel)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "ddb: update task")
			assert.Zero(t, meter.Requests())
		})
	}
	_, err = tasks.Update(t.Context(), stored, ddb.Set(&f.Status, ""))
	require.ErrorIs(t, err, ddb.ErrKey)
	_, err = tasks.Update(t.Context(), stored, ddb.Remove(&f.Points))
	require.ErrorIs(t, err, ddb.ErrKey, "without it the item would leave by-points")
	got, err := tasks.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Equal(t, stored, got)
	_ = db
}

// What the caller's example says of a member is asserted, and blamed by name; the value of an edited field is not.
func TestMembersFromTheExampleAreAsserted(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(nil)
	_, _, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	_, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Owner: "Eve"}, ddb.Set(&f.Status, "doing"))
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, `Owner was given as "Eve", "Ann" is stored`)
	have, ok := b.Tasks.Current(err)
	require.True(t, ok)
	assert.Equal(t, "Ann", have.Owner)
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Owner: "Ann", Status: "other", Title: "other"}, ddb.Set(&f.Status, "doing"))
	require.NoError(t, err)
	// what the caller says in If is the caller's condition
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1"}, ddb.Set(&f.Status, "done"), ddb.If(ddb.Eq(&f.Owner, "Eve")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	require.NotErrorIs(t, err, ddb.ErrConflict)
	// a row that is left needs no members
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1"}, ddb.Set(&f.Status, "done"))
	require.NoError(t, err)
	// a zero is said in If; of an omitempty field it is absent or zero
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Owner: "Ann"}, ddb.Remove(&f.Owner))
	require.NoError(t, err)
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1"}, ddb.Set(&f.Status, "todo"), ddb.If(ddb.Eq(&f.Owner, "")))
	require.NoError(t, err)
	n, err := tasks.Count(t.Context(), b.Tasks.On(b.ByStatus, fixture.Task{Status: "todo"}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}

// Failures are classed in the order of what must hold first: that the item is there, its version, what was asserted,
// what was asked for.
func TestFailuresAreClassedInOrder(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, _, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	stored, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	never := ddb.If(ddb.Eq(&f.Title, "never"))
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "9", Version: 4, Owner: "Eve"}, ddb.Set(&f.Status, "doing"), never)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Version: 4, Owner: "Eve"}, ddb.Set(&f.Status, "doing"), never)
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, "version 4 was given, 1 is stored")
	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Version: 1, Owner: "Eve"}, ddb.Set(&f.Status, "doing"), never)
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, "Owner")
	_, err = tasks.Update(t.Context(), stored, ddb.Set(&f.Status, "doing"), never)
	require.ErrorIs(t, err, ddb.ErrCondition)
	require.ErrorContains(t, err, `Title = "never"`)
}

// An item that was deleted and created anew is another, though it has the same version.
func TestModifySeesThatAnItemIsAnother(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, _, tasks := fixture.OpenBoards(t, b, nil)
	stored, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	tries := 0
	got, err := tasks.Modify(t.Context(), stored, func(tk *fixture.Task) error {
		if tries++; tries == 1 {
			require.NoError(t, tasks.Delete(t.Context(), stored))
			again := fixture.NewTask("1")
			again.Title = "another"
			_, err := tasks.Create(t.Context(), again)
			require.NoError(t, err)
		}
		tk.Points++
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, tries)
	assert.Equal(t, "another", got.Title)

	ctx, meter := ddb.WithMeter(t.Context())
	same, err := tasks.Modify(ctx, stored, func(*fixture.Task) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, got, same)
	assert.Zero(t, meter.RequestsOf("UpdateItem"), "nothing changed")
	mine := errors.New("mine")
	_, err = tasks.Modify(ctx, stored, func(*fixture.Task) error { return mine })
	assert.Equal(t, mine, err)
	_, err = tasks.Modify(ctx, stored, func(t *fixture.Task) error { t.ID = "7"; return nil })
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = tasks.Modify(ctx, stored, func(t *fixture.Task) error { t.Version = 7; return nil })
	require.ErrorIs(t, err, ddb.ErrModel)
	plain := fixture.NewBoards(nil)
	_, _, unversioned := fixture.OpenBoards(t, plain, nil)
	_, err = unversioned.Modify(ctx, stored, func(*fixture.Task) error { return nil })
	require.ErrorIs(t, err, ddb.ErrModel)
}

// Modify and Move leave alone the attributes that the type does not know.
func TestAttributesThatTheTypeDoesNotKnowStay(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	engine, db, tasks := fixture.OpenBoards(t, b, nil)
	stored, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	raw := func(board string) map[string]types.AttributeValue {
		out, err := engine.Client().GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: new(db.Name()),
			Key:       map[string]types.AttributeValue{"pk": s("b#" + board), "sk": s("t#1")},
		})
		require.NoError(t, err)
		return out.Item
	}
	_, err = engine.Client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: new(db.Name()),
		Key:       map[string]types.AttributeValue{"pk": s("b#1"), "sk": s("t#1")}, UpdateExpression: new("SET newer = :v"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":v": s("kept")},
	})
	require.NoError(t, err)
	_, err = tasks.Modify(t.Context(), stored, func(t *fixture.Task) error { t.Title = "y"; return nil })
	require.NoError(t, err)
	assert.Equal(t, s("kept"), raw("1")["newer"])
	to := stored
	to.Board = "2"
	moved, err := tasks.Move(t.Context(), fixture.Task{Board: "1", ID: "1"}, to)
	require.NoError(t, err)
	assert.Equal(t, s("kept"), raw("2")["newer"])
	assert.EqualValues(t, 3, moved.Version)
	assert.Equal(t, stored.Created, moved.Created)
}

type Player2 struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
	Club string `dynamodbav:"club,omitempty"`
	XP   int    `dynamodbav:"xp"`
}

type Match struct {
	ID     string `dynamodbav:"-"`
	Player string `dynamodbav:"player"`
	XP     int    `dynamodbav:"xp"`
}

// No verb of a user writes a field that an aggregate fills.
func TestDerivedFieldsAreNobodysButTheirAggregates(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	players := ddb.MustDefine(table, "player", func(p *Player2, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	matches := ddb.MustDefine(table, "match", func(m *Match, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("m#"), ddb.Str(&m.ID))
		d.Primary(id, id)
	})
	ddbview.MustAggregate("player-xp", matches, players, func(m *Match, p *Player2) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&m.Player, &p.ID), ddbview.Sum(&m.XP, &p.XP)}
	})
	var page strings.Builder
	require.NoError(t, table.Describe(&page))
	assert.Regexp(t, `derived +XP +by player-xp`, page.String())
	client := ddbmem.New().Client()
	db := ddb.New(client, "players", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f, ctx := ddb.NewRepository(db, players), players.Fields(), t.Context()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	derive := func(id, xp string) {
		_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 new("players"),
			Key:                       map[string]types.AttributeValue{"pk": s("p#" + id), "sk": s("p#" + id)},
			UpdateExpression:          new("SET xp = :xp, extra = :o"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":xp": &types.AttributeValueMemberN{Value: xp}, ":o": s("kept")},
		})
		require.NoError(t, err)
	}
	got, err := repo.Create(ctx, Player2{ID: "1", Name: "ann", Club: "c", XP: 99})
	require.NoError(t, err)
	assert.Zero(t, got.XP)
	_, err = repo.Create(ctx, Player2{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrExists)
	derive("1", "7")
	got, err = repo.Put(ctx, Player2{ID: "1", Name: "eve"})
	require.NoError(t, err)
	assert.Equal(t, Player2{ID: "1", Name: "eve", XP: 7}, got, "an empty field is removed, a derived one stays")
	got, err = repo.Replace(ctx, Player2{ID: "1", Name: "eva", XP: 3})
	require.NoError(t, err)
	assert.Equal(t, 7, got.XP)
	_, err = repo.Update(ctx, Player2{ID: "1"}, ddb.Add(&f.XP, 1))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "only the view player-xp writes this derived field")
	moved, err := repo.Move(ctx, got, Player2{ID: "2", Name: "eva"})
	require.NoError(t, err)
	assert.Equal(t, 7, moved.XP)
	m, meter := ddb.WithMeter(ctx)
	require.NoError(t, db.Batch(m, players.Put(Player2{ID: "2", Name: "b"}), players.Put(Player2{ID: "3", Name: "b"})))
	assert.Zero(t, meter.RequestsOf("BatchWriteItem"))
	got, err = repo.Get(ctx, Player2{ID: "2"})
	require.NoError(t, err)
	assert.Equal(t, 7, got.XP)
}

func TestUpsertMakesWholeItems(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, _, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	key := fixture.Task{Board: "1", ID: "1"}
	_, err := tasks.Upsert(t.Context(), key, ddb.Set(&f.Title, "x"))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "by-status needs Status and Seq (a new item would be in it)")
	whole := fixture.Task{Board: "1", ID: "1", Status: "todo", Seq: 2}
	for i := range 2 {
		got, err := tasks.Upsert(t.Context(), whole, ddb.Set(&f.Title, "x"), ddb.Set(&f.Place, fixture.Place{City: "Ulm"}), ddb.Add(&f.Points, 3), ddb.If(ddb.Eq(&f.Owner, "")))
		require.NoError(t, err)
		assert.EqualValues(t, i+1, got.Version)
		assert.Equal(t, 3*(i+1), got.Points)
		assert.Equal(t, "todo", got.Status)
		assert.False(t, got.Created.IsZero())
	}
	n, err := tasks.Count(t.Context(), b.Tasks.On(b.ByPoints, fixture.Task{Place: fixture.Place{City: "Ulm"}}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	whole.Status = "doing"
	_, err = tasks.Upsert(t.Context(), whole, ddb.Set(&f.Title, "x"), ddb.Set(&f.Place, fixture.Place{City: "Ulm"}), ddb.Add(&f.Points, 3), ddb.If(ddb.Eq(&f.Owner, "")))
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, `Status was given as "doing", "todo" is stored`)
}

// ticket is in two indexes that share their partition attribute; it leaves one of them when it is closed.
type ticket struct {
	ID     string `dynamodbav:"-"`
	Desk   string `dynamodbav:"desk"`
	Status string `dynamodbav:"status"`
	Due    int    `dynamodbav:"due"`
}

func TestARowLeavesByWhatItAloneOwns(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	open := table.GSI("open", "desk_pk", "open_sk")
	all := table.GSI("all", "desk_pk", "all_sk")
	tickets := ddb.MustDefine(table, "ticket", func(k *ticket, d *ddb.Definition) {
		id, desk, due := ddb.Key(ddb.Prefix("t#"), ddb.Str(&k.ID)), ddb.Key(ddb.Prefix("d#"), ddb.Str(&k.Desk)), ddb.Key(ddb.Prefix("due#"), ddb.Num(&k.Due, 4))
		d.Primary(id, id)
		d.Index(open, desk, due).When(ddb.Eq(&k.Status, "open"))
		d.Index(all, desk, due)
	})
	db := ddb.New(ddbmem.New().Client(), "tickets", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, tickets)
	f := tickets.Fields()
	count := func(ix *ddb.Index) int {
		n, err := repo.Count(t.Context(), tickets.On(ix, ticket{Desk: "1"}))
		require.NoError(t, err)
		return n
	}
	for i, leave := range []func(k ticket) error{
		func(k ticket) error {
			_, err := repo.Update(t.Context(), k, ddb.Set(&f.Status, "closed"))
			return err
		},
		func(k ticket) error {
			k.Status = "closed"
			_, err := repo.Put(t.Context(), k)
			return err
		},
	} {
		k, err := repo.Create(t.Context(), ticket{ID: fmt.Sprint(i), Desk: "1", Status: "open", Due: 3})
		require.NoError(t, err)
		require.Equal(t, []int{1, i + 1}, []int{count(open), count(all)})
		require.NoError(t, leave(k))
		require.Equal(t, []int{0, i + 1}, []int{count(open), count(all)}, "it left one index, not two")
	}
}
