package define_test

import (
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Page has the table's keys, and an index's, as its own attributes.
type NativePage struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Cat  string `dynamodbav:"cat,omitempty"`
	Rank int    `dynamodbav:"rank"`
}

type nativePages struct {
	db    *ddb.DB
	e     *ddb.Entity[NativePage]
	repo  *ddb.Repository[NativePage]
	byCat *ddb.Index
}

func newNativePages(t require.TestingT, attributePath bool) nativePages {
	table := ddb.NewTable("pk", "sk")
	m := nativePages{byCat: table.GSI("by-cat", "cat", "rank")}
	m.e = ddb.MustDefine(table, "page", func(p *NativePage, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&p.PK)), ddb.Key(ddb.Native(&p.SK)))
		d.Index(m.byCat, ddb.Key(ddb.Native(&p.Cat)), ddb.Key(ddb.Native(&p.Rank))).When(ddb.Present(&p.Cat))
	})
	m.db = ddb.New(ddbmem.New().Client(), "table", table, &ddb.Options{UseAttributeMaps: attributePath})
	m.repo = ddb.NewRepository(m.db, m.e)
	return m
}

// keysOf reports what each way of naming an item by its key says of the key.
func (m nativePages) keysOf(t *testing.T, key NativePage) map[string]error {
	ctx, f := t.Context(), m.e.Fields()
	said := map[string]error{}
	_, said["create"] = m.repo.Create(ctx, key)
	_, said["put"] = m.repo.Put(ctx, key)
	_, said["get"] = m.repo.Get(ctx, key)
	_, said["upsert"] = m.repo.Upsert(ctx, key, ddb.Set(&f.Rank, 1))
	_, said["update"] = m.repo.Update(ctx, key, ddb.Set(&f.Rank, 2))
	_, said["batch get"] = m.repo.BatchGet(ctx, []NativePage{key})
	_, said["query"] = ddb.Collect(m.repo.Query(ctx, m.e.Query(NativePage{PK: key.PK}).SortKey(ddb.Eq(&f.SK, key.SK))))
	said["transact"] = m.db.Transact(ctx, m.e.Put(key))
	said["batch"] = m.db.Batch(ctx, m.e.Put(key))
	said["delete"] = m.repo.Delete(ctx, key)
	_, said["encode"] = m.e.Encode(key)
	return said
}

func TestNativeKeysHaveOneRuleInEveryDirection(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		m := newNativePages(t, path)
		require.NoError(t, m.db.CreateTable(t.Context()))
		for what, c := range map[string]struct {
			key  NativePage
			want string // "" where the key is good
		}{
			"a tilde in the partition key":  {NativePage{PK: "~x", SK: "1"}, `begins the key with "~"`},
			"a tilde in the sort key":       {NativePage{PK: "a", SK: "~1"}, ""},
			"a tilde further on":            {NativePage{PK: "a~", SK: "1"}, ""},
			"no UTF-8 in the partition key": {NativePage{PK: "u\xff", SK: "1"}, "is not valid UTF-8"},
			"no UTF-8 in the sort key":      {NativePage{PK: "a", SK: "s\xfe"}, "is not valid UTF-8"},
			"an empty partition key":        {NativePage{SK: "1"}, "is empty"},
			"an empty sort key":             {NativePage{PK: "a"}, "is empty"},
			"a partition key of 2048":       {NativePage{PK: strings.Repeat("p", 2048), SK: "1"}, ""},
			"a partition key of 2049":       {NativePage{PK: strings.Repeat("p", 2049), SK: "1"}, "has 2049 bytes"},
			"a sort key of 1024":            {NativePage{PK: "a", SK: strings.Repeat("s", 1024)}, ""},
			"a sort key of 1025":            {NativePage{PK: "a", SK: strings.Repeat("s", 1025)}, "has 1025 bytes"},
			"the greatest code point":       {NativePage{PK: "a\U0010FFFF", SK: "1"}, ""},
		} {
			for verb, err := range m.keysOf(t, c.key) {
				if c.want == "" {
					require.NoError(t, err, "%s: %s", what, verb)
					continue
				}
				require.ErrorIs(t, err, ddb.ErrKey, "%s: %s", what, verb)
				require.ErrorContains(t, err, c.want, "%s: %s", what, verb)
			}
		}
		n := 0
		for _, err := range m.repo.Scan(t.Context(), nil) {
			require.NoError(t, err)
			n++
		}
		assert.Zero(t, n, "what was refused was not written, and the rest is deleted")
	}
}

