package write_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Tally has a field that an aggregate fills, and expires.
type Tally struct {
	ID      string    `dynamodbav:"-"`
	Name    string    `dynamodbav:"name"`
	Total   int       `dynamodbav:"total"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// Stroke is what is counted.
type Stroke struct {
	ID    string `dynamodbav:"-"`
	Tally string `dynamodbav:"tally"`
	N     int    `dynamodbav:"n"`
}

type tallies struct {
	engine *ddbmem.Engine
	db     *ddb.DB
	entity *ddb.Entity[Tally]
	repo   *ddb.Repository[Tally]
	wire   *fixture.Meddled
	clock  *fixture.Clock
}

func tallyVersion(x *Tally, d *ddb.Definition) { d.Version(&x.Version) }

func tallySchema(_ *Tally, d *ddb.Definition) { d.Schema(1, nil) }

// tallyKinds are entities with derived fields whose writes assert different things.
var tallyKinds = map[string][]func(*Tally, *ddb.Definition){
	"plain": nil, "versioned": {tallyVersion}, "of a schema": {tallySchema}, "versioned, of a schema": {tallyVersion, tallySchema},
}

func openTallies(t *testing.T, opts ddb.Options, declare ...func(*Tally, *ddb.Definition)) *tallies {
	t.Helper()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	x := &tallies{wire: &fixture.Meddled{}, engine: ddbmem.New(ddbmem.Options{TTLDelay: 1000 * time.Hour}), clock: &fixture.Clock{Now: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)}}
	x.entity = ddb.MustDefine(table, "tally", func(y *Tally, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("tally#"), ddb.Str(&y.ID))
		d.Primary(id, id)
		d.TTL(&y.Expires)
		for _, f := range declare {
			f(y, d)
		}
	})
	strokes := ddb.MustDefine(table, "stroke", func(y *Stroke, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("stroke#"), ddb.Str(&y.ID))
		d.Primary(id, id)
	})
	ddbview.MustAggregate("total", strokes, x.entity, func(s *Stroke, y *Tally) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Tally, &y.ID), ddbview.Sum(&s.N, &y.Total)}
	})
	opts.Now = x.clock.Read
	x.db = ddb.New(x.engine.Client(x.wire.Option), "tallies", table, &opts)
	x.repo = ddb.NewRepository(x.db, x.entity)
	require.NoError(t, x.db.CreateTable(t.Context()))
	return x
}

// derive stores what an aggregate, and a program with more fields, would.
func (x *tallies) derive(ctx context.Context, id string) error {
	key := &types.AttributeValueMemberS{Value: "tally#" + id}
	_, err := x.engine.Client().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: new("tallies"), Key: map[string]types.AttributeValue{"pk": key, "sk": key},
		UpdateExpression: new("SET #t = :t, foreign_n = :t"), ExpressionAttributeNames: map[string]string{"#t": "total"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":t": &types.AttributeValueMemberN{Value: "5"}},
	})
	return err
}

// stored is a tally as it is stored.
func (x *tallies) stored(ctx context.Context, id string) (map[string]types.AttributeValue, error) {
	key := &types.AttributeValueMemberS{Value: "tally#" + id}
	out, err := x.engine.Client().GetItem(ctx, &dynamodb.GetItemInput{
		TableName: new("tallies"), Key: map[string]types.AttributeValue{"pk": key, "sk": key},
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// makers are the ways to make a tally where there is none.
func (x *tallies) makers() map[string]func(context.Context, Tally) error {
	e := x.entity
	return map[string]func(context.Context, Tally) error{
		"create":                   func(ctx context.Context, y Tally) error { _, err := x.repo.Create(ctx, y); return err },
		"put":                      func(ctx context.Context, y Tally) error { _, err := x.repo.Put(ctx, y); return err },
		"put once":                 func(ctx context.Context, y Tally) error { _, err := x.repo.Put(ctx, y, ddb.Once); return err },
		"put that returns the old": func(ctx context.Context, y Tally) error { _, err := x.repo.Put(ctx, y, ddb.ReturnOld); return err },
		"create in a transaction":  func(ctx context.Context, y Tally) error { return x.db.Transact(ctx, e.Create(y)) },
		"put in a transaction":     func(ctx context.Context, y Tally) error { return x.db.Transact(ctx, e.Put(y)) },
		"put with a check":         func(ctx context.Context, y Tally) error { return x.db.Transact(ctx, e.Put(y), e.CheckAbsent(y)) },
		"create in a batch":        func(ctx context.Context, y Tally) error { return x.db.Batch(ctx, e.Create(y)) },
		"put in a batch":           func(ctx context.Context, y Tally) error { return x.db.Batch(ctx, e.Put(y)) },
		"upsert": func(ctx context.Context, y Tally) error {
			_, err := x.repo.Upsert(ctx, y, ddb.Set(&e.Fields().Name, y.Name))
			return err
		},
		"upsert with a check": func(ctx context.Context, y Tally) error {
			return x.db.Transact(ctx, e.Upsert(y, ddb.Set(&e.Fields().Name, y.Name)), e.CheckAbsent(y))
		},
		"upsert beside the check": func(ctx context.Context, y Tally) error {
			return x.db.Transact(ctx, e.CheckAbsent(y), e.Upsert(y, ddb.Set(&e.Fields().Name, y.Name)))
		},
	}
}

// An entity with derived fields and a TTL is made by every verb, where nothing is and where an expired item is left: of
// that nothing stays, neither what was derived of it nor what the type does not know.
func TestWhatIsDerivedOfAnExpiredItemEndsWithIt(t *testing.T) {
	t.Parallel()
	for kind, declare := range tallyKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				x := openTallies(t, o, declare...)
				for name, make := range x.makers() {
					for _, expired := range []bool{false, true} {
						id := name
						if expired {
							id += ", expired"
							_, err := x.repo.Create(t.Context(), Tally{ID: id, Name: "old", Expires: x.clock.Read().Add(time.Hour)})
							require.NoError(t, err)
							require.NoError(t, x.derive(t.Context(), id))
							x.clock.Advance(2 * time.Hour)
						}
						require.NoError(t, make(t.Context(), Tally{ID: id, Name: "new"}), id)
						got, err := x.repo.Get(t.Context(), Tally{ID: id})
						require.NoError(t, err, id)
						assert.Equal(t, "new", got.Name, id)
						assert.Zero(t, got.Total, id)
						assert.Zero(t, got.Expires, id)
						if strings.HasPrefix(kind, "versioned") {
							assert.EqualValues(t, 1, got.Version, id)
						}
						stored, err := x.stored(t.Context(), id)
						require.NoError(t, err)
						assert.NotContains(t, stored, "foreign_n", id)
					}
				}
			})
		})
	}
}

// An item that expires between the read of a Put and its write is as one that had expired before, whenever that is noticed.
func TestAnItemThatExpiresBeforeItsPutIsNotMixedIn(t *testing.T) {
	t.Parallel()
	for kind, declare := range tallyKinds {
		for when, expire := range map[string]func(*fixture.Clock){
			"before the response": func(c *fixture.Clock) { c.Advance(2 * time.Hour) },
			"after it":            func(c *fixture.Clock) { c.AdvanceOnceRead(2 * time.Hour) },
		} {
			t.Run(kind+", "+when, func(t *testing.T) {
				t.Parallel()
				x := openTallies(t, ddb.Options{}, declare...)
				old, err := x.repo.Create(t.Context(), Tally{ID: "1", Name: "old", Expires: x.clock.Read().Add(time.Hour)})
				require.NoError(t, err)
				require.NoError(t, x.derive(t.Context(), "1"))
				x.wire.AfterNext("GetItem", func() { expire(x.clock) })
				_, err = x.repo.Put(t.Context(), Tally{ID: "1", Name: "new", Version: old.Version}, ddb.Once, ddb.ReturnOld)
				require.True(t, x.wire.Done())
				if old.Version != 0 {
					require.ErrorIs(t, err, ddb.ErrConflict, "the version that was given is gone")
					return
				}
				require.NoError(t, err)
				got, err := x.repo.Get(t.Context(), Tally{ID: "1"})
				require.NoError(t, err)
				assert.Equal(t, Tally{ID: "1", Name: "new"}, got)
				stored, err := x.stored(t.Context(), "1")
				require.NoError(t, err)
				assert.NotContains(t, stored, "foreign_n")
			})
		}
	}
}

// Whatever came before it, a Put of an item with derived fields keeps what is derived of a live item, and nothing of one
// that has expired.
func TestPutsOfDerivedItemsKeepWhatLives(t *testing.T) {
	t.Parallel()
	for kind, declare := range tallyKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			x := openTallies(t, ddb.Options{}, declare...)
			n := 0
			rapid.Check(t, func(rt *rapid.T) {
				n++
				id, ctx := strconv.Itoa(n), t.Context()
				derived := false // of the item that lives
				var ends time.Time
				for range rapid.IntRange(1, 8).Draw(rt, "steps") {
					now := x.clock.Read()
					have, err := x.repo.Consistent().Get(ctx, Tally{ID: id})
					lives := err == nil
					switch rapid.IntRange(0, 3).Draw(rt, "step") {
					case 0:
						x.clock.Advance(2 * time.Hour)
						if !ends.IsZero() && !ends.After(x.clock.Read()) {
							derived = false
						}
					case 1:
						if lives {
							require.NoError(rt, x.derive(ctx, id))
							derived = true
						}
					default:
						ends = time.Time{}
						if rapid.Bool().Draw(rt, "expires") {
							ends = now.Add(time.Duration(rapid.IntRange(1, 3).Draw(rt, "hours")) * time.Hour)
						}
						put := Tally{ID: id, Name: "put", Total: 99, Expires: ends, Version: have.Version}
						switch rapid.IntRange(0, 3).Draw(rt, "put") {
						case 0:
							_, err = x.repo.Put(ctx, put)
						case 1:
							_, err = x.repo.Put(ctx, put, ddb.Once)
						case 2:
							err = x.db.Batch(ctx, x.entity.Put(put))
						default:
							err = x.db.Transact(ctx, x.entity.Put(put))
						}
						require.NoError(rt, err)
					}
					stored, err := x.stored(ctx, id)
					require.NoError(rt, err)
					got, err := x.repo.Get(ctx, Tally{ID: id})
					if err != nil {
						require.ErrorIs(rt, err, ddb.ErrNotFound)
						continue
					}
					require.Equal(rt, map[bool]int{false: 0, true: 5}[derived], got.Total)
					require.Equal(rt, derived, stored["foreign_n"] != nil, "what the type does not know")
				}
			})
		})
	}
}
