package define_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Chore has fields that a table declared too late could take for its own.
type Chore struct {
	ID   string `dynamodbav:"-"`
	Kind string `dynamodbav:"kind"`
	Due  int64  `dynamodbav:"due"`
}

func defineChore(table *ddb.Table) (*ddb.Entity[Chore], error) {
	return ddb.Define(table, "chore", func(c *Chore, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
}

// faultsOf returns the lines of an error of a definition.
func faultsOf(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func TestNewChecksWhatWasDeclaredAfterTheLastDefine(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		late func(*ddb.Table)
		want string
	}{
		"a type attribute over a field":     {func(x *ddb.Table) { x.TypeAttribute("kind") }, `field Kind: attribute "kind" holds the entity's name`},
		"a TTL over a field":                {func(x *ddb.Table) { x.TTL("due") }, `field Due: attribute "due" is the table's TTL: declare it with d.TTL`},
		"an index of a field":               {func(x *ddb.Table) { x.GSI("by-due", "due", "") }, `the items have all key attributes of by-due [due], so they are in it without a declaration`},
		"an index of a field in part":       {func(x *ddb.Table) { x.GSI("by-due", "shop", "due") }, `field Due is stored as "due", which is a key attribute of by-due, of type S: DynamoDB would refuse every item`},
		"a type attribute of the library's": {func(x *ddb.Table) { x.TypeAttribute("~w") }, `type attribute "~w" must have up to 255 bytes`},
		"a TTL of the library's":            {func(x *ddb.Table) { x.TTL("~w") }, `TTL attribute "~w" must have up to 255 bytes`},
		"one attribute for type and TTL":    {func(x *ddb.Table) { x.TypeAttribute("t").TTL("t") }, `attribute "t" is both the type attribute and the TTL attribute`},
		"a key attribute as TTL":            {func(x *ddb.Table) { x.TTL("sk") }, `the TTL attribute "sk" is a key attribute`},
		"an index that is none":             {func(x *ddb.Table) { x.GSI("x", "a", "b") }, `index name "x"`},
	} {
		for _, entities := range []bool{true, false} {
			table := ddb.NewTable("pk", "sk")
			if entities {
				_, err := defineChore(table)
				require.NoError(t, err)
			}
			c.late(table)
			err := table.Check()
			if !entities && (strings.Contains(c.want, "field ") || strings.Contains(c.want, "without a declaration")) {
				require.NoError(t, err, what)
				continue
			}
			require.ErrorIs(t, err, ddb.ErrModel, what)
			require.ErrorContains(t, err, c.want, what)
			require.Len(t, faultsOf(err), 1, "%s: %s", what, err)
			message := fmt.Sprint(panicked(func() { ddb.New(ddbmem.New().Client(), "table", table, nil) }))
			require.Contains(t, message, "ddb: New: ", what)
			require.Contains(t, message, c.want, what)
		}
	}
	require.Contains(t, fmt.Sprint(panicked(func() { ddb.New(ddbmem.New().Client(), "t\xff", ddb.NewTable("pk", "sk"), nil) })), "table name")
}

func panicked(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

func TestCheckTellsTheFaultsOfAllEntities(t *testing.T) {
	t.Parallel()
	type A struct {
		ID  string   `dynamodbav:"-"`
		Bad chan int `dynamodbav:"bad"`
	}
	table := ddb.NewTable("pk", "sk")
	require.NoError(t, table.Check())
	define := func(name string) error {
		_, err := ddb.Define(table, name, func(a *A, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix(name), ddb.Str(&a.ID))
			d.Primary(id, id)
		})
		return err
	}
	require.Error(t, define("one"))
	require.Error(t, define("two"))
	table.TypeAttribute("~t")
	lines := faultsOf(table.Check())
	require.Len(t, lines, 3, "%q", lines)
	assert.Contains(t, lines[0], "ddb: table: type attribute")
	assert.Contains(t, lines[1], "ddb: define one: field Bad")
	assert.Contains(t, lines[2], "ddb: define two: field Bad")

	table.TypeAttribute("t")
	_, err := ddb.Define(table, "one", func(c *Chore, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("one"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
	require.NoError(t, err)
	require.Len(t, faultsOf(table.Check()), 1, "what was made good is no fault")
}

func TestNamesOfATable(t *testing.T) {
	t.Parallel()
	long, bad := strings.Repeat("n", 256), "n\xff"
	for want, table := range map[string]*ddb.Table{
		`primary: key attribute "n\xff"`:           ddb.NewTable(bad, "sk"),
		`primary: key attribute ""`:                ddb.NewTable("", "sk"),
		`type attribute "t\xff"`:                   ddb.NewTable("pk", "sk").TypeAttribute("t\xff"),
		`TTL attribute "t\xff"`:                    ddb.NewTable("pk", "sk").TTL("t\xff"),
		`TTL attribute "nnnnnnnnnn`:                ddb.NewTable("pk", "sk").TTL(long),
		`Include names "a" twice`:                  including("a", "b", "a"),
		`Include of ""`:                            including(""),
		`Include of "nnnnnnnnnn`:                   including(long),
		`Include of "n\xff"`:                       including(bad),
		`Include takes 1 to 20 attributes, not 21`: including(numbered(0, 21)...),
		`key attribute "~a" must have`:             func() *ddb.Table { x := ddb.NewTable("pk", "sk"); x.GSI("gsi", "~a", ""); return x }(),
	} {
		err := table.Check()
		require.ErrorContains(t, err, want)
		require.Len(t, faultsOf(err), 1, err)
	}
	table := ddb.NewTable("pk", "sk")
	for i := range 5 {
		table.GSI(fmt.Sprintf("gsi%d", i), fmt.Sprintf("p%d", i), "").Include(numbered(0, 20)...)
	}
	require.NoError(t, table.Check())
	table.GSI("one-more", "p", "").Include("x")
	require.ErrorContains(t, table.Check(), "the indexes Include 101 attributes in total (one in two indexes counts twice): DynamoDB allows 100")

	for want, define := range map[string]func(*Chore, *ddb.Definition){
		`name "n\xff" is not valid UTF-8`: func(_ *Chore, d *ddb.Definition) { d.Alias(bad) },
		`unique: name "n\xff"`:            func(c *Chore, d *ddb.Definition) { d.Unique(bad, ddb.Str(&c.Kind)) },
	} {
		_, err := ddb.Define(ddb.NewTable("pk", "sk"), "chore", func(c *Chore, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
			d.Primary(id, id)
			define(c, d)
		})
		require.ErrorContains(t, err, want)
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), bad, func(c *Chore, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, `name "n\xff" is not valid UTF-8`)
	type Odd struct {
		ID string `dynamodbav:"-"`
		X  string `dynamodbav:"a\xff"`
	}
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "odd", func(o *Odd, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, `field X: attribute "a\xff" must be valid UTF-8`)
}

func including(attrs ...string) *ddb.Table {
	table := ddb.NewTable("pk", "sk")
	table.GSI("gsi", "a_pk", "a_sk").Include(attrs...)
	return table
}

func numbered(from, n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("a%d", from+i))
	}
	return names
}

// One mistake prints one fault.
func TestOneMistakeIsOneFault(t *testing.T) {
	t.Parallel()
	type Post struct {
		ID     string                `dynamodbav:"id"`
		Org    string                `dynamodbav:"org"`
		N      int                   `dynamodbav:"n,omitempty"`
		M      int                   `dynamodbav:"m,string"`
		Amount attributevalue.Number `dynamodbav:"amount"`
		Place  struct{ X string }    `dynamodbav:"place"`
	}
	for what, c := range map[string]struct {
		define func(p *Post, d *ddb.Definition, table *ddb.Table)
		want   string
	}{
		"a Native number that is left out": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.GSI("gsi", "org", "n"), ddb.Key(ddb.Native(&p.Org)), ddb.Key(ddb.Native(&p.N)))
		}, "Native(N) has the tag option \",omitempty\""},
		"a Native number that is text": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.GSI("gsi", "org", "m"), ddb.Key(ddb.Native(&p.Org)), ddb.Key(ddb.Native(&p.M)))
		}, `Native(M) is stored as text by ",string"`},
		"a Native field inside another": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.GSI("gsi", "place", ""), ddb.Key(ddb.Native(&p.Place.X)))
		}, "Native(Place.X) lies inside"},
		"text for several attributes": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.MultiGSI("multi", []string{"org", "id"}, nil), ddb.Key(ddb.Prefix("o#"), ddb.Str(&p.Org)))
		}, "the key has several attributes: use one Native part for each"},
		"too few parts": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.MultiGSI("multi", []string{"org", "id"}, []string{"x"}), ddb.Key(ddb.Native(&p.Org)), ddb.Key(ddb.Native(&p.ID)))
		}, "has 1 Native parts, the attributes are"},
		"an index of five attributes": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.MultiGSI("multi", []string{"org", "id", "a", "b", "c"}, nil),
				ddb.Key(ddb.Native(&p.Org), ddb.Native(&p.ID), ddb.Native(&p.Org), ddb.Native(&p.Org), ddb.Native(&p.Org)))
		}, "an index has 1 to 4 partition"},
		"Str of a Number": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.GSI("gsi", "g", ""), ddb.Key(ddb.Prefix("a#"), ddb.Str(&p.Amount)))
		}, "Amount is a attributevalue.Number, which is stored as a number"},
		"Native of a Number": {func(p *Post, d *ddb.Definition, table *ddb.Table) {
			d.Index(table.GSI("gsi", "amount", ""), ddb.Key(ddb.Native(&p.Amount)))
		}, "Amount is a attributevalue.Number, which is stored as a number"},
		"Fold of a Number": {
			func(p *Post, d *ddb.Definition, _ *ddb.Table) { d.Unique("amount", ddb.Fold(&p.Amount)) },
			"Amount is a attributevalue.Number, which is stored as a number",
		},
		"no index at all": {func(p *Post, d *ddb.Definition, _ *ddb.Table) { d.Index(nil, ddb.Key(ddb.Native(&p.Org))) }, "the index is nil"},
	} {
		table := ddb.NewTable("pk", "sk")
		_, err := ddb.Define(table, "post", func(p *Post, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
			d.Primary(id, id)
			c.define(p, d, table)
		})
		require.ErrorContains(t, err, c.want, what)
		assert.Len(t, faultsOf(err), 1, "%s: %s", what, err)
	}
}