// The keys of an index are no place of the library's own, so that text there may begin with "~".
func TestNativeIndexKeysMayBeginWithATilde(t *testing.T) {
	t.Parallel()
	m := newNativePages(t, false)
	require.NoError(t, m.db.CreateTable(t.Context()))
	_, err := m.repo.Put(t.Context(), NativePage{PK: "a", SK: "1", Cat: "~tilde", Rank: 3})
	require.NoError(t, err)
	got, err := ddb.Collect(m.repo.Query(t.Context(), m.e.On(m.byCat, NativePage{Cat: "~tilde"})))
	require.NoError(t, err)
	require.Len(t, got, 1)
	for _, bad := range []string{badText, strings.Repeat("c", 2049)} {
		_, err = m.repo.Put(t.Context(), NativePage{PK: "a", SK: "2", Cat: bad})
		require.ErrorIs(t, err, ddb.ErrKey)
		_, err = m.repo.Update(t.Context(), NativePage{PK: "a", SK: "1"}, ddb.Set(&m.e.Fields().Cat, bad))
		require.Error(t, err)
		_, err = ddb.Collect(m.repo.Query(t.Context(), m.e.On(m.byCat, NativePage{Cat: bad})))
		require.ErrorIs(t, err, ddb.ErrKey)
	}
}

// Written and read together: what is written is found again by each way, under its own key and no other.
func FuzzNativeKeys(f *testing.F) {
	for _, s := range [][2]string{{"a", "1"}, {"~x", "1"}, {"u\xff", "1"}, {"u\ufffd", "1"}, {"a", "s\xfe"}, {"a", "~"}, {"", "1"}, {"a", ""}, {"a\x00", "\U0010FFFF"}, {strings.Repeat("é", 1024), "1"}, {"a", strings.Repeat("é", 513)}} {
		f.Add(s[0], s[1])
	}
	m := newNativePages(f, false)
	other := newNativePages(f, true)
	require.NoError(f, m.db.CreateTable(f.Context()))
	require.NoError(f, other.db.CreateTable(f.Context()))
	f.Fuzz(func(t *testing.T, pk, sk string) {
		legal := pk != "" && sk != "" && utf8.ValidString(pk) && utf8.ValidString(sk) && pk[0] != '~' && len(pk) <= 2048 && len(sk) <= 1024
		for _, m := range []nativePages{m, other} {
			key := NativePage{PK: pk, SK: sk, Rank: 7}
			if !legal {
				for verb, err := range m.keysOf(t, key) {
					require.ErrorIs(t, err, ddb.ErrKey, verb)
				}
				continue
			}
			_, err := m.repo.Create(t.Context(), key)
			require.NoError(t, err)
			got, err := m.repo.Get(t.Context(), key)
			require.NoError(t, err)
			assert.Equal(t, key, got)
			all, err := ddb.Collect(m.repo.Query(t.Context(), m.e.Query(NativePage{PK: pk})))
			require.NoError(t, err)
			assert.Equal(t, []NativePage{key}, all)
			for got, err := range m.repo.Scan(t.Context(), nil) {
				require.NoError(t, err)
				assert.Equal(t, key, got)
			}
			require.NoError(t, m.repo.Delete(t.Context(), key))
		}
	})
}

