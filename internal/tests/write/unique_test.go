package write_test

import (
	"errors"
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
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

type Account struct {
	ID      string    `dynamodbav:"-"`
	Email   string    `dynamodbav:"email"`
	Nick    string    `dynamodbav:"nick"`
	Note    string    `dynamodbav:"note"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
}

type accounts struct {
	table  *ddb.Table
	e      *ddb.Entity[Account]
	db     *ddb.DB
	repo   *ddb.Repository[Account]
	client *dynamodb.Client
	engine *ddbmem.Engine
	now    time.Time
}

func openAccounts(t *testing.T, more func(*Account, *ddb.Definition)) *accounts {
	t.Helper()
	a := &accounts{table: ddb.NewTable("pk", "sk").TTL("expires"), now: time.Date(2031, 11, 20, 0, 0, 0, 0, time.UTC)}
	a.e = ddb.MustDefine(a.table, "account", func(x *Account, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("acc#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Expires)
		d.Unique("email", ddb.Fold(&x.Email))
		d.Unique("nick", ddb.Str(&x.Nick))
		if more != nil {
			more(x, d)
		}
	})
	a.engine = ddbmem.New()
	a.client = a.engine.Client()
	a.db = ddb.New(a.client, "accounts", a.table, &ddb.Options{Now: func() time.Time { return a.now }})
	require.NoError(t, a.db.CreateTable(t.Context()))
	a.repo = ddb.NewRepository(a.db, a.e)
	return a
}

// held returns the values that constraints hold, with their owners.
func (a *accounts) held(t *testing.T) map[string]string {
	t.Helper()
	out, err := a.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("accounts")})
	require.NoError(t, err)
	held := map[string]string{}
	for _, it := range out.Items {
		pk := it["pk"].(*types.AttributeValueMemberS).Value
		if value, ok := strings.CutPrefix(pk, "~u#account~"); ok {
			owner := it["~o"].(*types.AttributeValueMemberM).Value["pk"].(*types.AttributeValueMemberS).Value
			held[value] = strings.TrimPrefix(owner, "acc#")
		}
	}
	return held
}

func TestUniqueFollowsEveryVerb(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx, f := t.Context(), a.e.Fields()
	_, err := a.repo.Create(ctx, Account{ID: "1", Email: "A@x", Nick: "ann"})
	require.NoError(t, err)
	assert.Equal(t, fixture.Held{"email=a@x": "1", "nick=ann": "1"}, a.held(t))

	_, err = a.repo.Create(ctx, Account{ID: "2", Email: "a@X"})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	we, ok := errors.AsType[*ddb.WriteError](err)
	require.True(t, ok)
	assert.Equal(t, "email", we.Constraint)
	assert.ErrorContains(t, err, `create account pk="acc#2"`)
	assert.ErrorContains(t, err, `pk="acc#1"`)

	// the same value, spelled otherwise, is no change of the constraint
	m, meter := ddb.WithMeter(ctx)
	_, err = a.repo.Put(m, Account{ID: "1", Email: "a@x", Nick: "ann", Note: "put"})
	require.NoError(t, err)
	assert.Equal(t, 1, meter.RequestsOf("PutItem"), "equal keys send nothing")
	assert.Equal(t, fixture.Held{"email=a@x": "1", "nick=ann": "1"}, a.held(t))

	_, err = a.repo.Put(ctx, Account{ID: "1", Email: "b@x"}) // without a nick: no constraint
	require.NoError(t, err)
	assert.Equal(t, fixture.Held{"email=b@x": "1"}, a.held(t))

	got, err := a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Nick, "bob"))
	require.NoError(t, err)
	assert.Equal(t, "b@x", got.Email)
	assert.Equal(t, fixture.Held{"email=b@x": "1", "nick=bob": "1"}, a.held(t))
	old, err := a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Nick, "bo"), ddb.ReturnOld)
	require.NoError(t, err)
	assert.Equal(t, "bob", old.Nick)

	m, meter = ddb.WithMeter(ctx)
	_, err = a.repo.Update(m, Account{ID: "1"}, ddb.Set(&f.Note, "n"))
	require.NoError(t, err)
	assert.Equal(t, 1, meter.Requests(), "an edit of something else needs no read")

	_, err = a.repo.Move(ctx, Account{ID: "1"}, Account{ID: "3", Email: "b@x", Nick: "bo"})
	require.NoError(t, err)
	assert.Equal(t, fixture.Held{"email=b@x": "3", "nick=bo": "3"}, a.held(t), "the constraints know their new owner")

	require.NoError(t, a.repo.Delete(ctx, Account{ID: "3"}))
	assert.Empty(t, a.held(t))

	_, err = a.repo.Create(ctx, Account{ID: "4", Email: "d@x", Nick: "dan"})
	require.NoError(t, err)
	m, meter = ddb.WithMeter(ctx)
	require.NoError(t, a.repo.Delete(m, Account{ID: "4", Email: "D@x", Nick: "dan"}))
	assert.Zero(t, meter.RequestsOf("GetItem"), "the caller gave the values")
	assert.Empty(t, a.held(t))
	require.NoError(t, a.repo.Delete(ctx, Account{ID: "4", Email: "d@x", Nick: "dan"}), "there is none any more")
}

func TestUniqueOfAnExampleThatIsOutOfDate(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx, f := t.Context(), a.e.Fields()
	stale, err := a.repo.Create(ctx, Account{ID: "1", Email: "a@x", Nick: "ann"})
	require.NoError(t, err)
	_, err = a.repo.Update(ctx, stale, ddb.Set(&f.Email, "b@x"))
	require.NoError(t, err)
	require.NoError(t, a.repo.Delete(ctx, stale))
	assert.Empty(t, a.held(t), "the constraint that the item really had is given up")
}

func TestUniqueIsRefusedToUpsertAndRoutedInBatches(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	_, err := a.repo.Upsert(t.Context(), Account{ID: "1"}, ddb.Set(&a.e.Fields().Email, "a@x"))
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = a.repo.Update(t.Context(), Account{ID: "1"}, ddb.SetIfAbsent(&a.e.Fields().Email, "a@x"))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	m, meter := ddb.WithMeter(t.Context())
	err = a.db.Batch(m, a.e.Put(Account{ID: "1", Email: "a@x"}), a.e.Put(Account{ID: "2", Email: "b@x"}))
	require.NoError(t, err)
	assert.Zero(t, meter.RequestsOf("BatchWriteItem"))
	assert.Len(t, a.held(t), 2)
}

// Two ops that meet on one constraint: one gives up what the other takes.
func TestUniquePassesOnInATransaction(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx, f := t.Context(), a.e.Fields()
	_, err := a.repo.Create(ctx, Account{ID: "1", Email: "a@x"})
	require.NoError(t, err)
	require.NoError(t, a.db.Transact(ctx, a.e.Update(Account{ID: "1"}, ddb.Set(&f.Email, "b@x")), a.e.Create(Account{ID: "2", Email: "a@x"})))
	assert.Equal(t, fixture.Held{"email=a@x": "2", "email=b@x": "1"}, a.held(t))
	err = a.db.Transact(ctx, a.e.Create(Account{ID: "3", Email: "c@x"}), a.e.Create(Account{ID: "4", Email: "C@x"}))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "op 0 (create account, unique constraint email) and op 1 (create account, unique constraint email)")
	// swapping two values
	require.NoError(t, a.db.Transact(ctx, a.e.Update(Account{ID: "1"}, ddb.Set(&f.Email, "a@x")), a.e.Update(Account{ID: "2"}, ddb.Set(&f.Email, "b@x"))))
	assert.Equal(t, fixture.Held{"email=a@x": "1", "email=b@x": "2"}, a.held(t))
}

func TestUniqueOfAnExpiredItemIsFree(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx := t.Context()
	_, err := a.repo.Create(ctx, Account{ID: "1", Email: "a@x", Expires: a.now.Add(time.Hour)})
	require.NoError(t, err)
	_, err = a.repo.Create(ctx, Account{ID: "2", Email: "a@x"})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	// the constraint follows the item's time to live
	_, err = a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&a.e.Fields().Expires, a.now.Add(3*time.Hour)))
	require.NoError(t, err)
	a.now = a.now.Add(2 * time.Hour)
	_, err = a.repo.Create(ctx, Account{ID: "2", Email: "a@x"})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	a.now = a.now.Add(2 * time.Hour)
	_, err = a.repo.Create(ctx, Account{ID: "2", Email: "a@x"})
	require.NoError(t, err)
	assert.Equal(t, fixture.Held{"email=a@x": "2"}, a.held(t))
}

func TestUniqueUnderConcurrency(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx := t.Context()
	for _, id := range []string{"1", "2", "3"} {
		_, err := a.repo.Create(ctx, Account{ID: id, Email: id})
		require.NoError(t, err)
	}
	a.engine.SetFaults(ddbmem.Faults{Latency: time.Millisecond})
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			id := string(rune('1' + i%3))
			_, err := a.repo.Put(ctx, Account{ID: id, Email: string(rune('a' + i%5))})
			if err != nil && !errors.Is(err, ddb.ErrNotUnique) && !errors.Is(err, ddb.ErrConflict) {
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	a.engine.SetFaults(ddbmem.Faults{})
	want := fixture.Held{}
	for _, id := range []string{"1", "2", "3"} {
		got, err := a.repo.Get(ctx, Account{ID: id})
		require.NoError(t, err)
		want["email="+got.Email] = id
	}
	assert.Equal(t, want, a.held(t))
	assert.Len(t, want, 3)
}

func TestEnsureUniqueClaimsWhatWasThereBefore(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx := t.Context()
	for id, email := range map[string]string{"1": "a@x", "2": "b@x", "3": "A@x", "4": ""} { // as before there was a constraint
		attrs, err := a.e.Encode(Account{ID: id, Email: email})
		require.NoError(t, err)
		_, err = a.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: new("accounts"), Item: attrs})
		require.NoError(t, err)
	}
	var cursors []ddb.Cursor
	err := a.repo.EnsureUnique(ctx, &ddb.JobOptions{Segments: 3, Checkpoint: func(c ddb.Cursor) { cursors = append(cursors, c) }})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	assert.Equal(t, 1, strings.Count(err.Error(), "unique email"), "%v", err)
	assert.NotEmpty(t, cursors)
	assert.Len(t, a.held(t), 2)
	loser := map[string]string{"1": "3", "3": "1"}[a.held(t)["email=a@x"]]
	require.NoError(t, a.repo.Delete(ctx, Account{ID: loser}), "what holds no constraint can be deleted")
	assert.Len(t, a.held(t), 2)
	require.NoError(t, a.repo.EnsureUnique(ctx, nil))
}
