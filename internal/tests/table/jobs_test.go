package table_test

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// Crate, Shelf and Tag are items of a table of which an older program and this one have two models.
type Crate struct {
	ID    string `dynamodbav:"-"`
	Shelf string `dynamodbav:"shelf"`
	Mark  string `dynamodbav:"mark"`
	N     int    `dynamodbav:"n"`
	Fill  string `dynamodbav:"fill"`
}

type Shelf struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
	Sum  int    `dynamodbav:"sum"`
	Old  int    `dynamodbav:"old"`
}

type Tag struct {
	Shelf string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"` // of the shelf
}

const (
	crates  = 120
	shelves = 12
	tags    = 5 * shelves
	all     = 2*crates + shelves + tags // with what the older program's view has of each crate
)

// store is a table with work for every job: this program's model has an index, a constraint and views that the older
// program did not know, and lacks a view that it had.
type store struct {
	engine      *ddbmem.Engine
	db          *ddb.DB
	crates      *ddb.Repository[Crate]
	sum, naming *ddb.View
}

func newStore(t *testing.T) *store {
	t.Helper()
	model := func(now bool) (table *ddb.Table, of *ddb.Entity[Crate], in *ddb.Entity[Shelf], on *ddb.Entity[Tag], v, naming *ddb.View) {
		table = ddb.NewTable("pk", "sk")
		byMark := table.GSI("by-mark", "gpk", "gsk")
		of = ddb.MustDefine(table, "crate", func(x *Crate, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			if now {
				d.Index(byMark, ddb.Key(ddb.Prefix("m#"), ddb.Str(&x.Mark)), id)
				d.Unique("mark", ddb.Str(&x.Mark))
			}
		})
		in = ddb.MustDefine(table, "shelf", func(x *Shelf, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID))
			d.Primary(id, id)
		})
		on = ddb.MustDefine(table, "tag", func(x *Tag, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Shelf)), ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
		})
		name := "old"
		if now {
			name = "sum"
		}
		v = ddbview.MustAggregate(name, of, in, func(x *Crate, y *Shelf) []ddbview.Rule {
			into := &y.Old
			if now {
				into = &y.Sum
			}
			return []ddbview.Rule{ddbview.By(&x.Shelf, &y.ID), ddbview.Sum(&x.N, into)}
		})
		if now {
			naming = ddbview.MustFanOut("naming", in, on, func(x Shelf) ddb.Query[Tag] { return on.Query(Tag{Shelf: x.ID}) },
				func(c ddb.Change[Shelf], x *Tag) bool { old := x.Name; x.Name = c.New.Name; return x.Name != old })
		}
		return table, of, in, on, v, naming
	}
	s := &store{engine: ddbmem.New()}
	table, of, in, on, old, _ := model(false)
	before := ddb.New(s.engine.Client(), "store", table, nil)
	require.NoError(t, before.CreateTable(t.Context()))
	var ops []ddb.Op
	for i := range crates {
		ops = append(ops, of.Put(Crate{fmt.Sprint(i), fmt.Sprint(i % shelves), fmt.Sprint("m", i), i, strings.Repeat("x", 2000)}))
	}
	for i := range shelves {
		ops = append(ops, in.Put(Shelf{ID: fmt.Sprint(i), Name: "north"}))
	}
	for i := range tags {
		ops = append(ops, on.Put(Tag{Shelf: fmt.Sprint(i % shelves), ID: fmt.Sprint(i)}))
	}
	require.NoError(t, before.Batch(t.Context(), ops...))
	require.NoError(t, old.Rebuild(t.Context(), before, &ddb.JobOptions{Workers: 4}))
	table, of, _, _, s.sum, s.naming = model(true)
	s.db = ddb.New(s.engine.Client(), "store", table, nil)
	s.crates = ddb.NewRepository(s.db, of)
	return s
}