// Of a row whose parts are all Native, and which is left where one is absent, DynamoDB takes care: an edit of one part needs
// no other.
func TestAnEditOfOnePartOfASparseNativeRow(t *testing.T) {
	t.Parallel()
	type Ticket struct {
		ID string `dynamodbav:"-"`
		To string `dynamodbav:"to,omitempty"`
		At string `dynamodbav:"at,omitempty"`
	}
	for what, when := range map[string]func(*Ticket) []ddb.Cond{
		"present":   func(x *Ticket) []ddb.Cond { return []ddb.Cond{ddb.Present(&x.To), ddb.Present(&x.At)} },
		"not empty": func(x *Ticket) []ddb.Cond { return []ddb.Cond{ddb.Ne(&x.To, ""), ddb.Ne(&x.At, "")} },
	} {
		table := ddb.NewTable("pk", "sk")
		byTo := table.GSI("by-to", "to", "at")
		e := ddb.MustDefine(table, "ticket", func(x *Ticket, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			d.Index(byTo, ddb.Key(ddb.Native(&x.To)), ddb.Key(ddb.Native(&x.At))).When(when(x)...)
		})
		db := ddb.New(ddbmem.New().Client(), "table", table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		repo, f, key := ddb.NewRepository(db, e), e.Fields(), Ticket{ID: "1"}
		in := func(to string, n int) {
			t.Helper()
			got, err := ddb.Collect(repo.Query(t.Context(), e.On(byTo, Ticket{To: to})))
			require.NoError(t, err, what)
			require.Len(t, got, n, what)
		}
		_, err := repo.Create(t.Context(), Ticket{ID: "1", At: "9"})
		require.NoError(t, err, what)
		_, err = repo.Update(t.Context(), key, ddb.Set(&f.To, "ann"))
		require.NoError(t, err, what)
		in("ann", 1)
		_, err = repo.Update(t.Context(), key, ddb.Set(&f.To, "bob"))
		require.NoError(t, err, what)
		in("ann", 0)
		in("bob", 1)
		_, err = repo.Update(t.Context(), key, ddb.Remove(&f.At))
		require.NoError(t, err, what)
		in("bob", 0)
		_, err = repo.Upsert(t.Context(), Ticket{ID: "2"}, ddb.Set(&f.To, "bob"))
		require.NoError(t, err, what)
		in("bob", 0)
		_, err = repo.Update(t.Context(), key, ddb.Set(&f.To, ""), ddb.Set(&f.At, "8"))
		require.NoError(t, err, what)
		in("bob", 0)
		_, err = repo.Update(t.Context(), key, ddb.Set(&f.To, strings.Repeat("x", 2049)))
		require.ErrorIs(t, err, ddb.ErrKey, what)
	}
}

// The error of an item that lacks a Native key names the way out that Define takes.
func TestTheAdviceForANativeRowIsTaken(t *testing.T) {
	t.Parallel()
	type Ticket struct {
		ID string `dynamodbav:"id"`
		To string `dynamodbav:"to,omitempty"`
	}
	define := func(sparse bool) (*ddb.Entity[Ticket], error) {
		table := ddb.NewTable("pk", "sk")
		byTo := table.GSI("by-to", "to", "")
		return ddb.Define(table, "ticket", func(x *Ticket, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			row := d.Index(byTo, ddb.Key(ddb.Native(&x.To)))
			if sparse {
				row.When(ddb.Present(&x.To))
			}
		})
	}
	e, err := define(false)
	require.NoError(t, err)
	_, err = e.Encode(Ticket{ID: "1"})
	require.ErrorContains(t, err, `stay out of by-to with When(Present(&…)) and the tag ",omitempty"`)
	e, err = define(true)
	require.NoError(t, err)
	attrs, err := e.Encode(Ticket{ID: "1"})
	require.NoError(t, err)
	assert.NotContains(t, attrs, "to")
}

// What the key says and what an attribute says, zero or empty as it may be.
func TestAZeroAttributeDisagreesWithItsKey(t *testing.T) {
	t.Parallel()
	type Seat struct {
		N    int    `dynamodbav:"n"`
		Name string `dynamodbav:"name"`
		Fold string `dynamodbav:"fold"`
		At   struct {
			Room string `dynamodbav:"room"`
		} `dynamodbav:"at"`
	}
	for _, path := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk")
		e := ddb.MustDefine(table, "seat", func(s *Seat, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Num(&s.N, 4), ddb.Prefix("#"), ddb.Str(&s.At.Room)), ddb.Key(ddb.Prefix("n#"), ddb.Str(&s.Name), ddb.Prefix("#"), ddb.Fold(&s.Fold)))
		})
		client := ddbmem.New().Client()
		db := ddb.New(client, "table", table, &ddb.Options{UseAttributeMaps: path})
		require.NoError(t, db.CreateTable(t.Context()))
		repo := ddb.NewRepository(db, e)
		key := Seat{N: 5, Name: "x", Fold: "f"}
		key.At.Room = "r"
		room := func(av types.AttributeValue) types.AttributeValue {
			return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"room": av}}
		}
		null := &types.AttributeValueMemberNULL{Value: true}
		for what, c := range map[string]struct {
			attrs map[string]types.AttributeValue
			want  string
		}{
			"all absent":     {nil, ""},
			"all as the key": {map[string]types.AttributeValue{"n": fixture.Digits("5"), "name": fixture.Text("x"), "fold": fixture.Text("F"), "at": room(fixture.Text("r"))}, ""},
			"null":           {map[string]types.AttributeValue{"n": null, "name": null, "fold": null, "at": room(null)}, ""},
			"zero":           {map[string]types.AttributeValue{"n": fixture.Digits("0")}, "N is 0, the key says 5"},
			"another":        {map[string]types.AttributeValue{"n": fixture.Digits("4")}, "N is 4, the key says 5"},
			"empty":          {map[string]types.AttributeValue{"name": fixture.Text("")}, `Name is "", the key says "x"`},
			"empty fold":     {map[string]types.AttributeValue{"fold": fixture.Text("")}, `Fold is "", the key says "f"`},
			"empty, inside":  {map[string]types.AttributeValue{"at": room(fixture.Text(""))}, `At.Room is "", the key says "r"`},
		} {
			attrs := map[string]types.AttributeValue{"pk": fixture.Text("s#0005#r"), "sk": fixture.Text("n#x#f"), "entityType": fixture.Text("seat")}
			maps.Copy(attrs, c.attrs)
			fixture.PutRaw(t, client, "table", attrs)
			got, err := repo.Get(t.Context(), key)
			if c.want != "" {
				require.ErrorContains(t, err, c.want, what)
				continue
			}
			require.NoError(t, err, what)
			assert.Equal(t, []any{5, "x", "r"}, []any{got.N, got.Name, got.At.Room}, what)
		}
	}
}

type lowered string

func (l lowered) MarshalText() ([]byte, error) { return []byte(strings.ToLower(string(l))), nil }

func (l *lowered) UnmarshalText(text []byte) error { *l = lowered(text); return nil }

// Two values with one text are two items under one key: the one that is not read back is refused.
func TestATextThatReadsBackAsAnotherValueIsNoKey(t *testing.T) {
	t.Parallel()
	type User struct {
		ID lowered `dynamodbav:"id"`
	}
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "user", func(u *User, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("u#"), ddb.Text(&u.ID))
		d.Primary(id, id)
	})
	_, err := e.Encode(User{"abc"})
	require.NoError(t, err)
	_, err = e.Encode(User{"ABC"})
	require.ErrorIs(t, err, ddb.ErrKey)
	require.ErrorContains(t, err, `ID writes "abc", which reads back as another value with the same key`)
	// what was stored of such a value is read
	got, err := e.Decode(map[string]types.AttributeValue{"pk": fixture.Text("u#abc"), "sk": fixture.Text("u#abc"), "entityType": fixture.Text("user"), "id": fixture.Text("ABC")})
	require.NoError(t, err)
	assert.Equal(t, lowered("ABC"), got.ID)
}
