package blob_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/sweep"
	"github.com/singletable-go/ddb/internal/write"
)

// hooks are the parts of the protocol that a simulation goes without.
type hooks struct {
	write write.BlobHooks
	sweep sweep.Hooks
}

// simulation runs writers, sweeps and readers beside each other in simulated time. Each has a sequence of random values of its
// own. Before and after each of its requests time passes, a response is lost, or the process ends there.
type simulation struct {
	kind   kind
	hooks  hooks
	engine *ddbmem.Engine
	store  ddbblob.Store
	db     *ddb.DB // without faults
	entity *ddb.Entity[lecture]
	table  *ddb.Table

	mu       sync.Mutex
	failures []error
	made     int
	dead     map[*actor]bool
}

// actor is one process.
type actor struct {
	*simulation
	rand  *rand.Rand
	tame  bool // its requests take no time, and are not lost
	brisk bool // its requests take moments
}

type actorKey struct{}

func (s *simulation) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, fmt.Errorf(format, args...))
}

var errLost = errors.New("the connection was lost")

// pause lets time pass: mostly moments, sometimes minutes, rarely hours.
func (a *actor) pause() {
	switch n := a.rand.IntN(100); {
	case n < 60 || a.brisk:
		time.Sleep(time.Duration(a.rand.IntN(1_000_000_000)))
	case n < 90:
		time.Sleep(time.Duration(a.rand.IntN(600_000_000_000)))
	case n < 98:
		time.Sleep(time.Duration(a.rand.IntN(2_400_000_000_000)))
	default:
		time.Sleep(time.Duration(a.rand.IntN(6 * 3_600_000_000_000)))
	}
}

// around sends one request: time passes before and after it, and it may be lost on either way.
func (a *actor) around(ctx context.Context, under time.Duration, send func() error) error {
	if a.tame {
		return send()
	}
	n := a.rand.IntN(100)
	sent := time.Now()
	a.pause()
	switch {
	case n < 3:
		a.end()
	case n < 6, time.Since(sent) > under, ctx.Err() != nil: // a request that arrives too late is refused
		return errLost
	}
	err := send()
	if n >= 6 && n < 9 {
		a.end()
	}
	a.pause()
	if n >= 9 && n < 14 {
		return errLost
	}
	return err
}

// end is the end of the process.
func (a *actor) end() {
	a.mu.Lock()
	a.dead[a] = true
	a.mu.Unlock()
	runtime.Goexit()
}

// gate is the HTTP client under the SDK.
type gate struct{ next dynamodb.HTTPClient }

func (g gate) Do(r *http.Request) (resp *http.Response, err error) {
	a, ok := r.Context().Value(actorKey{}).(*actor)
	if !ok {
		return g.next.Do(r)
	}
	err = a.around(r.Context(), 15*time.Minute, func() error {
		resp, err = g.next.Do(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// faulty is the store as an actor sees it.
type faulty struct{ *simulation }

func (f faulty) of(ctx context.Context, send func() error) error {
	a, ok := ctx.Value(actorKey{}).(*actor)
	if !ok {
		return send()
	}
	return a.around(ctx, 100*time.Hour, send)
}

func (f faulty) Put(ctx context.Context, key string, content *io.SectionReader) error {
	return f.of(ctx, func() error { return f.store.Put(ctx, key, content) })
}

func (f faulty) Get(ctx context.Context, key string) (r io.ReadCloser, err error) {
	err = f.of(ctx, func() error {
		r, err = f.store.Get(ctx, key)
		return err
	})
	return r, err
}

func (f faulty) Delete(ctx context.Context, key string) error {
	return f.of(ctx, func() error { return f.store.Delete(ctx, key) })
}

func (f faulty) List(ctx context.Context, prefix, after string) iter.Seq2[ddbblob.Object, error] {
	return f.store.List(ctx, prefix, after)
}

// simulate is one history. It returns what went wrong.
func simulate(t *testing.T, k kind, seed uint64, h hooks) (failed error) {
	synctest.Test(t, func(t *testing.T) {
		s := &simulation{kind: k, hooks: h, engine: ddbmem.New(), store: ddbblob.Memory(), dead: map[*actor]bool{}}
		s.table, s.entity = model(k)
		s.db = ddb.New(s.client(), "sim", s.table, &ddb.Options{Blobs: s.store})
		require.NoError(t, s.db.CreateTable(t.Context()))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var wg sync.WaitGroup
		end := time.Now().Add(24 * time.Hour)
		for i, do := range []func(*actor, context.Context, *ddb.Repository[lecture]) error{write1, write1, write1, read1, sweep1, sweep1} {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // not for secrets
				for n := 0; time.Now().Before(end) && n < 400; n++ {
					s.process(ctx, &actor{simulation: s, rand: rnd}, do)
				}
			})
		}
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, 100)) //nolint:gosec // not for secrets
			for time.Now().Before(end) {
				time.Sleep(time.Duration(rnd.IntN(1_800_000_000_000)))
				s.check(ctx)
			}
		})
		wg.Wait()
		s.settle(ctx)
		failed = errors.Join(s.failures...)
	})
	return failed
}