// items returns what is in the table whose partition key begins with a text.
func (s *store) items(t *testing.T, prefix string) (found []map[string]types.AttributeValue) {
	t.Helper()
	pages := dynamodb.NewScanPaginator(s.engine.Client(), &dynamodb.ScanInput{TableName: new("store"), ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, item := range page.Items {
			if strings.HasPrefix(item["pk"].(*types.AttributeValueMemberS).Value, prefix) {
				found = append(found, item)
			}
		}
	}
	return found
}

// job is one of the jobs, and what it does to the table.
type job struct {
	run     func(context.Context, *store, *ddb.JobOptions) (done int, err error) // what it wrote, deleted or found
	want    int                                                                  // done, by all runs together
	left    func(*testing.T, *store) int                                         // of what it is to do
	sources int
	targets int
	writes  bool
	adds    int // items that it may add, and that its own scan may find
}

var jobs = map[string]job{
	"reindex": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (int, error) {
			n, err := s.crates.Reindex(ctx, opts)
			return n.Rewritten, err
		},
		want: crates, sources: crates, writes: true,
		left: func(t *testing.T, s *store) int {
			left := crates
			for _, item := range s.items(t, "c#") {
				if item["gpk"] != nil {
					left--
				}
			}
			return left
		},
	},
	"ensure unique": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (done int, err error) {
			if opts == nil {
				return crates, s.crates.EnsureUnique(ctx, nil)
			}
			o := *opts
			o.Progress = func(p ddb.Progress) {
				if done = p.Changed; opts.Progress != nil {
					opts.Progress(p)
				}
			}
			return done, s.crates.EnsureUnique(ctx, &o)
		},
		want: crates, sources: crates, writes: true, adds: crates,
		left: func(t *testing.T, s *store) int { return crates - len(s.items(t, "~u#")) },
	},
	"rebuild": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (done int, err error) {
			return 0, s.sum.Rebuild(ctx, s.db, opts)
		},
		sources: crates, targets: shelves, writes: true, adds: crates,
		left: func(t *testing.T, s *store) int {
			left := crates * (crates - 1) / 2
			for _, shelf := range s.items(t, "s#") {
				sum, err := strconv.Atoi(shelf["sum"].(*types.AttributeValueMemberN).Value)
				require.NoError(t, err)
				left -= sum
			}
			return left
		},
	},
	"rebuild copies": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (done int, err error) {
			return 0, s.naming.Rebuild(ctx, s.db, opts)
		},
		sources: shelves, targets: tags, writes: true,
		left: func(t *testing.T, s *store) int {
			left := tags
			for _, tag := range s.items(t, "t#") {
				if tag["name"].(*types.AttributeValueMemberS).Value == "north" {
					left--
				}
			}
			return left
		},
	},
	"verify copies": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (done int, err error) {
			return drift(s.naming.Verify(ctx, s.db, opts))
		},
		want: tags, sources: shelves, targets: tags,
		left: func(*testing.T, *store) int { return 0 },
	},
	"verify": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (done int, err error) {
			return drift(s.sum.Verify(ctx, s.db, opts))
		},
		want: crates, sources: crates, targets: shelves,
		left: func(*testing.T, *store) int { return 0 },
	},
	"purge": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (int, error) {
			return s.db.Purge(ctx, opts)
		},
		want: all, sources: all, writes: true,
		left: func(t *testing.T, s *store) int { return len(s.items(t, "")) },
	},
	"force purge": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (int, error) {
			return s.db.ForcePurge(ctx, opts)
		},
		want: all, sources: all, writes: true,
		left: func(t *testing.T, s *store) int { return len(s.items(t, "")) },
	},
	"drop view": {
		run: func(ctx context.Context, s *store, opts *ddb.JobOptions) (int, error) {
			return s.db.DropView(ctx, "old", opts)
		},
		want: crates, sources: crates, writes: true,
		left: func(t *testing.T, s *store) int { return len(s.items(t, "~a#old#")) },
	},
}

func drift(found iter.Seq2[ddb.Drift, error]) (n int, err error) {
	for _, err := range found {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// eachJob runs a test of every job, each on a table of its own and with a clock that goes on only when all wait.
func eachJob(t *testing.T, test func(t *testing.T, s *store, j job)) {
	t.Helper()
	for name, j := range jobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, newStore(t), j) })
		})
	}
}

