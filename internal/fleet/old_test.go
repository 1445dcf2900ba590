package fleet_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

const tableName = "fleet"

// old is a table as an older release left it, in the hands of a program of today.
type old struct {
	*model.Model
	db     *ddb.DB
	client *dynamodb.Client
	clock  *ddbmem.ManualClock
	reader *ddbstream.Reader
	reads  map[string]json.RawMessage // what the older release read
}

// openOld restores the items. The program of today has notes of the given schema.
func openOld(t *testing.T, schema int) *old {
	t.Helper()
	raw, err := os.ReadFile("testdata/0e51cb8.json")
	require.NoError(t, err)
	var data struct {
		Now   time.Time
		Items []map[string]any
		Reads map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(raw, &data))
	o := &old{Model: model.New(schema), clock: ddbmem.NewManualClock(data.Now), reads: data.Reads}
	engine := ddbmem.New(ddbmem.Options{Clock: o.clock, TTLDelay: 100_000 * time.Hour})
	o.client = engine.Client()
	o.db = ddb.New(o.client, tableName, o.Table, &ddb.Options{Now: o.clock.Now})
	require.NoError(t, o.db.CreateTable(t.Context()))
	for _, it := range data.Items {
		_, err := o.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: itemOf(it)})
		require.NoError(t, err)
	}
	mux := ddb.NewMux(o.Table, nil)
	mux.Maintain(o.db, o.Views...)
	o.reader = ddbstream.NewReader(engine.StreamsClient(), tableName, mux, &ddbstream.MemoryStore{}, nil)
	return o
}

// itemOf reads the attributes of an item from DynamoDB's JSON.
func itemOf(it map[string]any) map[string]types.AttributeValue {
	out := map[string]types.AttributeValue{}
	for name, v := range it {
		out[name] = valueOf(v.(map[string]any))
	}
	return out
}

func valueOf(v map[string]any) types.AttributeValue {
	for kind, x := range v {
		switch kind {
		case "S":
			return &types.AttributeValueMemberS{Value: x.(string)}
		case "N":
			return &types.AttributeValueMemberN{Value: x.(string)}
		case "BOOL":
			return &types.AttributeValueMemberBOOL{Value: x.(bool)}
		case "B":
			var b []byte
			if err := json.Unmarshal([]byte(`"`+x.(string)+`"`), &b); err != nil {
				panic(err)
			}
			return &types.AttributeValueMemberB{Value: b}
		case "SS":
			set := &types.AttributeValueMemberSS{}
			for _, s := range x.([]any) {
				set.Value = append(set.Value, s.(string))
			}
			return set
		case "BS":
			set := &types.AttributeValueMemberBS{}
			for _, b := range x.([]any) {
				set.Value = append(set.Value, valueOf(map[string]any{"B": b}).(*types.AttributeValueMemberB).Value)
			}
			return set
		case "NULL":
			return &types.AttributeValueMemberNULL{Value: true}
		case "L":
			list := &types.AttributeValueMemberL{}
			for _, e := range x.([]any) {
				list.Value = append(list.Value, valueOf(e.(map[string]any)))
			}
			return list
		case "M":
			return &types.AttributeValueMemberM{Value: itemOf(x.(map[string]any))}
		}
	}
	panic("no attribute value")
}

// raw returns every item of the table by its key.
func (o *old) raw(t *testing.T) map[string]map[string]types.AttributeValue {
	t.Helper()
	out, err := o.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(tableName)})
	require.NoError(t, err)
	all := map[string]map[string]types.AttributeValue{}
	for _, it := range out.Items {
		all[text(it["pk"])+" "+text(it["sk"])] = it
	}
	return all
}

func text(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av.Value
	case *types.AttributeValueMemberN:
		return av.Value
	}
	return ""
}

// checkAccounts makes sure that each account is where its fields say, and that its values are claimed, and no others.
func (o *old) checkAccounts(t *testing.T) {
	t.Helper()
	held, claimed := map[string]string{}, map[string]string{}
	for _, it := range o.raw(t) {
		pk := text(it["pk"])
		if at, err := strconv.ParseInt(text(it["expires"]), 10, 64); err == nil && at <= o.clock.Now().Unix() {
			continue
		}
		switch {
		case strings.HasPrefix(pk, "account#"):
			if s := strings.ToLower(text(it["email"])); s != "" {
				held["~u#account~email="+s] = pk
			}
			if s := text(it["nick"]); s != "" {
				held["~u#account~nick="+s] = pk
			}
			if s := text(it["status"]); s != "" {
				at, err := time.Parse(time.RFC3339Nano, text(it["updated"]))
				require.NoError(t, err)
				assert.Equal(t, "status#"+s, text(it["g1p"]), pk)
				assert.Equal(t, at.UTC().Format("2006-01-02T15:04:05.000000000Z"), text(it["g1s"]), pk)
			} else {
				assert.Nil(t, it["g1s"], pk)
			}
		case strings.HasPrefix(pk, "~u#"):
			claimed[pk] = text(it["~o"].(*types.AttributeValueMemberM).Value["pk"])
		}
	}
	assert.Equal(t, held, claimed)
}

// sameAs asserts that what was read is what the older release read.
func (o *old) sameAs(t *testing.T, name string, got any) {
	t.Helper()
	b, err := json.Marshal(got)
	require.NoError(t, err)
	require.Contains(t, o.reads, name)
	assert.JSONEq(t, string(o.reads[name]), string(b), name)
	delete(o.reads, name)
}