// A field that another entity's index has for a key of another type makes DynamoDB refuse each item, in either order.
func TestAFieldUnderAKeyAttributeOfAnotherType(t *testing.T) {
	t.Parallel()
	type Keyed struct {
		ID    string `dynamodbav:"-"`
		Score int    `dynamodbav:"score"`
	}
	const want = `is stored as "score", which is a key attribute of by-score, of type N, in keyed`
	keyed := func(table *ddb.Table, ix *ddb.Index) error {
		_, err := ddb.Define(table, "keyed", func(k *Keyed, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("k#"), ddb.Str(&k.ID))
			d.Primary(id, id)
			d.Index(ix, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Native(&k.Score)))
		})
		return err
	}
	check := func(plain func(*ddb.Table) error, want string) {
		t.Helper()
		for _, first := range []bool{true, false} {
			table := ddb.NewTable("pk", "sk")
			ix := table.GSI("by-score", "all", "score")
			var errs []error
			if first {
				errs = append(errs, plain(table), keyed(table, ix))
			} else {
				errs = append(errs, keyed(table, ix), plain(table))
			}
			require.NoError(t, errs[0])
			if want == "" {
				require.NoError(t, errs[1])
			} else {
				require.ErrorContains(t, errs[1], want)
			}
		}
	}
	check(definePlain[string], want)
	check(definePlain[bool], want)
	check(definePlain[[]int], want)
	check(definePlain[time.Time], want)
	check(definePlain[[]byte], want)
	check(definePlain[int], "")
	check(definePlain[*float64], "")
	check(definePlain[any], "")
	check(definePlain[attributevalue.Number], "")
}