func TestEveryJobRunsWithoutOptions(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, s *store, j job) {
		if j.writes {
			require.Positive(t, j.left(t, s))
		}
		started := time.Now()
		done, err := j.run(t.Context(), s, nil)
		require.NoError(t, err)
		assert.Equal(t, j.want, done)
		assert.Zero(t, j.left(t, s))
		if j.writes {
			assert.Zero(t, time.Since(started), "nothing is waited for")
		}
	})
}

// Rate is an average over a few seconds, wherever in the table what costs is. What a job did not consume while it waited for
// a response, it does not consume later.
func TestEveryJobKeepsItsRate(t *testing.T) {
	t.Parallel()
	for segments, page := range map[int]float64{16: 40, 1: 120} { // units of what is done at once
		eachJob(t, func(t *testing.T, s *store, j job) {
			ctx, m := ddb.WithMeter(t.Context())
			_, err := j.run(ctx, newStore(t), &ddb.JobOptions{Segments: segments})
			require.NoError(t, err)
			units := func() float64 { return m.Total().Read + m.Total().Write }
			const seconds, stall = 30, 20
			rate := units() / seconds

			ctx, m = ddb.WithMeter(t.Context())
			started := time.Now()
			stalled := false
			s.engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
				now := max(0, time.Since(started).Seconds()-stall)
				assert.LessOrEqual(t, units(), rate*(now+5)+page, "after %s", time.Since(started))
				if c.Operation == "Scan" && !stalled {
					stalled = true
					time.Sleep(stall * time.Second)
				}
				return ddbmem.Pass
			}})
			_, err = j.run(ctx, s, &ddb.JobOptions{Segments: segments, Rate: int(rate)})
			require.NoError(t, err)
			took := time.Since(started).Seconds() - stall
			assert.GreaterOrEqual(t, took, (units()-page)/rate-5)
			assert.Less(t, took, units()/float64(int(rate))+2, "it is not slower than it may be")
			s.engine.SetFaults(ddbmem.Faults{})
			assert.Zero(t, j.left(t, s))
		})
	}
}

// A run that resumes does what is left, and nothing twice.
func TestEveryJobResumes(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, s *store, j job) {
		var at ddb.Cursor
		items, done, runs := 0, 0, 0
		for more := true; more; runs++ {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			last := ddb.Progress{}
			opts := &ddb.JobOptions{Resume: at, Progress: func(p ddb.Progress) { last = p }, Checkpoint: func(c ddb.Cursor) {
				if at = c; c != "" {
					cancel()
				}
			}}
			if at == "" {
				opts.Segments = 8
			}
			n, err := j.run(ctx, s, opts)
			if more = at != ""; more {
				require.ErrorIs(t, err, context.Canceled)
			} else {
				require.NoError(t, err)
			}
			if runs > 0 {
				assert.Zero(t, last.Total, "it does not know what was read before")
				assert.Zero(t, last.Remaining)
			}
			items, done = items+last.Items, done+n
		}
		assert.Equal(t, 8, runs)
		assert.Equal(t, j.want, done)
		assert.GreaterOrEqual(t, items, all)
		assert.LessOrEqual(t, items, all+j.adds, "no page is read twice")
		assert.Zero(t, j.left(t, s))
	})
}

