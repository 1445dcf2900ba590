package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Pass expires, unless its time is zero; the lasting ones are in an index.
type Pass struct {
	ID      string    `dynamodbav:"-"`
	Holder  string    `dynamodbav:"holder"`
	Score   int       `dynamodbav:"score"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
	Version int64     `dynamodbav:"version"`
}

type passes struct {
	lasting *ddb.Index
	entity  *ddb.Entity[Pass]
	engine  *ddbmem.Engine
	db      *ddb.DB
	repo    *ddb.Repository[Pass]
}

func openPasses(t *testing.T) passes {
	t.Helper()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	p := passes{lasting: table.GSI("lasting", "lasting", "")}
	p.entity = ddb.MustDefine(table, "pass", func(x *Pass, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("pass#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(p.lasting, ddb.Key(ddb.Prefix("lasting"))).When(ddb.Eq(&x.Expires, time.Time{}))
		d.TTL(&x.Expires)
		d.Version(&x.Version)
	})
	p.engine = ddbmem.New()
	p.db = ddb.New(p.engine.Client(), "passes", table, nil)
	require.NoError(t, p.db.CreateTable(t.Context()))
	p.repo = ddb.NewRepository(p.db, p.entity)
	return p
}

// Whatever verb leaves a zero TTL, the item stays, and stands in the index of those that do.
func TestAZeroTTLIsNever(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	ctx, f := t.Context(), p.entity.Fields()
	soon := time.Now().Add(time.Hour)
	verbs := map[string]func(id string) error{
		"create": func(id string) error { return p.repo.Delete(ctx, Pass{ID: id}) },
		"update": func(id string) error {
			_, err := p.repo.Update(ctx, Pass{ID: id}, ddb.Set(&f.Expires, time.Time{}))
			return err
		},
		"remove": func(id string) error {
			_, err := p.repo.Update(ctx, Pass{ID: id}, ddb.Remove(&f.Expires))
			return err
		},
		"modify": func(id string) error {
			_, err := p.repo.Modify(ctx, Pass{ID: id}, func(x *Pass) error { x.Expires = time.Time{}; return nil })
			return err
		},
		"move": func(id string) error {
			_, err := p.repo.Move(ctx, Pass{ID: id}, Pass{ID: id + "2", Holder: "h"})
			return err
		},
		"upsert": func(id string) error {
			_, err := p.repo.Upsert(ctx, Pass{ID: id}, ddb.Set(&f.Expires, time.Time{}), ddb.Set(&f.Holder, "h"))
			return err
		},
	}
	for name, verb := range verbs {
		_, err := p.repo.Create(ctx, Pass{ID: name, Holder: "h", Expires: soon})
		require.NoError(t, err)
		require.NoError(t, verb(name), name)
	}
	_, err := p.repo.Create(ctx, Pass{ID: "create", Holder: "h"})
	require.NoError(t, err)
	lasting, err := ddb.Collect(p.repo.Query(ctx, p.entity.On(p.lasting, Pass{})))
	require.NoError(t, err)
	assert.Len(t, lasting, len(verbs))
	for _, x := range lasting {
		got, err := p.repo.Get(ctx, x)
		require.NoError(t, err, x.ID)
		assert.Zero(t, got.Expires)
	}
	_, err = p.repo.Update(ctx, Pass{ID: "create"}, ddb.If(ddb.Eq(&f.Expires, time.Time{})), ddb.Set(&f.Holder, "x"))
	require.NoError(t, err, "zero equals absent")
}

// interloper is an HTTP client under the SDK: the first request of an operation is done, another process writes, and the response is lost.
type interloper struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	operation string
	do        func()
	done      bool
}

func (c *interloper) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.next.Do(r)
	if err == nil && !c.done && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+c.operation) {
		c.done = true
		c.do()
		_ = resp.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return resp, err
}

// A change whose answer was lost is not made again where it cannot be told whether it was made.
func TestModifyDoesNotRunTwiceAfterALostAnswer(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	ctx, f := t.Context(), p.entity.Fields()
	_, err := p.repo.Create(ctx, Pass{ID: "1"})
	require.NoError(t, err)
	writes := 0
	p.engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation != "UpdateItem" {
			return ddbmem.Pass
		}
		if writes++; writes == 1 {
			return ddbmem.Dropped
		}
		return ddbmem.Pass
	}})
	runs := 0
	bump := func(x *Pass) error { runs++; x.Score++; return nil }
	_, err = p.repo.Modify(ctx, Pass{ID: "1"}, bump)
	require.NoError(t, err, "nobody else wrote it: the stamp tells that it was done")
	assert.Equal(t, 1, runs)

	other := ddb.New(p.engine.Client(), "passes", p.db.Table(), nil)
	client := p.engine.Client(func(o *dynamodb.Options) {
		o.HTTPClient = &interloper{operation: "UpdateItem", next: o.HTTPClient, do: func() {
			assert.NoError(t, other.Do(context.WithoutCancel(ctx), p.entity.Update(Pass{ID: "1"}, ddb.Add(&f.Score, 100))))
		}}
	})
	runs = 0
	_, err = ddb.NewRepository(ddb.New(client, "passes", p.db.Table(), nil), p.entity).Modify(ctx, Pass{ID: "1"}, bump)
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	require.NotErrorIs(t, err, ddb.ErrConflict, "that would say that nothing was written")
	got, err := p.repo.Consistent().Get(ctx, Pass{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, 102, got.Score, "done once each")
	assert.Equal(t, 1, runs)
}

// A batch with a mistake in it writes nothing.
func TestABatchWithAMistakeWritesNothing(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	f := p.entity.Fields()
	err := p.db.Batch(t.Context(), p.entity.Create(Pass{ID: "1"}), p.entity.Update(Pass{ID: "2"}, ddb.Set(&f.Version, 3)))
	require.ErrorIs(t, err, ddb.ErrModel)
	_, partly := errors.AsType[*ddb.BatchError](err)
	assert.False(t, partly)
	_, err = p.repo.Get(t.Context(), Pass{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

// A Move to a bare key would empty the item.
func TestMoveToABareKeyIsRefused(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	_, err := p.repo.Create(t.Context(), Pass{ID: "1", Holder: "h"})
	require.NoError(t, err)
	_, err = p.repo.Move(t.Context(), Pass{ID: "1"}, Pass{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "begin it as a copy of one that was read")
}

// A Modify takes conditions, and returns the item as it was where that is asked for.
func TestModifyTakesOptions(t *testing.T) {
	t.Parallel()
	p := openPasses(t)
	ctx, f := t.Context(), p.entity.Fields()
	_, err := p.repo.Create(ctx, Pass{ID: "1", Holder: "ann"})
	require.NoError(t, err)
	bump := func(x *Pass) error { x.Score++; return nil }
	old, err := p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.If(ddb.Eq(&f.Holder, "ann")), ddb.ReturnOld)
	require.NoError(t, err)
	assert.Equal(t, 0, old.Score)
	_, err = p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.If(ddb.Eq(&f.Holder, "bob")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	have, ok := p.entity.Current(err)
	assert.True(t, ok)
	assert.Equal(t, 1, have.Score)
	now, err := p.repo.Modify(ctx, Pass{ID: "1"}, bump, ddb.Once)
	require.NoError(t, err)
	assert.Equal(t, 2, now.Score)
}

// An If that does not hold does not begin to hold by trying again: the function runs once where nobody else writes, and the
// error comes at once.
func TestAModifyWhoseIfDoesNotHoldRunsOnce(t *testing.T) {
	t.Parallel()
	for kind, declare := range loanKinds {
		if !strings.Contains(kind, "versioned") && !strings.Contains(kind, "history") {
			continue
		}
		for _, opts := range [][]ddb.Option{nil, {ddb.Once}} {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				onBothPaths(t, func(t *testing.T, o ddb.Options) {
					l := openLoans(t, o, declare...)
					_, err := l.repo.Create(t.Context(), Loan{ID: "1", Email: "a@x", N: 10})
					require.NoError(t, err)
					runs := 0
					ctx, m := ddb.WithMeter(t.Context())
					_, err = l.repo.Modify(ctx, Loan{ID: "1"}, func(x *Loan) error { runs++; x.Email = "b@x"; return nil },
						append(opts, ddb.If(ddb.Eq(&l.f.N, 11)))...)
					requireClass(t, ddb.ErrCondition, err)
					assert.Equal(t, 1, runs)
					assert.Equal(t, 2, m.Requests(), "a read and a write")
					assert.Equal(t, "a@x", l.live(t)["1"].Email)
				})
			})
		}
	}
}

// silent is an HTTP client under the SDK: BatchWriteItem is done, the caller gives up, and no answer ever comes.
type silent struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	giveUp context.CancelFunc
}

func (c *silent) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.next.Do(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchWriteItem") {
		_ = resp.Body.Close()
		c.giveUp()
		return nil, context.Canceled
	}
	return resp, err
}

// A batch that is given up while a request is under way says of each op whether it is written, not written, or unknown.
func TestABatchGivenUpSaysWhatIsUnknown(t *testing.T) {
	t.Parallel()
	g := newGame()
	engine := ddbmem.New()
	openGame(t, g, engine, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := engine.Client(func(o *dynamodb.Options) { o.HTTPClient = &silent{next: o.HTTPClient, giveUp: cancel} })
	var ops []ddb.Op
	for i := range 300 {
		ops = append(ops, g.players.Put(Player{ID: fmt.Sprintf("%03d", i), Name: "p", Score: i}))
	}
	err := ddb.New(client, "game", g.table, nil).Batch(ctx, ops...)
	require.ErrorIs(t, err, context.Canceled)
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok)
	require.Len(t, failed.Outcomes, len(ops))
	counts := map[ddb.WriteOutcome]int{}
	players := ddb.NewRepository(ddb.New(engine.Client(), "game", g.table, nil), g.players)
	for i, o := range failed.Outcomes {
		counts[o]++
		_, err := players.Get(t.Context(), Player{ID: fmt.Sprintf("%03d", i)})
		switch o {
		case ddb.Written:
			require.NoError(t, err)
		case ddb.NotWritten:
			require.ErrorIs(t, err, ddb.ErrNotFound)
		case ddb.OutcomeUnknown: // either
		}
	}
	assert.Positive(t, counts[ddb.OutcomeUnknown])
	assert.Positive(t, counts[ddb.NotWritten])
}