// process runs one actor until it is done, or ends.
func (s *simulation) process(ctx context.Context, a *actor, do func(*actor, context.Context, *ddb.Repository[lecture]) error) {
	ctx = context.WithValue(context.WithValue(ctx, write.BlobHooksKey{}, s.hooks.write), sweep.HooksKey{}, s.hooks.sweep)
	ctx = context.WithValue(ctx, actorKey{}, a)
	var wg sync.WaitGroup
	wg.Go(func() {
		db := ddb.New(s.client(), "sim", s.table, &ddb.Options{Blobs: faulty{s}, MaxAttempts: 3})
		if err := do(a, ctx, ddb.NewRepository(db, s.entity).Consistent()); err != nil {
			s.fail("%w", err)
		}
	})
	wg.Wait()
}

func (s *simulation) client() *dynamodb.Client {
	return s.engine.Client(func(o *dynamodb.Options) { o.HTTPClient = gate{o.HTTPClient} })
}

// content is new content, which the title says too.
func (a *actor) content() (string, ddbblob.Blob) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made++
	text := fmt.Sprintf("content %d", a.made)
	return text, ddbblob.FromString(text)
}

func (a *actor) key() lecture {
	return lecture{Course: "c", ID: []string{"1", "2", "3"}[a.rand.IntN(3)]}
}

// allowed are the errors of writes that are none of the library's.
func allowed(err error) error {
	for _, e := range []error{ddb.ErrConflict, ddb.ErrNotFound, ddb.ErrExists, ddb.ErrOutcomeUnknown, ddbblob.ErrNoObject, errLost, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return nil
		}
	}
	if err != nil && strings.Contains(err.Error(), "was not written within") {
		return nil
	}
	return err
}

// write1 reads an item, waits, and writes it in one of many ways.
func write1(a *actor, ctx context.Context, r *ddb.Repository[lecture]) error {
	f := a.entity.Fields()
	l, err := r.Get(ctx, a.key())
	if errors.Is(err, ddb.ErrNotFound) {
		l = a.key()
	} else if err != nil {
		return allowed(err)
	}
	if a.rand.IntN(3) == 0 {
		time.Sleep(time.Duration(a.rand.IntN(4 * 3_600_000_000_000))) // the copy becomes stale
	}
	title, blob := a.content()
	fresh := l
	fresh.Title, fresh.Slides = title, blob
	switch n := a.rand.IntN(14); {
	case n < 3:
		_, err = r.Put(ctx, fresh)
	case n < 6: // as it was read
		_, err = r.Put(ctx, l)
	case n < 7 && a.kind != historical:
		_, err = r.Update(ctx, l, ddb.Set(&f.Slides, l.Slides), ddb.Set(&f.Title, l.Title))
	case n < 8 && a.kind != historical:
		_, err = r.Upsert(ctx, l, ddb.Set(&f.Slides, fresh.Slides), ddb.Set(&f.Title, title))
	case n < 9 && a.kind != plain:
		_, err = r.Modify(ctx, l, func(x *lecture) error {
			x.Title, x.Slides = title, blob
			return nil
		})
	case n < 10:
		err = r.Delete(ctx, lecture{Course: l.Course, ID: l.ID})
	case n < 11: // a copy under another key
		other := a.key()
		other.Title, other.Slides = l.Title, l.Slides
		_, err = r.Create(ctx, other)
	case n < 12 && a.kind != historical && l.Title != "":
		to := l
		to.ID = a.key().ID
		_, err = r.Move(ctx, l, to)
	case a.kind == historical: // a version again
		var old lecture
		if old, err = r.History().At(ctx, l, 1); err == nil && a.rand.IntN(3) > 0 {
			_, err = r.Modify(ctx, l, func(x *lecture) error {
				x.Title, x.Slides = old.Title, old.Slides
				return nil
			})
		} else if err == nil {
			err = r.History().Prune(ctx, l, 2)
		}
	default:
		_, err = r.Replace(ctx, fresh)
	}
	if errors.Is(err, ddb.ErrPruned) {
		return nil
	}
	return allowed(err)
}

// read1 reads an item, and loads its content within the grace.
func read1(a *actor, ctx context.Context, r *ddb.Repository[lecture]) error {
	a.tame = true
	time.Sleep(time.Duration(a.rand.IntN(600_000_000_000)))
	l, err := r.Get(ctx, a.key())
	if err != nil {
		return allowed(err)
	}
	got := time.Now()
	time.Sleep(time.Duration(a.rand.IntN(3_000_000_000_000)))
	content, err := l.Slides.In(a.store).Load(ctx)
	if errors.Is(err, ddbblob.ErrNoObject) || err == nil && string(content) != l.Title {
		return fmt.Errorf("%s after it was read, %q has the content %q: %w", time.Since(got), l.Title, content, err)
	}
	return allowed(err)
}

