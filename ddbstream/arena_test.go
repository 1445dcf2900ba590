package ddbstream_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

type Point struct {
	Game string `dynamodbav:"-"`
	ID   string `dynamodbav:"-"`
	N    int    `dynamodbav:"n"`
}

type Score struct {
	Game string `dynamodbav:"game"`
	Sum  int    `dynamodbav:"sum"`
}

// arena is a table on an engine, with an aggregate.
type arena struct {
	table  *ddb.Table
	points *ddb.Entity[Point]
	scores *ddb.Entity[Score]
	sum    *ddb.View
	engine *ddbmem.Engine
	client *dynamodb.Client
	db     *ddb.DB
}

const name = "arena"

func newArena(t *testing.T, opts ddbmem.Options) *arena {
	a := &arena{table: ddb.NewTable("pk", "sk"), engine: ddbmem.New(opts)}
	a.points = ddb.MustDefine(a.table, "point", func(p *Point, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.Game)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)))
	})
	a.scores = ddb.MustDefine(a.table, "score", func(s *Score, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("score#"), ddb.Str(&s.Game))
		d.Primary(id, id)
	})
	a.sum = ddbview.MustAggregate("sum", a.points, a.scores, func(p *Point, s *Score) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&p.Game, &s.Game), ddbview.Sum(&p.N, &s.Sum)}
	})
	a.client = a.engine.Client()
	a.db = ddb.New(a.client, name, a.table, nil)
	require.NoError(t, a.db.CreateTable(t.Context()))
	return a
}

func (a *arena) put(t *testing.T, p Point) {
	t.Helper()
	attrs, err := a.points.Encode(p)
	require.NoError(t, err)
	_, err = a.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new(name), Item: attrs})
	require.NoError(t, err)
}

// log is a handler that remembers what it saw of each point.
type log struct {
	mu   sync.Mutex
	seen map[string][]int
}

func (l *log) mux(a *arena) *ddb.Mux {
	l.seen = map[string][]int{}
	mux := ddb.NewMux(a.table, nil)
	ddb.Handle(mux, a.points, func(_ context.Context, c ddb.Change[Point]) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seen[c.New.ID] = append(l.seen[c.New.ID], c.New.N)
		return nil
	})
	return mux
}

func (l *log) last(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.seen[id]; len(s) > 0 {
		return s[len(s)-1]
	}
	return -1
}

// fast is a reader's configuration for tests. Its lease is longer than any pause of a machine that is busy: a test of what happens
// when one runs out sets a shorter one.
func fast() *ddbstream.Options {
	return &ddbstream.Options{
		Poll: 2 * time.Millisecond, Discover: 5 * time.Millisecond, Checkpoint: time.Millisecond, Lease: time.Minute, Batch: 7,
	}
}

// run starts a reader; the function returned stops it.
func run(t *testing.T, r *ddbstream.Reader) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() { cancel(); err = <-done })
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func eventually(t *testing.T, f func() bool, what string) {
	t.Helper()
	require.Eventually(t, f, 20*time.Second, 5*time.Millisecond, what)
}
