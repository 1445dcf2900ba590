package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// The shop has what a job must not lose: versions, times, unique values, a history and index keys.

type customer struct {
	ID      string    `dynamodbav:"-"`
	Email   string    `dynamodbav:"email"`
	Tier    string    `dynamodbav:"tier"`
	Points  int       `dynamodbav:"points"`
	Mark    string    `dynamodbav:"mark,omitempty"`
	Since   time.Time `dynamodbav:"since"`
	Changed time.Time `dynamodbav:"changed"`
	Version int64     `dynamodbav:"version"`
}

type order struct {
	Customer string   `dynamodbav:"-"`
	ID       string   `dynamodbav:"-"`
	Text     string   `dynamodbav:"text"`
	Points   int      `dynamodbav:"points"`
	Mark     string   `dynamodbav:"mark,omitempty"`
	Bytes    []byte   `dynamodbav:"bytes"`
	Set      []string `dynamodbav:"set,stringset,omitempty"`
}

type article struct {
	ID      string `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
	Version int64  `dynamodbav:"version"`
}

const cust, ord, art, ver ddb.Prefix = "c#", "o#", "a#", "v#"

var (
	shop   = ddb.NewTable("pk", "sk")
	byTier = shop.GSI("by-tier", "tier_pk", "tier_sk")

	customers = ddb.MustDefine(shop, "customer", func(c *customer, d *ddb.Definition) {
		id := ddb.Key(cust, ddb.Str(&c.ID))
		d.Primary(id, id)
		d.Index(byTier, ddb.Key(ddb.Prefix("t#"), ddb.Str(&c.Tier)), ddb.Key(ddb.Time(&c.Since)))
		d.Unique("email", ddb.Fold(&c.Email))
		d.Created(&c.Since)
		d.Updated(&c.Changed)
		d.Version(&c.Version)
	})
	orders = ddb.MustDefine(shop, "order", func(o *order, d *ddb.Definition) {
		d.Primary(ddb.Key(cust, ddb.Str(&o.Customer)), ddb.Key(ord, ddb.Str(&o.ID)))
	})
	articles = ddb.MustDefine(shop, "article", func(a *article, d *ddb.Definition) {
		id := ddb.Key(art, ddb.Str(&a.ID))
		d.Primary(id, id)
		d.Version(&a.Version)
		d.History(ddb.Key(ddb.Prefix("versions#"), ddb.Str(&a.ID)), ddb.Key(ver, ddb.Num(&a.Version, 6)))
	})
)

// killer is the network of a process that dies: at some request, before or after it was done, its context ends, and no later
// request is made.
type killer struct {
	next  dynamodb.HTTPClient
	left  atomic.Int64 // requests until then
	after bool
	die   context.CancelFunc
	sent  atomic.Int64
}

func (k *killer) Do(r *http.Request) (*http.Response, error) {
	k.sent.Add(1)
	switch left := k.left.Add(-1); {
	case left > 0 || k.die == nil:
		return k.next.Do(r)
	case left == 0 && k.after:
		if resp, err := k.next.Do(r); err == nil {
			resp.Body.Close()
		}
	}
	k.die()
	return nil, errors.New("the process was killed")
}

// arm lets it die after n requests, under the context that it returns.
func (k *killer) arm(ctx context.Context, n int, after bool) context.Context {
	ctx, k.die = context.WithCancel(ctx)
	k.left.Store(int64(n))
	k.after = after
	return ctx
}

// world is an engine with tables, seen by a process that may be killed and by one that is not.
type world struct {
	engine   *ddbmem.Engine
	killer   *killer
	client   *dynamodb.Client // through the killer
	safe     *dynamodb.Client
	exported memory
}

func newWorld(t require.TestingT, names ...string) *world {
	w := &world{engine: ddbmem.New(), killer: &killer{}}
	w.safe = w.engine.Client(fixture.Impatient)
	w.client = w.engine.Client(fixture.Impatient, func(o *dynamodb.Options) { w.killer.next, o.HTTPClient = o.HTTPClient, w.killer })
	for _, name := range names {
		require.NoError(t, ddb.New(w.safe, name, shop, nil).CreateTable(context.Background()))
	}
	return w
}

func (w *world) db(name string) *ddb.DB { return ddb.New(w.client, name, shop, nil) }

func (w *world) open(name string) *ddb.DB { return ddb.New(w.safe, name, shop, nil) }

// oddities are values that are easily changed on the way.
func oddities(r *rand.Rand) map[string]types.AttributeValue {
	all := []types.AttributeValue{
		&types.AttributeValueMemberN{Value: "12345678901234567890123456789012345678"},
		&types.AttributeValueMemberN{Value: "-0.00000000000000000000000000000000000012345678901234567890123456789012345678"},
		&types.AttributeValueMemberN{Value: "1E+125"},
		&types.AttributeValueMemberS{Value: ""},
		&types.AttributeValueMemberS{Value: "<&>\u2028\"\\\x01 é 😀 \ufffd"},
		&types.AttributeValueMemberB{Value: []byte{}},
		&types.AttributeValueMemberB{Value: []byte{0, 255, 254, 10}},
		&types.AttributeValueMemberBOOL{Value: r.IntN(2) == 0},
		&types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberSS{Value: []string{"b", "a", ""}},
		&types.AttributeValueMemberNS{Value: []string{"3", "1.5", "-2"}},
		&types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{}},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{" ": &types.AttributeValueMemberNULL{Value: true}}},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a\"\n-": &types.AttributeValueMemberN{Value: "0"}}},
		}},
	}
	out := map[string]types.AttributeValue{}
	for range r.IntN(5) {
		out[[]string{"x", "y.z", "é", "\"q\"", "~own", "#n"}[r.IntN(6)]] = all[r.IntN(len(all))]
	}
	return out
}

// fill puts random items of all kinds into a table: about n in all.
func (w *world) fill(t require.TestingT, r *rand.Rand, name string, n int) {
	ctx := context.Background()
	db := w.open(name)
	var raw []types.WriteRequest
	for i := range n {
		id := fmt.Sprint(r.IntN(1<<20), "-", i)
		switch r.IntN(5) {
		case 0:
			c, err := ddb.NewRepository(db, customers).Create(ctx, customer{ID: id, Email: id + "@X.example", Tier: []string{"basic", "gold"}[r.IntN(2)], Points: r.IntN(100)})
			require.NoError(t, err)
			for range r.IntN(3) {
				c.Email = fmt.Sprint("e", r.Int(), "@example")
				c, err = ddb.NewRepository(db, customers).Replace(ctx, c)
				require.NoError(t, err)
			}
		case 1:
			repo := ddb.NewRepository(db, articles)
			a, err := repo.Create(ctx, article{ID: id, Text: "first"})
			require.NoError(t, err)
			for v := range r.IntN(4) {
				a.Text = strings.Repeat("more ", v)
				a, err = repo.Replace(ctx, a)
				require.NoError(t, err)
			}
			if r.IntN(4) == 0 {
				err := repo.Delete(ctx, a)
				require.NoError(t, err)
			}
		case 2:
			item := oddities(r)
			key := []string{"x#" + id, "~a#view#" + id, "~d#view#n#" + id}[r.IntN(3)] // unknown, and of views
			item["pk"], item["sk"] = text(key), text("s")
			raw = append(raw, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		default:
			require.NoError(t, db.Do(ctx, orders.Put(order{
				Customer: fmt.Sprint(r.IntN(5)), ID: id, Text: strings.Repeat("t", r.IntN(2000)), Points: r.IntN(9),
				Bytes: []byte{byte(i)}, Set: []string{"b", "a"}[:r.IntN(3)],
			})))
		}
	}
	for _, put := range raw {
		_, err := w.safe.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: put.PutRequest.Item})
		require.NoError(t, err)
	}
	lease := map[string]types.AttributeValue{"pk": text("~l#group"), "sk": text("shard")}
	_, err := w.safe.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: lease})
	require.NoError(t, err)
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func isLease(item map[string]types.AttributeValue) bool {
	return strings.HasPrefix(item["pk"].(*types.AttributeValueMemberS).Value, "~l")
}

// dump is each item of a table, by its key, but for leases.
func (w *world) dump(t require.TestingT, name string) map[string]string {
	out := map[string]string{}
	for item := range w.items(t, name) {
		if !isLease(item) {
			out[attr.Canonical(item["pk"])+attr.Canonical(item["sk"])] = attr.CanonicalItem(item)
		}
	}
	return out
}

func (w *world) items(t require.TestingT, name string) func(func(map[string]types.AttributeValue) bool) {
	return func(yield func(map[string]types.AttributeValue) bool) {
		p := dynamodb.NewScanPaginator(w.safe, &dynamodb.ScanInput{TableName: &name})
		for p.HasMorePages() {
			out, err := p.NextPage(context.Background())
			require.NoError(t, err)
			for _, item := range out.Items {
				if !yield(item) {
					return
				}
			}
		}
	}
}

// life is how a job lives and dies until it is done.
type life struct {
	w     *world
	r     *rand.Rand
	seen  []ddb.Cursor
	runs  int
	first int // requests of the first run, at most
}

// live runs a job until it returns no error. Each run dies at a random request, and the next one resumes at the last checkpoint, or
// at one before. ended is told the error of each run that died.
func (l *life) live(run func(ctx context.Context, o ddb.JobOptions) error) error {
	for {
		l.runs++
		o := ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { l.seen = append(l.seen, c) }}
		if n := len(l.seen); n > 0 {
			o.Resume = l.seen[n-1]
			if l.r.IntN(3) == 0 {
				o.Resume = l.seen[l.r.IntN(n)]
			}
		}
		ctx := l.w.killer.arm(context.Background(), 1+l.r.IntN(l.first+5*l.runs), l.r.IntN(2) == 0)
		err := run(ctx, o)
		l.w.killer.die()
		if err == nil {
			return nil
		}
		if !errors.Is(err, context.Canceled) {
			return err
		}
		if l.runs > 1000 {
			return fmt.Errorf("it is never done: %w", err)
		}
	}
}

// inBubble runs a scenario with a clock of its own, and returns its error.
func inBubble(t *testing.T, f func(must require.TestingT) error) error {
	var err error
	synctest.Test(t, func(*testing.T) {
		must := &panics{}
		defer func() {
			if p := recover(); p != nil {
				if err = errors.New(must.text); must.text == "" {
					panic(p)
				}
			}
		}()
		err = f(must)
	})
	return err
}

// panics is a test in a goroutine of its own.
type panics struct{ text string }

func (p *panics) Errorf(format string, args ...any) { p.text += fmt.Sprintf(format, args...) }

func (p *panics) FailNow() { panic("failed") }
