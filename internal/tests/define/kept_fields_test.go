package define_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Upkeep is what the library keeps of an item.
type Upkeep struct {
	Version  int64        `dynamodbav:"version"`
	Updated  time.Time    `dynamodbav:"updated"`
	Created  time.Time    `dynamodbav:"created"`
	Expires  time.Time    `dynamodbav:"expires,unixtime"`
	Plain    time.Time    `dynamodbav:"plain"`
	Revision ddb.Revision `dynamodbav:"-"`
}

// declare keeps all fields but Plain.
func (u *Upkeep) declare(d *ddb.Definition) {
	d.Version(&u.Version)
	d.Revision(&u.Revision)
	d.Updated(&u.Updated)
	d.Created(&u.Created)
	d.TTL(&u.Expires)
}

// Valve embeds what is kept, so that its fields are its own.
type Valve struct {
	ID    string `dynamodbav:"id"`
	Title string `dynamodbav:"title"`
	Upkeep
}

func defineValve(more func(*Valve, *ddb.Definition)) (*ddb.Table, *ddb.Entity[Valve], error) {
	table := ddb.NewTable("pk", "sk").TTL("expires")
	e, err := ddb.Define(table, "valve", func(x *Valve, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("v#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		more(x, d)
	})
	return table, e, err
}

func TestFieldsThatTheLibraryKeepsAreFieldsOfTheItem(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	type inside struct {
		ID   string `dynamodbav:"id"`
		Kept Upkeep `dynamodbav:"kept"`
	}
	type behind struct {
		ID   string  `dynamodbav:"id"`
		Kept *Upkeep `dynamodbav:"kept"`
	}
	type named struct {
		ID     string `dynamodbav:"id"`
		Upkeep `dynamodbav:"kept"`
	}
	_, in := ddb.Define(table, "inside", func(x *inside, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("i#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		x.Kept.declare(d)
	})
	_, pointer := ddb.Define(table, "behind", func(x *behind, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("b#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		x.Kept.declare(d)
	})
	_, embedded := ddb.Define(table, "named", func(x *named, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		x.declare(d)
	})
	for _, c := range []struct {
		outer string
		err   error
	}{{"Kept", in}, {"Kept", pointer}, {"Upkeep", embedded}} {
		require.ErrorIs(t, c.err, ddb.ErrModel)
		require.Len(t, faultsOf(c.err), 5, c.err)
		for i, f := range [][2]string{{"version", "Version"}, {"revision", "Revision"}, {"updated", "Updated"}, {"created", "Created"}, {"ttl", "Expires"}} {
			want := fmt.Sprintf("%s: %s.%s is inside the field %s: declare a field of the item itself, or of a struct that it embeds without a tag", f[0], c.outer, f[1], c.outer)
			assert.Contains(t, faultsOf(c.err)[i], want)
		}
	}
	_, err := ddb.Define(table, "plain", func(x *inside, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Kept.Plain)
	})
	require.Len(t, faultsOf(err), 2, err) // and the revision, which is not declared
	require.ErrorContains(t, err, "ttl: Kept.Plain is inside the field Kept")
	require.NotContains(t, err.Error(), "unixtime")
}

func TestFieldsThatAreKeptInAnEmbeddedStructFollowEachWrite(t *testing.T) {
	t.Parallel()
	table, valves, err := defineValve(func(x *Valve, d *ddb.Definition) { x.declare(d) })
	require.NoError(t, err)
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	now := begin
	db := ddb.New(ddbmem.New().Client(), "valves", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	r, ctx, f := ddb.NewRepository(db, valves), t.Context(), valves.Fields()
	made, err := r.Create(ctx, Valve{ID: "1"})
	require.NoError(t, err)
	now = begin.Add(time.Hour)
	got, err := r.Modify(ctx, made, func(x *Valve) error { x.Title, x.Plain = "a", begin; return nil })
	require.NoError(t, err)
	read, err := r.Consistent().Get(ctx, made)
	require.NoError(t, err)
	assert.Equal(t, got, read)
	assert.Equal(t, int64(2), read.Version)
	assert.Equal(t, now, read.Updated)
	assert.Equal(t, begin, read.Created)
	assert.NotEqual(t, made.Revision, read.Revision)
	_, err = r.Update(ctx, made, ddb.Set(&f.Title, "b")) // of version 1
	require.ErrorIs(t, err, ddb.ErrConflict)
}

func TestFieldsThatEachWriteChangesAreInNoPrimaryKeyAndInNoUnique(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	byVersion := table.GSI("by-version", "v_pk", "v_sk")
	for want, declare := range map[string]func(x *Valve, d *ddb.Definition) ddb.Template{
		"primary: Version is declared as version, which every write changes, and a primary key cannot change: remove it from the key": func(x *Valve, _ *ddb.Definition) ddb.Template {
			return ddb.Key(ddb.Prefix("s#"), ddb.Num(&x.Version, 10))
		},
		"primary: Updated is declared as updated, which every write changes, and a primary key": func(x *Valve, _ *ddb.Definition) ddb.Template {
			return ddb.Key(ddb.Prefix("s#"), ddb.Time(&x.Updated))
		},
		"primary: Revision is declared as revision, which every write changes, and a primary key": func(x *Valve, _ *ddb.Definition) ddb.Template {
			return ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.Revision))
		},
		"unique one: Version is declared as version, which every write changes: remove it from the constraint": func(x *Valve, d *ddb.Definition) ddb.Template {
			d.Unique("one", ddb.Num(&x.Version, 10))
			return ddb.Key(ddb.Prefix("s"))
		},
		"unique one: Updated is declared as updated, which every write changes": func(x *Valve, d *ddb.Definition) ddb.Template {
			d.Unique("one", ddb.Str(&x.Title), ddb.Prefix("#"), ddb.Time(&x.Updated))
			return ddb.Key(ddb.Prefix("s"))
		},
		"unique one: Revision is declared as revision, which every write changes": func(x *Valve, d *ddb.Definition) ddb.Template {
			d.Unique("one", ddb.Str(&x.Revision))
			return ddb.Key(ddb.Prefix("s"))
		},
		"by-version: Revision is declared as revision, which is not stored: remove it from the key": func(x *Valve, d *ddb.Definition) ddb.Template {
			d.Index(byVersion, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.Revision)))
			return ddb.Key(ddb.Prefix("s"))
		},
	} {
		_, err := ddb.Define(table, "valve", func(x *Valve, d *ddb.Definition) {
			x.declare(d)
			d.Primary(ddb.Key(ddb.Prefix("v#"), ddb.Str(&x.ID)), declare(x, d))
		})
		require.ErrorIs(t, err, ddb.ErrModel, want)
		require.ErrorContains(t, err, want)
		require.Len(t, faultsOf(err), 1, err)
	}
}