func TestEveryJobReportsItsProgress(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, s *store, j job) {
		var seen []ddb.Progress
		done, err := j.run(t.Context(), s, &ddb.JobOptions{Segments: 8, Rate: 8, Progress: func(p ddb.Progress) { seen = append(seen, p) }})
		require.NoError(t, err)
		require.Greater(t, len(seen), 8, "after each page, and in between")
		estimated := false
		for i, p := range seen {
			require.Equal(t, all, p.Total)
			if i > 0 {
				assert.GreaterOrEqual(t, p.Items, seen[i-1].Items)
				assert.GreaterOrEqual(t, p.Changed, seen[i-1].Changed)
			}
			estimated = estimated || p.Remaining > 0
		}
		assert.True(t, estimated)
		last := seen[len(seen)-1]
		assert.GreaterOrEqual(t, last.Items, all)
		assert.LessOrEqual(t, last.Items, all+j.adds)
		assert.Equal(t, j.sources, last.Sources)
		assert.Equal(t, j.targets, last.Targets)
		assert.Zero(t, last.Remaining)
		switch {
		case !j.writes:
			assert.Zero(t, last.Changed)
		case j.want > 0:
			assert.Equal(t, done, last.Changed)
		default:
			assert.GreaterOrEqual(t, last.Changed, j.sources)
		}
	})
}

// No job waits for its rate, or makes a request, when its context has ended.
func TestEveryJobEndsWithItsContext(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, s *store, j job) {
		ctx, m := ddb.WithMeter(t.Context())
		ctx, cancel := context.WithTimeout(ctx, 7*time.Second)
		defer cancel()
		started := time.Now()
		_, err := j.run(ctx, s, &ddb.JobOptions{Workers: 3, Segments: 8, Rate: 1})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 7*time.Second, time.Since(started))
		requests := m.Requests()
		time.Sleep(time.Hour)
		assert.Equal(t, requests, m.Requests())
		_, err = j.run(ctx, s, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// Workers work side by side, also on what one of them has read.
func TestEveryJobUsesItsWorkers(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, s *store, j job) {
		took := map[int]time.Duration{}
		for workers, s := range map[int]*store{1: s, 4: newStore(t)} {
			s.engine.SetFaults(ddbmem.Faults{Latency: 100 * time.Millisecond})
			started := time.Now()
			done, err := j.run(t.Context(), s, &ddb.JobOptions{Workers: workers, Segments: 1})
			require.NoError(t, err)
			took[workers] = time.Since(started)
			s.engine.SetFaults(ddbmem.Faults{})
			assert.Equal(t, j.want, done)
			assert.Zero(t, j.left(t, s))
		}
		assert.Less(t, took[4], took[1]*7/10)
	})
}

// The cursor of a ForcePurge has the key of the live table, whatever that is.
func TestAForcePurgeOfATableWithAnotherKeyResumes(t *testing.T) {
	t.Parallel()
	m, engine := newDepot(), ddbmem.New()
	client := engine.Client()
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: new("parcels"), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: new("sk"), KeyType: types.KeyTypeHash}, {AttributeName: new("number"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: new("sk"), AttributeType: types.ScalarAttributeTypeN}, {AttributeName: new("number"), AttributeType: types.ScalarAttributeTypeB},
		},
	})
	require.NoError(t, err)
	for i := range 200 {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("parcels"), Item: map[string]types.AttributeValue{
			"sk": &types.AttributeValueMemberN{Value: fmt.Sprint(i)}, "number": &types.AttributeValueMemberB{Value: []byte{byte(i)}},
			"fill": &types.AttributeValueMemberS{Value: strings.Repeat("x", 30_000)},
		}})
		require.NoError(t, err)
	}
	db := ddb.New(client, "parcels", m.table, nil)
	var at ddb.Cursor
	total, runs := 0, 0
	for more := true; more; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		n, err := db.ForcePurge(ctx, &ddb.JobOptions{Resume: at, Checkpoint: func(c ddb.Cursor) {
			if at = c; c != "" {
				cancel()
			}
		}})
		cancel()
		if more = at != ""; more {
			require.ErrorIs(t, err, context.Canceled)
		} else {
			require.NoError(t, err)
		}
		total += n
	}
	assert.Equal(t, 200, total)
	assert.Greater(t, runs, 5, "a page is 1 MB")
	assert.Zero(t, countLive(t, client, "parcels"))
	_, err = db.ForcePurge(t.Context(), &ddb.JobOptions{Resume: "AA" + at})
	require.ErrorIs(t, err, ddb.ErrCursor)
}
