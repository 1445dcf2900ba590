package ddb_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Loan is as [Patron], in a table with TTL and a clock that tests set. Its entity declares TTL, and what a test asks for.
type Loan struct {
	ID      string    `dynamodbav:"-"`
	Email   string    `dynamodbav:"email"`
	Note    string    `dynamodbav:"note"`
	N       int       `dynamodbav:"n"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// Declarations of loans.
func loanVersion(x *Loan, d *ddb.Definition) { d.Version(&x.Version) }
func loanUnique(x *Loan, d *ddb.Definition)  { d.Unique("email", ddb.Fold(&x.Email)) }
func loanHistory(x *Loan, d *ddb.Definition) {
	d.Version(&x.Version)
	d.History(ddb.Key(ddb.Prefix("loan#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 8)))
}

// loanKinds are entities whose writes take different ways: one request, or a transaction.
var loanKinds = map[string][]func(*Loan, *ddb.Definition){
	"plain": nil, "versioned": {loanVersion}, "unique": {loanUnique}, "versioned and unique": {loanVersion, loanUnique},
	"history": {loanHistory}, "history and unique": {loanHistory, loanUnique},
}

// loans is a table of loans, and a client of the SDK's own in which another process can get in between.
type loans struct {
	engine *ddbmem.Engine
	wire   *meddled
	db     *ddb.DB
	entity *ddb.Entity[Loan]
	repo   *ddb.Repository[Loan]
	f      *Loan
	clock  *clock
}

func openLoans(t *testing.T, opts ddb.Options, declare ...func(*Loan, *ddb.Definition)) *loans {
	t.Helper()
	at := &clock{now: time.Date(2031, 11, 20, 0, 0, 0, 0, time.UTC)}
	return (&loans{engine: ddbmem.New(), clock: at}).as(t, opts, declare...)
}

// as opens the same table as another program.
func (l *loans) as(t *testing.T, opts ddb.Options, declare ...func(*Loan, *ddb.Definition)) *loans {
	t.Helper()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	out := &loans{engine: l.engine, clock: l.clock, wire: &meddled{}}
	out.entity = ddb.MustDefine(table, "loan", func(x *Loan, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("loan#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Expires)
		for _, f := range declare {
			f(x, d)
		}
	})
	out.f = out.entity.Fields()
	opts.Now = l.clock.read
	out.db = ddb.New(l.engine.Client(impatient, out.wire.option), "loans", table, &opts)
	out.repo = ddb.NewRepository(out.db, out.entity)
	if err := out.db.CreateTable(t.Context()); err != nil {
		require.ErrorIs(t, err, ddb.ErrExists)
	}
	return out
}

// other is the same program in another process.
func (l *loans) other() *ddb.Repository[Loan] {
	opts := ddb.Options{Now: l.clock.read}
	return ddb.NewRepository(ddb.New(l.engine.Client(impatient), l.db.Name(), l.db.Table(), &opts), l.entity)
}

// stored returns everything in the table.
func (l *loans) stored(t *testing.T) []map[string]types.AttributeValue {
	t.Helper()
	out, err := l.engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new(l.db.Name())})
	require.NoError(t, err)
	return out.Items
}

// put stores attributes as they are, as a program without the library would.
func (l *loans) put(t *testing.T, attrs map[string]types.AttributeValue) {
	t.Helper()
	_, err := l.engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new(l.db.Name()), Item: attrs})
	require.NoError(t, err)
}

// delete removes an item as a program without the library would.
func (l *loans) delete(t *testing.T, key map[string]types.AttributeValue) {
	t.Helper()
	_, err := l.engine.Client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new(l.db.Name()), Key: key})
	require.NoError(t, err)
}

// live returns the loans that have not expired, by id.
func (l *loans) live(t *testing.T) map[string]Loan {
	t.Helper()
	out := map[string]Loan{}
	for _, attrs := range l.stored(t) {
		pk, sk := attrs["pk"].(*types.AttributeValueMemberS).Value, attrs["sk"].(*types.AttributeValueMemberS).Value
		if pk != sk || strings.HasPrefix(pk, "~") {
			continue
		}
		x, err := l.entity.Decode(attrs)
		require.NoError(t, err)
		if x.Expires.IsZero() || x.Expires.After(l.clock.read()) {
			out[x.ID] = x
		}
	}
	return out
}

// holders asserts that each address of a loan is held by a constraint that names it, for as long as it lasts, and that no
// constraint outlives its value. It returns the holders by address.
func (l *loans) holders(t *testing.T) held {
	t.Helper()
	now := l.clock.read()
	have, until := held{}, map[string]string{}
	for _, attrs := range l.stored(t) {
		value, ok := strings.CutPrefix(attrs["pk"].(*types.AttributeValueMemberS).Value, "~u#loan~email=")
		if !ok {
			continue
		}
		owner := attrs["~o"].(*types.AttributeValueMemberM).Value["pk"].(*types.AttributeValueMemberS).Value
		expires, _ := attrs["expires"].(*types.AttributeValueMemberN)
		if expires != nil {
			if at, err := strconv.ParseInt(expires.Value, 10, 64); err == nil && at <= now.Unix() {
				continue // free
			}
			until[value] = expires.Value
		}
		have[value] = strings.TrimPrefix(owner, "loan#")
	}
	want, wantUntil := held{}, map[string]string{}
	for id, x := range l.live(t) {
		if x.Email == "" {
			continue
		}
		value := strings.ToLower(x.Email)
		require.Empty(t, want[value], "two items hold %s", value)
		want[value] = id
		if !x.Expires.IsZero() {
			wantUntil[value] = strconv.FormatInt(x.Expires.Unix(), 10)
		}
	}
	assert.Equal(t, want, have, "constraints")
	assert.Equal(t, wantUntil, until, "how long constraints last")
	return have
}

// clock is a clock that tests set.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	then time.Duration // that it goes on once it was read
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now
	c.now, c.then = now.Add(c.then), 0
	return now
}

// advanceOnceRead is advance, but for who reads the clock next.
func (c *clock) advanceOnceRead(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.then = d
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// meddled is an HTTP client under the SDK in which another process gets in between: before or after the next request of an
// operation, once.
type meddled struct {
	next          dynamodb.HTTPClient
	mu            sync.Mutex
	before, after map[string][]func()
}

func (m *meddled) option(o *dynamodb.Options) {
	m.next, o.HTTPClient = o.HTTPClient, m
}

// beforeNext calls do before the next request of an operation; called again, the request after that is meant.
func (m *meddled) beforeNext(operation string, do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.before == nil {
		m.before = map[string][]func(){}
	}
	m.before[operation] = append(m.before[operation], do)
}

// afterNext calls do between the next request of an operation and its response.
func (m *meddled) afterNext(operation string, do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.after == nil {
		m.after = map[string][]func(){}
	}
	m.after[operation] = append(m.after[operation], do)
}

// run calls what is next in line.
func (m *meddled) run(line *map[string][]func(), operation string) {
	m.mu.Lock()
	waiting := (*line)[operation]
	var do func()
	if len(waiting) > 0 {
		do, (*line)[operation] = waiting[0], waiting[1:]
	}
	m.mu.Unlock()
	if do != nil {
		do()
	}
}

func (m *meddled) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	m.run(&m.before, operation)
	resp, err := m.next.Do(r)
	m.run(&m.after, operation)
	return resp, err
}

// clear forgets what has not happened.
func (m *meddled) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before, m.after = nil, nil
}

// done reports whether everything that was in line has happened.
func (m *meddled) done() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, line := range []map[string][]func(){m.before, m.after} {
		for _, waiting := range line {
			if len(waiting) > 0 {
				return false
			}
		}
	}
	return true
}

// onBothPaths runs a test with items that are read and written as JSON, and with attribute maps.
func onBothPaths(t *testing.T, run func(t *testing.T, opts ddb.Options)) {
	t.Helper()
	for name, attributes := range map[string]bool{"JSON": false, "attribute maps": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, ddb.Options{AttributePath: attributes})
		})
	}
}

// classes are the errors that say something of what is stored.
var classes = []error{ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict, ddb.ErrNotUnique}

// requireClass asserts that an error is of one class, and of no other.
func requireClass(t *testing.T, want, err error) {
	t.Helper()
	require.ErrorIs(t, err, want)
	require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
	for _, class := range classes {
		if class != want { //nolint:errorlint // sentinels
			require.NotErrorIs(t, err, class)
		}
	}
}

// requireUnknown asserts that an error does not say what was done.
func requireUnknown(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	for _, class := range classes {
		require.NotErrorIs(t, err, class)
	}
}