func TestAnIndexByWhatEachWriteChangesFollowsIt(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	byVersion, byTime := table.GSI("by-version", "v_pk", "version"), table.GSI("by-time", "t_pk", "t_sk")
	valves := ddb.MustDefine(table, "valve", func(x *Valve, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("v#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		x.declare(d)
		d.Index(byVersion, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Native(&x.Version)))
		d.Index(byTime, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("t#"), ddb.Time(&x.Updated)))
	})
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	db := ddb.New(ddbmem.New().Client(), "valves", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	r, ctx, f := ddb.NewRepository(db, valves), t.Context(), valves.Fields()
	key := Valve{ID: "1"}
	for n, write := range []func() error{
		func() error { _, err := r.Create(ctx, key); return err },
		func() error { _, err := r.Update(ctx, key, ddb.Set(&f.Title, "a")); return err },
		func() error {
			_, err := r.Modify(ctx, key, func(x *Valve) error { x.Title = "b"; return nil })
			return err
		},
		func() error { _, err := r.Upsert(ctx, key, ddb.Set(&f.Title, "c")); return err },
	} {
		now = now.Add(time.Hour)
		require.NoError(t, write())
		for _, ix := range []*ddb.Index{byVersion, byTime} {
			got, err := ddb.Collect(r.Query(ctx, valves.On(ix, Valve{})))
			require.NoError(t, err)
			require.Len(t, got, 1)
			assert.Equal(t, int64(n+1), got[0].Version)
			assert.Equal(t, now, got[0].Updated)
		}
		done, err := r.Reindex(ctx, nil)
		require.NoError(t, err)
		assert.Equal(t, ddb.Reindexed{Items: 1}, done)
	}
}

