package ddbperiod_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbperiod"
	"github.com/singletable-go/ddb/internal/scale"
)

// reading is sorted by its time, and in an index by its temperature.
type reading struct {
	Device  string    `dynamodbav:"-"`
	At      time.Time `dynamodbav:"-"`
	Celsius int       `dynamodbav:"celsius"`
	Note    string    `dynamodbav:"note,omitempty"`
}

// alarm has its time behind other parts of the sort key.
type alarm struct {
	Device string    `dynamodbav:"-"`
	Kind   string    `dynamodbav:"-"`
	At     time.Time `dynamodbav:"-"`
}

const (
	device, kind, hash ddb.Prefix = "device#", "kind#", "#"
	readingAt          ddb.Prefix = "at#"
)

// fleet is a model of its own, for tests run in parallel.
type fleet struct {
	table    *ddb.Table
	hot      *ddb.Index
	readings *ddb.Entity[reading]
	alarms   *ddb.Entity[alarm]
}

func newFleet() *fleet {
	f := &fleet{table: ddb.NewTable("pk", "sk")}
	f.hot = f.table.GSI("hot", "hot_pk", "hot_sk")
	f.readings = ddb.MustDefine(f.table, "reading", func(r *reading, d *ddb.Definition) {
		d.Primary(ddb.Key(device, ddb.Str(&r.Device)), ddb.Key(readingAt, ddb.Time(&r.At)))
		d.Index(f.hot, ddb.Key(device, ddb.Str(&r.Device)), ddb.Key(ddb.Num(&r.Celsius, 3), hash, ddb.Time(&r.At)))
	})
	f.alarms = ddb.MustDefine(f.table, "alarm", func(a *alarm, d *ddb.Definition) {
		d.Primary(ddb.Key(device, ddb.Str(&a.Device)), ddb.Key(kind, ddb.Str(&a.Kind), hash, ddb.Time(&a.At)))
	})
	return f
}

func (f *fleet) by() []ddbperiod.Field {
	return []ddbperiod.Field{ddbperiod.By(f.readings, &f.readings.Fields().At), ddbperiod.By(f.alarms, &f.alarms.Fields().At)}
}

// november is the current month of most tests; since is two months before.
var (
	since    = time.Date(2026, 9, 10, 0, 0, 0, 0, time.UTC)
	november = time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)
)

// world is an engine with a clock, and a series on it.
type world struct {
	*fleet
	clock    *ddbmem.ManualClock
	engine   *ddbmem.Engine
	wire     *wire
	client   *dynamodb.Client
	series   *ddbperiod.Series
	db       *ddbperiod.DB
	readings *ddbperiod.Repository[reading]
	alarms   *ddbperiod.Repository[alarm]
}

// newWorld makes the tables since September, unless the series is changed otherwise.
func newWorld(now time.Time, change func(*ddbperiod.Series)) *world {
	w := &world{fleet: newFleet(), clock: ddbmem.NewManualClock(now)}
	w.engine = ddbmem.New(ddbmem.Options{Clock: w.clock})
	w.wire = &wire{engine: w.engine}
	w.client = w.engine.Client(func(o *dynamodb.Options) {
		o.HTTPClient = w.wire
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			o.RateLimiter = noLimit{}
		})
	})
	w.series = &ddbperiod.Series{Every: ddbperiod.Month, Since: since, By: w.by()}
	if change != nil {
		change(w.series)
	}
	w.db = ddbperiod.New(w.client, "readings", w.series, &ddb.Options{Now: w.clock.Now})
	w.readings = ddbperiod.NewRepository(w.db, w.fleet.readings)
	w.alarms = ddbperiod.NewRepository(w.db, w.fleet.alarms)
	return w
}

// rolled is newWorld with all tables.
func rolled(tb testing.TB, change func(*ddbperiod.Series)) *world {
	tb.Helper()
	w := newWorld(november, change)
	_, err := w.db.Roll(context.Background(), &ddbperiod.RollOptions{Missing: true})
	require.NoError(tb, err)
	return w
}

// tables returns the names of all tables of the engine.
func (w *world) tables(tb require.TestingT) []string {
	out, err := w.engine.Client().ListTables(context.Background(), &dynamodb.ListTablesInput{})
	require.NoError(tb, err)
	slices.Sort(out.TableNames)
	return out.TableNames
}

// put puts readings of one device.
func (w *world) put(tb require.TestingT, items ...reading) {
	for _, it := range items {
		_, err := w.readings.Put(context.Background(), it)
		require.NoError(tb, err)
	}
}

// on is noon of a day of 2026.
func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC)
}

// wire is the way to the engine. It counts the requests, and fails some.
type wire struct {
	engine *ddbmem.Engine
	mu     sync.Mutex
	sent   []string                                 // operations
	fail   func(operation string) (drop, deny bool) // nil: nothing fails
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	w.mu.Lock()
	w.sent = append(w.sent, operation)
	var drop, deny bool
	if w.fail != nil {
		drop, deny = w.fail(operation)
	}
	w.mu.Unlock()
	if deny {
		return throttled(r), nil
	}
	out, err := w.engine.Do(r)
	if drop && err == nil {
		_ = out.Body.Close()
		return nil, &lost{}
	}
	return out, err
}

// throttled is the response of a control plane that is asked too often.
func throttled(r *http.Request) *http.Response {
	body := `{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}`
	return &http.Response{
		StatusCode: http.StatusBadRequest, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

type lost struct{}

func (*lost) Error() string         { return "connection reset" }
func (*lost) ConnectionError() bool { return true }

type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}

func (noLimit) AddTokens(uint) error { return nil }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// write puts an item as another program would.
func (w *world) write(tb require.TestingT, table string, item map[string]types.AttributeValue) {
	_, err := w.engine.Client().PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(tb, err)
}

func TestMain(m *testing.M) { scale.Main(m, 0) }
