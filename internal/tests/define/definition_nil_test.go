package define_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestWhatIsNilIsNamed(t *testing.T) {
	t.Parallel()
	define := func(table *ddb.Table, more func(*Leg, *ddb.Definition)) error {
		_, err := ddb.Define(table, "leg", func(x *Leg, d *ddb.Definition) {
			trip := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Trip))
			d.Primary(trip, ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.Stop)))
			more(x, d)
		})
		return err
	}
	nothing := func(*Leg, *ddb.Definition) {}
	_, noFunction := ddb.Define[Leg](ddb.NewTable("pk", "sk"), "leg", nil)
	var none *ddb.Entity[Leg]
	for want, err := range map[string]error{
		"define leg: a table that is nil, or not made by NewTable":  define(nil, nothing),
		"define leg: a table that is nil, or not made by NewTable:": define(&ddb.Table{}, nothing),
		"define leg: a nil function: it has to declare the keys":    noFunction,
		"under: the parent is nil: define it first":                 define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Under(nil) }),
		"under: the parent is nil: define it":                       define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Under(none) }),
		"version: a nil *int64 is not the address of a field":       define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Version(nil) }),
		"ttl: a nil *time.Time is not the address of a field":       define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.TTL(nil) }),
		"revision: a nil *ddb.Revision is not the address of":       define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Revision(nil) }),
		"dropped: the index is nil or belongs to another table":     define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Dropped(nil) }),
		"index: the index is nil: is the variable set by then?":     define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Index(nil, ddb.Key()) }),
		"part 1: a nil *string is not the address of a field":       define(ddb.NewTable("pk", "sk"), func(_ *Leg, d *ddb.Definition) { d.Unique("u", ddb.Str[string](nil)) }),
	} {
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "panicked")
		require.Len(t, faultsOf(err), 1, err)
	}
}

// What is wrong with a table is told by the first Define, by New and by Check, not once for each entity.
func TestAFaultOfTheTableIsToldOnce(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	table.GSI("x", "x_pk", "")
	var told []string
	for _, name := range []string{"a", "b", "c"} {
		_, err := ddb.Define(table, name, func(x *Leg, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix(name+"#"), ddb.Str(&x.Trip)), ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.Stop)))
		})
		if err != nil {
			told = append(told, err.Error())
		}
	}
	require.Len(t, told, 1)
	require.Contains(t, told[0], `index name "x" must have 3 to 255`)
	require.Len(t, faultsOf(table.Check()), 1)
	require.PanicsWithValue(t, `ddb: New: ddb: table: index name "x" must have 3 to 255 of a-z A-Z 0-9 _ - .`, func() { ddb.New(ddbmem.New().Client(), "x", table, nil) })
}

// A name that is taken is one fault, whatever keys the second has.
func TestATakenNameIsOneFault(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	define := func(name string, aliases ...string) error {
		_, err := ddb.Define(table, name, func(x *Leg, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Trip)), ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.Stop)))
			d.Alias(aliases...)
		})
		return err
	}
	require.NoError(t, define("aa", "old"))
	err := define("aa")
	require.EqualError(t, err, `ddb: define aa: name "aa" is taken by another entity of the table: use another name`)
	require.ErrorContains(t, define("old"), `name "old" is taken as an alias of aa`)
}

func TestANumberWithoutDigitsIsRefused(t *testing.T) {
	t.Parallel()
	const want = `is "", which is not a DynamoDB number: tag the field ",omitempty"`
	for _, path := range []bool{false, true} {
		numbers, f := holders[json.Number](t, path)
		ctx, meter := ddb.WithMeter(t.Context())
		_, err := numbers.Create(ctx, Holder[json.Number]{ID: "1"})
		require.ErrorContains(t, err, "Val: "+want)
		_, err = numbers.Update(ctx, Holder[json.Number]{ID: "1"}, ddb.Set(&f.Val, ""))
		require.ErrorContains(t, err, want)
		lists, _ := holders[[]attributevalue.Number](t, path)
		_, err = lists.Create(ctx, Holder[[]attributevalue.Number]{"1", []attributevalue.Number{"1", ""}})
		require.ErrorContains(t, err, "Val[1]: "+want)
		assert.Zero(t, meter.Requests())
	}
	db, e := records(t, false) // its number is omitempty
	_, err := ddb.NewRepository(db, e).Create(t.Context(), Record{ID: "1"})
	require.NoError(t, err)
}

