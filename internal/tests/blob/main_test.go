package blob_test

import (
	"context"
	"io"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// lecture has two Blobs, and a version where the model gives it one.
type lecture struct {
	Course  string       `dynamodbav:"course"`
	ID      string       `dynamodbav:"id"`
	Title   string       `dynamodbav:"title"`
	Slides  ddbblob.Blob `dynamodbav:"slides"`
	Notes   ddbblob.Blob `dynamodbav:"notes"`
	Version int64        `dynamodbav:"version"`
}

// school is a table of lectures, its clock and its store.
type school struct {
	*testing.T
	engine   *ddbmem.Engine
	clock    *fixture.Clock
	store    *timed
	db       *ddb.DB
	lectures *ddb.Repository[lecture]
	entity   *ddb.Entity[lecture]
}

// kind is how lectures are declared.
type kind int

const (
	plain kind = iota
	versioned
	historical
)

var (
	coursePrefix  ddb.Prefix = "c#"
	lecturePrefix ddb.Prefix = "l#"
	versionPrefix ddb.Prefix = "v#"
	versionMark   ddb.Prefix = "#v"
)

func model(k kind) (*ddb.Table, *ddb.Entity[lecture]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "lecture", func(l *lecture, d *ddb.Definition) {
		d.Primary(ddb.Key(coursePrefix, ddb.Str(&l.Course)), ddb.Key(lecturePrefix, ddb.Str(&l.ID)))
		if k >= versioned {
			d.Version(&l.Version)
		}
		if k == historical {
			d.History(ddb.Key(versionPrefix, ddb.Str(&l.Course), versionMark, ddb.Str(&l.ID)), ddb.Key(versionPrefix, ddb.Num(&l.Version, 6)))
		}
	})
}

func newSchool(t *testing.T, k kind) *school {
	s := &school{T: t, engine: ddbmem.New(), clock: &fixture.Clock{Now: time.Unix(1_800_000_000, 0)}}
	s.store = newTimed(s.clock)
	table, entity := model(k)
	s.entity = entity
	s.db = ddb.New(s.engine.Client(), "school", table, &ddb.Options{Blobs: s.store, Now: s.clock.Read})
	require.NoError(t, s.db.CreateTable(t.Context()))
	s.lectures = ddb.NewRepository(s.db, entity)
	return s
}

// one is the lecture of these tests.
func one(slides string) lecture {
	return lecture{Course: "go", ID: "1", Title: "t", Slides: ddbblob.FromString(slides)}
}

func (s *school) load(b ddbblob.Blob) string {
	s.Helper()
	content, err := b.Load(s.Context())
	require.NoError(s, err)
	return string(content)
}

func (s *school) get(key lecture) lecture {
	s.Helper()
	l, err := s.lectures.Get(s.Context(), key)
	require.NoError(s, err)
	return l
}

// sweep sweeps after the grace, and once more after another grace. It returns what the second sweep found.
func (s *school) sweep() ddbblob.Swept {
	s.Helper()
	s.sweepOf(s.db)
	return s.sweepOf(s.db)
}

func (s *school) sweepOf(db *ddb.DB) ddbblob.Swept {
	s.Helper()
	s.clock.Advance(ddbblob.DefaultGrace)
	swept, err := db.SweepBlobs(s.Context(), nil)
	require.NoError(s, err)
	return swept
}

// timed is a store in memory with a clock of the test.
type timed struct {
	ddbblob.Store
	clock *fixture.Clock
	mu    sync.Mutex
	times map[string]time.Time
	puts  int
	fail  func(op, key string) error // before the request, if it is set
}

func newTimed(clock *fixture.Clock) *timed {
	return &timed{Store: ddbblob.Memory(), clock: clock, times: map[string]time.Time{}}
}

func (s *timed) failed(op, key string) error {
	if s.fail == nil {
		return nil
	}
	return s.fail(op, key)
}

func (s *timed) Put(ctx context.Context, key string, content *io.SectionReader) error {
	if err := s.failed("put", key); err != nil {
		return err
	}
	s.mu.Lock()
	s.puts++
	s.times[key] = s.clock.Read()
	s.mu.Unlock()
	return s.Store.Put(ctx, key, content)
}

func (s *timed) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := s.failed("get", key); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, key)
}

func (s *timed) Delete(ctx context.Context, key string) error {
	if err := s.failed("delete", key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

func (s *timed) List(ctx context.Context, prefix, after string) iter.Seq2[ddbblob.Object, error] {
	return func(yield func(ddbblob.Object, error) bool) {
		for o, err := range s.Store.List(ctx, prefix, after) {
			s.mu.Lock()
			o.Time = s.times[o.Key]
			s.mu.Unlock()
			if !yield(o, err) {
				return
			}
		}
	}
}

// keys lists the objects.
func (s *timed) keys(t testing.TB) (keys []string) {
	for o, err := range s.Store.List(context.Background(), "", "") {
		require.NoError(t, err)
		keys = append(keys, o.Key)
	}
	return keys
}

func rawKey(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": fixture.Text(pk), "sk": fixture.Text(sk)}
}

// rawItem reads an item past the library.
func rawItem(t *testing.T, s *school, pk, sk string) map[string]types.AttributeValue {
	t.Helper()
	out, err := s.engine.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("school"), Key: rawKey(pk, sk)})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)
	return out.Item
}

// deleteRaw deletes one past the library. It returns attrs.
func deleteRaw(t *testing.T, s *school, pk, sk string, attrs map[string]types.AttributeValue) map[string]types.AttributeValue {
	t.Helper()
	_, err := s.engine.Client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("school"), Key: rawKey(pk, sk)})
	require.NoError(t, err)
	return attrs
}