func allOf[T any](t *testing.T, o *old, e *ddb.Entity[T]) (out []T) {
	t.Helper()
	repo := ddb.NewRepository(o.db, e)
	for _, it := range o.raw(t) {
		x, err := e.Decode(it)
		if err != nil {
			require.ErrorIs(t, err, ddb.ErrUnknown)
			continue
		}
		got, err := repo.Get(t.Context(), x)
		if err != nil {
			require.ErrorIs(t, err, ddb.ErrNotFound)
			continue
		}
		out = append(out, got)
	}
	return out
}

// What an older release wrote is read as that release read it.
func TestOldItemsAreReadAsBefore(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	for _, x := range allOf(t, o, o.Accounts) {
		o.sameAs(t, "account "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Pages) {
		o.sameAs(t, "page "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Notes) {
		o.sameAs(t, "note "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Scores) {
		o.sameAs(t, "score "+x.Player, x)
	}
	for _, x := range allOf(t, o, o.Visits) {
		o.sameAs(t, "visit "+x.Site, x)
	}
	for _, x := range allOf(t, o, o.Matches) {
		o.sameAs(t, "match "+x.Player+" "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Ranks) {
		o.sameAs(t, "rank "+x.Player, x)
	}
	for _, x := range allOf(t, o, o.Shops) {
		o.sameAs(t, "shop "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Offers) {
		o.sameAs(t, "offer "+x.ID, x)
	}
	for _, x := range allOf(t, o, o.Sessions) {
		o.sameAs(t, "session "+x.ID, x)
	}
	for _, id := range []string{"one", "pruned", "gone", "back", "pruned-gone", "unversioned"} {
		all, err := ddb.Collect(ddb.NewRepository(o.db, o.Pages).History().All(t.Context(), model.Page{ID: id}))
		require.NoError(t, err)
		o.sameAs(t, "versions "+id, all)
	}
	assert.Empty(t, o.reads, "everything that was read before")
}

// Each account of an older release can be edited, moved, deleted and made anew, and its values stay its own.
func TestOldAccounts(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	ctx := t.Context()
	repo, f := ddb.NewRepository(o.db, o.Accounts), o.Accounts.Fields()
	n, err := repo.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Zero(t, n.Rewritten, "nothing is wrong with them")
	require.NoError(t, repo.EnsureUnique(ctx, nil))
	o.checkAccounts(t)
	all := allOf(t, o, o.Accounts)
	require.Len(t, all, 12)
	for _, was := range all {
		key := model.Account{ID: was.ID}
		o.clock.Advance(time.Second)
		other := model.Account{ID: "other", Email: was.Email}
		_, err := repo.Create(ctx, other)
		require.ErrorIs(t, err, ddb.ErrNotUnique, was.ID)
		x, err := repo.Update(ctx, was, ddb.Set(&f.Status, "edited"), ddb.Add(&f.Count, 1))
		require.NoError(t, err, was.ID)
		assert.Equal(t, was.Version+1, x.Version)
		assert.Equal(t, was.Created, x.Created)
		_, err = repo.Put(ctx, was)
		require.ErrorIs(t, err, ddb.ErrConflict, "the version that the older release wrote is past")
		x, err = repo.Update(ctx, x, ddb.Set(&f.Email, "new-"+was.ID))
		require.NoError(t, err, was.ID)
		x, err = repo.Modify(ctx, key, func(x *model.Account) error {
			x.Nick, x.Status, x.Count = "", "", x.Count+1
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, was.Count+2, x.Count)
		o.checkAccounts(t)
		to := x
		to.ID, to.Nick = was.ID+"-moved", was.Nick
		x, err = repo.Move(ctx, x, to)
		require.NoError(t, err)
		assert.Equal(t, was.Version+4, x.Version)
		o.checkAccounts(t)
		require.NoError(t, repo.Delete(ctx, x))
		x, err = repo.Create(ctx, model.Account{ID: was.ID, Email: was.Email, Nick: was.Nick})
		require.NoError(t, err, "what it held is free again")
		assert.EqualValues(t, 1, x.Version)
		o.checkAccounts(t)
	}
	_, err = repo.Create(ctx, model.Account{ID: "heir", Email: "expired@example.org", Nick: "expired"})
	require.NoError(t, err, "what has expired holds nothing")
	_, err = repo.Create(ctx, model.Account{ID: "expired", Email: "expired2@example.org"})
	require.NoError(t, err, "what has expired is not there")
	o.checkAccounts(t)
}

// Sessions of an older release expire, and are written over when they have.
func TestOldSessions(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	ctx := t.Context()
	repo, f := ddb.NewRepository(o.db, o.Sessions), o.Sessions.Fields()
	_, err := repo.Update(ctx, model.Session{ID: "expired"}, ddb.Set(&f.User, "x"))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	x, err := repo.Upsert(ctx, model.Session{ID: "expired"}, ddb.Remove(&f.Expires), ddb.Set(&f.User, "new"))
	require.NoError(t, err)
	assert.Equal(t, model.Session{ID: "expired", User: "new"}, x)
	_, err = repo.Create(ctx, model.Session{ID: "later", User: "x"})
	require.ErrorIs(t, err, ddb.ErrExists)
	o.clock.Advance(3 * 365 * 24 * time.Hour)
	_, err = repo.Create(ctx, model.Session{ID: "later", User: "x"})
	require.NoError(t, err)
	_, err = repo.Take(ctx, model.Session{ID: "reused"})
	require.NoError(t, err)
}