// sweep1 sweeps with the shortest grace.
func sweep1(a *actor, ctx context.Context, _ *ddb.Repository[lecture]) error {
	time.Sleep(time.Duration(a.rand.IntN(3_600_000_000_000)))
	a.brisk = a.rand.IntN(3) > 0
	db := ddb.New(a.client(), "sim", a.table, &ddb.Options{Blobs: faulty{a.simulation}})
	_, err := db.SweepBlobs(ctx, &ddbblob.SweepOptions{Grace: ddbblob.MinGrace})
	return allowed(err)
}

// references returns which objects are referred to, and fails where one is not there, or is another item's.
func (s *simulation) references(ctx context.Context) map[string]bool {
	refs := map[string]bool{}
	see := func(what string, l lecture, own bool) {
		if l.Slides.IsZero() {
			if l.Title != "" {
				s.fail("%s %s/%s: %q has no content", what, l.Course, l.ID, l.Title)
			}
			return
		}
		key := l.Slides.Ref().Key
		refs[key] = true
		if own && !strings.HasPrefix(key, "sim/c%23"+l.Course+"/l%23"+l.ID+"/") {
			s.fail("%s %s/%s has the object of another item: %s", what, l.Course, l.ID, key)
		}
		if content, err := l.Slides.In(s.store).Load(ctx); err != nil || string(content) != l.Title {
			s.fail("%s %s/%s: %q has the content %q: %w", what, l.Course, l.ID, l.Title, content, err)
		}
	}
	out, err := s.engine.Client().Scan(ctx, &dynamodb.ScanInput{TableName: new("sim"), ConsistentRead: new(true)})
	if err != nil {
		s.fail("scan: %w", err)
		return refs
	}
	for _, attrs := range out.Items {
		if title, ok := attrs["title"].(*types.AttributeValueMemberS); ok && title.Value != "" || attrs["slides"] != nil {
			var l lecture
			for name, to := range map[string]*string{"course": &l.Course, "id": &l.ID, "title": &l.Title} {
				if av, ok := attrs[name].(*types.AttributeValueMemberS); ok {
					*to = av.Value
				}
			}
			if err := l.Slides.UnmarshalDynamoDBAttributeValue(attrs["slides"]); err != nil {
				s.fail("%w", err)
			}
			pk, _ := attrs["pk"].(*types.AttributeValueMemberS)
			see("item "+pk.Value, l, strings.HasPrefix(pk.Value, "c#"))
		}
	}
	return refs
}

// check looks at the table and the store at one moment.
func (s *simulation) check(ctx context.Context) { s.references(ctx) }

// settle sweeps until nothing is left to do, when no process is under way any more. Then the store has exactly the objects
// that are referred to.
func (s *simulation) settle(ctx context.Context) {
	ctx = context.WithValue(ctx, sweep.HooksKey{}, s.hooks.sweep)
	for range 2 {
		time.Sleep(25 * time.Hour)
		if _, err := s.db.SweepBlobs(ctx, nil); err != nil {
			s.fail("%w", err)
		}
	}
	refs := s.references(ctx)
	for o, err := range s.store.List(ctx, "", "") {
		if err != nil || !refs[o.Key] {
			s.fail("object %s stays: %w", o.Key, err)
		}
	}
}

// Whatever fails and ends beside each other, each reference has its content, for readers too, and nothing is left over.
func TestNoContentIsLostAndNoneIsLeft(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{plain, versioned, historical} {
		for seed := range uint64(scale.Of(12, 2)) {
			require.NoError(t, simulate(t, k, seed, hooks{}), "kind %d, seed %d", k, seed)
		}
	}
}

// Each part of the protocol is needed: without it some history goes wrong.
func TestEachPartOfTheProtocolIsNeeded(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		kind  kind
		hooks hooks
	}{
		"the object before the item":          {plain, hooks{write: write.BlobHooks{ItemFirst: true}}},
		"the assertion of what is kept":       {plain, hooks{write: write.BlobHooks{NoAssert: true}}},
		"a copy for another item":             {versioned, hooks{write: write.BlobHooks{Share: true}}},
		"the limit for slow writers":          {plain, hooks{write: write.BlobHooks{NoLimit: true}}},
		"the grace":                           {plain, hooks{sweep: sweep.Hooks{NoGrace: true}}},
		"the look at the item":                {plain, hooks{sweep: sweep.Hooks{NoItem: true}}},
		"the look at the versions":            {historical, hooks{sweep: sweep.Hooks{NoHistory: true}}},
		"the mark, for readers of old states": {plain, hooks{sweep: sweep.Hooks{NoMark: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(50) {
				if err := simulate(t, x.kind, seed, x.hooks); err != nil {
					first, _, _ := strings.Cut(err.Error(), "\n")
					t.Logf("seed %d: %s", seed, first)
					return
				}
			}
			t.Fatal("no history went wrong")
		})
	}
}