// Held has a field under a key attribute of an index that it is not in: the other attribute is never there.
type Held struct {
	ID   string  `dynamodbav:"-"`
	Mail string  `dynamodbav:"mail"`
	Nick *string `dynamodbav:"nick"`
	Tag  string  `dynamodbav:"tag,omitempty"`
}

// DynamoDB refuses an item with an empty key attribute of an index, also where the item would not be in it.
func TestAFieldUnderAKeyAttributeIsCheckedAsOne(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk")
		table.GSI("by-mail", "area", "mail")
		table.GSI("by-nick", "area", "nick")
		table.GSI("by-tag", "area", "tag")
		e := ddb.MustDefine(table, "held", func(x *Held, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("h#"), ddb.Str(&x.ID))
			d.Primary(id, id)
		})
		db := ddb.New(ddbmem.New().Client(), "held", table, &ddb.Options{UseAttributeMaps: path})
		require.NoError(t, db.CreateTable(t.Context()))
		repo, f, nick := ddb.NewRepository(db, e), e.Fields(), "n"
		_, err := repo.Create(t.Context(), Held{ID: "1", Mail: "m", Nick: &nick})
		require.NoError(t, err)
		ctx, meter := ddb.WithMeter(t.Context())
		for what, bad := range map[string]Held{"Mail is empty": {Nick: &nick}, "Nick is empty": {Mail: "m"}, "Mail has 1025 bytes": {Mail: strings.Repeat("m", 1025), Nick: &nick}} {
			bad.ID = "2"
			_, err := repo.Put(ctx, bad)
			require.ErrorIs(t, err, ddb.ErrKey, what)
			require.ErrorContains(t, err, what)
			require.ErrorContains(t, err, "ddb: put held pk=\"h#2\" sk=\"h#2\": by-")
			require.ErrorContains(t, err, `a field with the tag ",omitempty" is not stored while it is empty`)
		}
		for what, edit := range map[string]ddb.Edit{"Mail is empty": ddb.Set(&f.Mail, ""), "Nick is empty": ddb.Set(&f.Nick, nil), "Tag has 1025 bytes": ddb.Set(&f.Tag, strings.Repeat("t", 1025))} {
			_, err := repo.Update(ctx, Held{ID: "1"}, edit)
			require.ErrorIs(t, err, ddb.ErrKey, what)
			require.ErrorContains(t, err, what)
		}
		assert.Zero(t, meter.Requests())
		_, err = repo.Update(t.Context(), Held{ID: "1"}, ddb.Set(&f.Tag, ""), ddb.Set(&f.Mail, "n"))
		require.NoError(t, err)
	}
}

// Expiring has a TTL.
type Expiring struct {
	ID  string    `dynamodbav:"-"`
	End time.Time `dynamodbav:"end,unixtime"`
}

// A TTL is kept in whole seconds: what is read back is the time at which the item is gone.
func TestATTLIsReadBackAsTheTimeAtWhichTheItemIsGone(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000, 0)
	table := ddb.NewTable("pk", "sk").TTL("end")
	e := ddb.MustDefine(table, "expiring", func(x *Expiring, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("e#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.End)
	})
	db := ddb.New(ddbmem.New().Client(), "expiring", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, e)
	created, err := repo.Create(t.Context(), Expiring{"1", time.Unix(1_010, 900_000_000)})
	require.NoError(t, err)
	got, err := repo.Get(t.Context(), Expiring{ID: "1"})
	require.NoError(t, err)
	assert.True(t, got.End.Equal(time.Unix(1_010, 0)))
	assert.True(t, created.End.Equal(got.End), "what Create returns is what is stored")
	now = got.End.Add(-time.Nanosecond)
	_, err = repo.Get(t.Context(), Expiring{ID: "1"})
	require.NoError(t, err)
	now = got.End
	_, err = repo.Get(t.Context(), Expiring{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}
