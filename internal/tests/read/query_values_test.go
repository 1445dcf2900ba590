package read_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Dipstick has a number of a fixed width, an instant and text before a literal in its keys.
type Dipstick struct {
	ID    string    `dynamodbav:"-"`
	N     int       `dynamodbav:"n"`
	At    time.Time `dynamodbav:"at"`
	Text  string    `dynamodbav:"text"`
	Ratio float64   `dynamodbav:"ratio"`
}

type dipsticks struct {
	*ddb.DB
	entity                 *ddb.Entity[Dipstick]
	repo                   *ddb.Repository[Dipstick]
	byNumber, byAt, byText *ddb.Index
}

func newDipsticks(t *testing.T) *dipsticks {
	table := ddb.NewTable("pk", "")
	g := &dipsticks{byNumber: table.GSI("by-n", "n_pk", "n_sk"), byAt: table.GSI("by-at", "at_pk", "at_sk"), byText: table.GSI("by-text", "t_pk", "t_sk")}
	g.entity = ddb.MustDefine(table, "dipstick", func(x *Dipstick, d *ddb.Definition) {
		all := ddb.Key(ddb.Prefix("all"))
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&x.ID)))
		d.Index(g.byNumber, all, ddb.Key(ddb.Num(&x.N, 4)))
		d.Index(g.byAt, all, ddb.Key(ddb.Time(&x.At)))
		d.Index(g.byText, all, ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Text), ddb.Prefix("abab"), ddb.Num(&x.N, 4)))
	})
	g.DB = ddb.New(ddbmem.New().Client(), "dipsticks", table, nil)
	g.repo = ddb.NewRepository(g.DB, g.entity)
	require.NoError(t, g.CreateTable(t.Context()))
	_, err := g.repo.Put(t.Context(), Dipstick{"1", 7, g.start(), "x#", 1})
	require.NoError(t, err)
	return g
}

func (*dipsticks) start() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC) }

// A value that DynamoDB does not take is no mistake of the program: in a filter as in an If, it is of that class alone.
func TestABadValueOfAFilterIsAValue(t *testing.T) {
	t.Parallel()
	g := newDipsticks(t)
	f := g.entity.Fields()
	for name, c := range map[string]ddb.Cond{
		"text": ddb.Eq(&f.Text, "\xff"), "number": ddb.Eq(&f.Ratio, math.NaN()), "range": ddb.Gt(&f.Ratio, math.NaN()),
		"In": ddb.In(&f.Text, "a", "\xff"), "nested": ddb.Or(ddb.Eq(&f.Text, "a"), ddb.Not(ddb.Eq(&f.Text, "\xff"))),
	} {
		_, err := ddb.Collect(g.repo.Query(t.Context(), g.entity.Query(Dipstick{ID: "1"}).Filter(c)))
		require.ErrorIs(t, err, ddb.ErrValue, name)
		require.NotErrorIs(t, err, ddb.ErrModel, name)
		_, err = g.repo.Put(t.Context(), Dipstick{ID: "1", N: 1, At: time.Now(), Text: "x"}, ddb.If(c))
		require.ErrorIs(t, err, ddb.ErrValue, name)
		require.NotErrorIs(t, err, ddb.ErrModel, name)
	}
}

// A number or an instant beyond what a part holds is a bound beyond all keys; no item has it, so that Eq refuses it.
func TestABoundBeyondAllKeys(t *testing.T) {
	t.Parallel()
	g := newDipsticks(t)
	f := g.entity.Fields()
	late, early := time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
	found := func(ix *ddb.Index, bounds ...ddb.Bound) int {
		t.Helper()
		n, err := g.repo.Count(t.Context(), g.entity.On(ix, Dipstick{}).SortKey(bounds...))
		require.NoError(t, err)
		return n
	}
	assert.Equal(t, 0, found(g.byNumber, ddb.Ge(&f.N, 100_000)))
	assert.Equal(t, 0, found(g.byNumber, ddb.Gt(&f.N, 9999)))
	assert.Equal(t, 1, found(g.byNumber, ddb.Le(&f.N, 100_000)))
	assert.Equal(t, 1, found(g.byNumber, ddb.Ge(&f.N, -100_000)))
	assert.Equal(t, 0, found(g.byNumber, ddb.Lt(&f.N, -100_000)))
	assert.Equal(t, 1, found(g.byNumber, ddb.Between(&f.N, -100_000, 100_000)))
	assert.Equal(t, 0, found(g.byAt, ddb.Ge(&f.At, late)))
	assert.Equal(t, 1, found(g.byAt, ddb.Le(&f.At, late)))
	assert.Equal(t, 1, found(g.byAt, ddb.Ge(&f.At, early)))
	for ix, eq := range map[*ddb.Index]ddb.Bound{g.byNumber: ddb.Eq(&f.N, 100_000), g.byAt: ddb.Eq(&f.At, late)} {
		_, err := g.repo.Count(t.Context(), g.entity.On(ix, Dipstick{}).SortKey(eq))
		require.ErrorIs(t, err, ddb.ErrKey)
		require.NotErrorIs(t, err, ddb.ErrModel)
	}
}

// An error about a literal says how the value meets it.
func TestAnErrorAboutALiteralSaysHow(t *testing.T) {
	t.Parallel()
	g := newDipsticks(t)
	f := g.entity.Fields()
	for text, want := range map[string]string{"xab": `ends in a beginning of "abab"`, "xababy": `holds "abab"`} {
		_, err := g.repo.Put(t.Context(), Dipstick{ID: "2", N: 1, At: time.Now(), Text: text})
		require.ErrorIs(t, err, ddb.ErrKey)
		assert.ErrorContains(t, err, want)
	}
	_, err := g.repo.Count(t.Context(), g.entity.On(g.byText, Dipstick{}).SortKey(ddb.StartsWith(&f.Text, "xa")))
	require.ErrorIs(t, err, ddb.ErrKey, "x, followed by the literal, begins so too")
	assert.ErrorContains(t, err, `what may be "abab"`)
}
