package write_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Ledge is an item of requests that DynamoDB refuses.
type Ledge struct {
	ID    string  `dynamodbav:"-"`
	Text  string  `dynamodbav:"text"`
	Ratio float64 `dynamodbav:"ratio"`
}

func defineLedges(index string) (*ddb.Table, *ddb.Index, *ddb.Entity[Ledge]) {
	table := ddb.NewTable("pk", "")
	ix := table.GSI(index, index+"_pk", "")
	return table, ix, ddb.MustDefine(table, "ledge", func(l *Ledge, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID)))
		d.Index(ix, ddb.Key(ddb.Prefix("all")))
	})
}

// A refusal says what is at fault where that is known, and speaks of the model only where the service does.
func TestARefusalSaysWhatIsAtFault(t *testing.T) {
	t.Parallel()
	const advice = "VerifyTable"
	table, ix, ledges := defineLedges("one")
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "ledges", table, nil)
	repo := ddb.NewRepository(db, ledges)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := repo.Put(t.Context(), Ledge{ID: "1", Ratio: 9e125})
	require.NoError(t, err)
	f := ledges.Fields()
	refused := func(what string, err error, cause string) {
		t.Helper()
		require.Error(t, err, what)
		assert.ErrorContains(t, err, cause, what)
		assert.ErrorContains(t, err, "ValidationException", what)
		assert.NotContains(t, err.Error(), advice, what)
		require.NotErrorIs(t, err, ddb.ErrModel)
	}
	many := make([]ddb.Cond, 400)
	for i := range many {
		many[i] = ddb.Eq(&f.Text, fmt.Sprint(i))
	}
	_, err = repo.Update(t.Context(), Ledge{ID: "1"}, ddb.Add(&f.Ratio, 9e125))
	refused("overflow", err, "38 digits")
	_, err = ddb.Collect(repo.Query(t.Context(), ledges.Query(Ledge{ID: "1"}).Filter(ddb.Or(many...))))
	refused("a long filter", err, "300 operators")
	_, err = repo.Put(t.Context(), Ledge{ID: "1"}, ddb.If(ddb.Or(many...)))
	refused("a long condition", err, "300 operators")
	ratio := expression.Name("ratio")
	_, err = repo.Put(t.Context(), Ledge{ID: "1"}, ddb.If(ddb.Expr(ratio.LessThan(expression.Value(true)))))
	refused("an operand", err, "value of that type")
	_, err = repo.Put(t.Context(), Ledge{ID: "1"}, ddb.If(ddb.Expr(ratio.Between(expression.Value(2), expression.Value(1)))))
	refused("bounds the wrong way round", err, "upper bound")

	otherTable, other, others := defineLedges("two")
	elsewhere := ddb.NewRepository(ddb.New(engine.Client(), "ledges", otherTable, nil), others)
	_, err = ddb.Collect(elsewhere.Query(t.Context(), others.On(other, Ledge{})))
	assert.ErrorContains(t, err, advice, "an index that is not there")
	sorted := ddb.NewTable("pk", "sk")
	both := ddb.MustDefine(sorted, "ledge", func(l *Ledge, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID)), ddb.Key(ddb.Prefix("l")))
	})
	_, err = ddb.NewRepository(ddb.New(engine.Client(), "ledges", sorted, nil), both).Get(t.Context(), Ledge{ID: "1"})
	assert.ErrorContains(t, err, advice, "a key of another form")
	_, err = ddb.Collect(repo.Query(t.Context(), ledges.On(ix, Ledge{})))
	require.NoError(t, err)
}

// A transaction of more than 4 MB is too large, be it one that reads or one that writes; a batch of as much is read in parts.
func TestMoreThanATransactionTakes(t *testing.T) {
	t.Parallel()
	table, _, ledges := defineLedges("one")
	db := ddb.New(ddbmem.New().Client(), "ledges", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	reads, keys, ops := []ddb.Read(nil), []Ledge(nil), []ddb.Op(nil)
	for i := range 12 {
		l := Ledge{ID: fmt.Sprint(i), Text: strings.Repeat("x", 390<<10)}
		reads, keys, ops = append(reads, ledges.Load(&Ledge{ID: l.ID})), append(keys, Ledge{ID: l.ID}), append(ops, ledges.Put(l))
	}
	require.NoError(t, db.Batch(t.Context(), ops...))
	require.ErrorIs(t, db.TransactGet(t.Context(), reads...), ddb.ErrTooLarge)
	require.ErrorIs(t, db.Transact(t.Context(), ops...), ddb.ErrTooLarge)
	require.NoError(t, db.TransactGet(t.Context(), reads[:10]...))
	require.NoError(t, db.LoadAll(t.Context(), reads...))
	found, err := ddb.NewRepository(db, ledges).BatchGet(t.Context(), keys)
	require.NoError(t, err)
	assert.Len(t, found, 12)
}