// Scored stores a field of any type under the name of another entity's key.
type Scored[V any] struct {
	ID    string `dynamodbav:"-"`
	Score V      `dynamodbav:"score"`
}

func definePlain[V any](table *ddb.Table) error {
	_, err := ddb.Define(table, "plain", func(p *Scored[V], d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	return err
}

// Names are told apart by case: what the library fills is not read into a field that is spelt otherwise.
func TestTheLibrarysAttributesAreMatchedExactly(t *testing.T) {
	t.Parallel()
	type P struct {
		ID         string    `dynamodbav:"id"`
		GSI1       string    `dynamodbav:"GSI1_PK,omitempty"`
		SK         []string  `dynamodbav:",omitempty"`
		EntityType string    `dynamodbav:",omitempty"`
		Expires    time.Time `dynamodbav:"EXPIRES,unixtime"`
	}
	for _, path := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk")
		e := ddb.MustDefine(table, "p", func(p *P, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
			d.Primary(id, id)
		})
		table.GSI("gsi", "gsi1_pk", "gsi1_sk") // declared later, and known all the same
		table.TTL("expires")
		client := ddbmem.New().Client()
		db := ddb.New(client, "table", table, &ddb.Options{UseAttributeMaps: path})
		require.NoError(t, db.CreateTable(t.Context()))
		fixture.PutRaw(t, client, "table", map[string]types.AttributeValue{
			"pk": fixture.Text("p#1"), "sk": fixture.Text("p#1"), "entityType": fixture.Text("p"), "id": fixture.Text("1"), "gsi1_pk": fixture.Text("all"), "gsi1_sk": fixture.Text("x"),
			"expires": fixture.Digits("4102444800"), "EXPIRES": fixture.Digits("5"),
		})
		repo := ddb.NewRepository(db, e)
		got, err := repo.Get(t.Context(), P{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, P{ID: "1", Expires: time.Unix(5, 0).UTC()}, got)
		in := P{ID: "2", SK: []string{"a"}, GSI1: "b", EntityType: "c", Expires: time.Unix(7, 0).UTC()}
		_, err = repo.Put(t.Context(), in)
		require.NoError(t, err)
		got, err = repo.Get(t.Context(), P{ID: "2"})
		require.NoError(t, err)
		assert.Equal(t, in, got)
	}
}

func TestTagOptionsThatAreNotKnownAreRefused(t *testing.T) {
	t.Parallel()
	type Tagged struct {
		ID    string      `dynamodbav:"-"`
		Sets  []string    `dynamodbav:"sets,stringsets"`
		Omit  string      `dynamodbav:"omit,omitempy"`
		Zero  string      `dynamodbav:"zero,omitzero"`
		Unix  time.Time   `dynamodbav:"unix,unix"`
		Times []time.Time `dynamodbav:"times,unixtime"`
		Set   string      `dynamodbav:"set,stringset"`
		Deep  []struct {
			X string `dynamodbav:"x,ommitempty"`
		} `dynamodbav:"deep"`
		Fine  *time.Time `dynamodbav:"fine,omitempty,unixtime"`
		Plain string     `dynamodbav:"plain,"`
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "tagged", func(x *Tagged, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	for _, want := range []string{
		`field Sets: attributevalue does not know the tag option "stringsets" and would ignore it: it knows omitempty`,
		`field Omit: attributevalue does not know the tag option "omitempy"`, `field Zero: attributevalue does not know the tag option "omitzero"`,
		`field Unix: attributevalue does not know the tag option "unix"`, `field Times: attributevalue ignores the tag option "unixtime" on a []time.Time`,
		`field Set: attributevalue ignores a set's tag option on a string`, `x of struct { X string "dynamodbav:\"x,ommitempty\"" }: attributevalue does not know the tag option "ommitempty"`,
	} {
		require.ErrorContains(t, err, want)
	}
	require.Len(t, faultsOf(err), 7, err)
}

func TestOrderOfWhatDoesNotSortIsRefused(t *testing.T) {
	t.Parallel()
	type Event struct {
		ID    string     `dynamodbav:"-"`
		Count int        `dynamodbav:"count,string"`
		Ratio *float64   `dynamodbav:"ratio,string"`
		At    time.Time  `dynamodbav:"at"`
		Ptr   *time.Time `dynamodbav:"ptr"`
		Unix  time.Time  `dynamodbav:"unix,unixtime"`
		Flag  bool       `dynamodbav:"flag"`
		Tags  []string   `dynamodbav:"tags"`
		Name  string     `dynamodbav:"name"`
	}
	define := func(when func(*Event) ddb.Cond) (*ddb.Table, *ddb.Entity[Event], error) {
		table := ddb.NewTable("pk", "sk")
		big := table.GSI("big", "g_pk", "g_sk")
		e, err := ddb.Define(table, "event", func(x *Event, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("e#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			if when != nil {
				d.Index(big, ddb.Key(ddb.Prefix("big")), id).When(when(x))
			}
		})
		return table, e, err
	}
	table, e, err := define(nil)
	require.NoError(t, err)
	db := ddb.New(ddbmem.New().Client(), "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, e)
	now, ratio := time.Now(), 1.5
	_, err = repo.Put(t.Context(), Event{ID: "1", Count: 100, At: now, Ptr: &now, Ratio: &ratio, Unix: now})
	require.NoError(t, err)
	const asText, asTime, none = "10 comes before 9", "00.5Z comes before 00Z", "not a "
	for what, c := range map[string]struct {
		cond func(*Event) ddb.Cond
		want string
	}{
		"lt": {func(x *Event) ddb.Cond { return ddb.Lt(&x.Count, 10) }, asText}, "le": {func(x *Event) ddb.Cond { return ddb.Le(&x.Count, 10) }, asText},
		"gt": {func(x *Event) ddb.Cond { return ddb.Gt(&x.Count, 10) }, asText}, "ge": {func(x *Event) ddb.Cond { return ddb.Ge(&x.Count, 10) }, asText},
		"between": {func(x *Event) ddb.Cond { return ddb.Between(&x.Count, 1, 200) }, asText}, "pointer": {func(x *Event) ddb.Cond { return ddb.Ge(&x.Ratio, &ratio) }, asText},
		"in a not": {func(x *Event) ddb.Cond { return ddb.Not(ddb.And(ddb.Lt(&x.Count, 10))) }, asText},
		"time":     {func(x *Event) ddb.Cond { return ddb.Ge(&x.At, now) }, asTime}, "times": {func(x *Event) ddb.Cond { return ddb.Between(&x.At, now, now) }, asTime},
		"time pointer": {func(x *Event) ddb.Cond { return ddb.Lt(&x.Ptr, &now) }, asTime},
		"bool":         {func(x *Event) ddb.Cond { return ddb.Lt(&x.Flag, true) }, none + "bool"}, "list": {func(x *Event) ddb.Cond { return ddb.Ge(&x.Tags, nil) }, none + "[]string"},
		"unix": {func(x *Event) ddb.Cond { return ddb.Between(&x.Unix, now.Add(-time.Hour), now) }, ""}, "text": {func(x *Event) ddb.Cond { return ddb.Le(&x.Name, "a") }, ""},
		"equal number": {func(x *Event) ddb.Cond { return ddb.Eq(&x.Count, 100) }, ""}, "equal time": {func(x *Event) ddb.Cond { return ddb.Eq(&x.At, now) }, ""},
		"one of": {func(x *Event) ddb.Cond { return ddb.In(&x.Count, 9, 100) }, ""}, "other": {func(x *Event) ddb.Cond { return ddb.Ne(&x.At, now.Add(1)) }, ""},
	} {
		cond := c.cond(e.Fields())
		_, filtered := ddb.Collect(repo.Query(t.Context(), e.Query(Event{ID: "1"}).Filter(cond)))
		_, updated := repo.Update(t.Context(), Event{ID: "1"}, ddb.Set(&e.Fields().Flag, true), ddb.If(cond))
		_, _, defined := define(c.cond)
		for where, err := range map[string]error{"Filter": filtered, "If": updated, "When": defined} {
			if c.want == "" {
				require.NoError(t, err, "%s in %s", what, where)
				continue
			}
			require.ErrorIs(t, err, ddb.ErrModel, "%s in %s", what, where)
			require.ErrorContains(t, err, c.want, "%s in %s", what, where)
		}
	}
}