func TestCreatedInThePrimaryKeyIsTheTimeOfCreate(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	valves := ddb.MustDefine(table, "valve", func(x *Valve, d *ddb.Definition) {
		x.declare(d)
		d.Primary(ddb.Key(ddb.Prefix("v#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("at#"), ddb.Time(&x.Created)))
	})
	begin := time.Date(2030, 1, 1, 0, 0, 0, 5, time.UTC)
	now := begin
	db := ddb.New(ddbmem.New().Client(), "valves", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	r, ctx := ddb.NewRepository(db, valves), t.Context()
	made, err := r.Create(ctx, Valve{ID: "1"})
	require.NoError(t, err)
	require.Equal(t, begin, made.Created)
	now = now.Add(time.Hour)
	_, err = r.Update(ctx, made, ddb.Set(&valves.Fields().Title, "a"))
	require.NoError(t, err)
	read, err := r.Consistent().Get(ctx, made)
	require.NoError(t, err)
	assert.Equal(t, begin, read.Created)
	assert.Equal(t, "a", read.Title)
}

func TestARevisionThatIsNotDeclaredIsNamed(t *testing.T) {
	t.Parallel()
	_, _, err := defineValve(func(x *Valve, d *ddb.Definition) { d.Version(&x.Version); d.TTL(&x.Expires) })
	require.Equal(t, []string{"ddb: define valve: field Revision is a Revision that is not declared: call d.Revision"}, faultsOf(err))
}

// Letting has a field of each kind that the library fills, and one that it does not.
type Letting struct {
	ID      string    `dynamodbav:"-"`
	Ver     int64     `dynamodbav:"ver"`
	Until   time.Time `dynamodbav:"ttl,unixtime"`
	Created time.Time `dynamodbav:"created"`
	Updated time.Time `dynamodbav:"updated"`
	Num     int       `dynamodbav:"num"`
}

func TestTheFieldsThatTheLibraryFillsAreMatchedExactly(t *testing.T) {
	t.Parallel()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	n := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	for _, path := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk").TTL("ttl")
		e := ddb.MustDefine(table, "letting", func(l *Letting, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID))
			d.Primary(id, id)
			d.Version(&l.Ver)
			d.TTL(&l.Until)
			d.Created(&l.Created)
			d.Updated(&l.Updated)
		})
		client := ddbmem.New().Client()
		db := ddb.New(client, "table", table, &ddb.Options{UseAttributeMaps: path})
		require.NoError(t, db.CreateTable(t.Context()))
		name := "table"
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
			"pk": s("l#1"), "sk": s("l#1"), "entityType": s("letting"), "TTL": n("1000"), "VER": n("3"), "Ver": n("4"),
			"Created": s("2020-01-01T00:00:00Z"), "UPDATED": s("2020-01-01T00:00:00Z"), "NUM": n("1"), "Num": n("2"),
		}})
		require.NoError(t, err)
		for range 20 {
			got, err := ddb.NewRepository(db, e).Get(t.Context(), Letting{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, Letting{ID: "1", Num: 1}, got, "of NUM and Num the least name")
		}
		got, err := e.Decode(map[string]types.AttributeValue{
			"pk": s("l#1"), "sk": s("l#1"), "entityType": s("letting"), "ver": n("5"), "VER": n("3"), "num": n("7"), "Num": s("none"),
		})
		require.NoError(t, err)
		assert.Equal(t, Letting{ID: "1", Ver: 5, Num: 7}, got)
	}
}
