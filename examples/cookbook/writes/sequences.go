package writes

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Sequence is the last number of a series.
type Sequence struct {
	Name string `dynamodbav:"-"`
	Last int64  `dynamodbav:"last"`
}

// Sale is an order of a shop, which gets an invoice with a number.
type Sale struct {
	ID      string `dynamodbav:"-"`
	Invoice int64  `dynamodbav:"invoice"` // 0: none yet
}

// The table of sequences and sales, and the entities.
var (
	LedgerTable = ddb.NewTable("pk", "")
	Sequences   = ddb.MustDefine(LedgerTable, "sequence", func(s *Sequence, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sequence#"), ddb.Str(&s.Name)))
	})
	Sales = ddb.MustDefine(LedgerTable, "sale", func(s *Sale, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sale#"), ddb.Str(&s.ID)))
	})
)

// UniqueNumbers takes the next n numbers of a series: those up to last. No other call gets one of them. They have gaps: a
// number is lost with a lost response, and with a program that ends before it uses it. The number is the one that the
// update itself returns. So no ddb.Once here: a transaction returns nothing, and a read after it may see a later number.
func UniqueNumbers(ctx context.Context, db *ddb.DB, series string, n int64) (first, last int64, err error) {
	s, err := ddb.NewRepository(db, Sequences).Upsert(ctx, Sequence{Name: series}, ddb.Add(&Sequences.Fields().Last, n))
	return s.Last - n + 1, s.Last, err
}

// InvoiceNumber gives a sale the next number of its series, without a gap, and returns it. The number is taken and used in
// one transaction, if none was taken since it was read. So the writes of a series come one after the other, and when many
// come at once most of them try again: a few tens a second, where UniqueNumbers has up to a thousand.
//
// It can be called again after any error: a sale has its number already, or gets one.
func InvoiceNumber(ctx context.Context, db *ddb.DB, series, sale string) (int64, error) {
	s, f := Sequences.Fields(), Sales.Fields()
	next := Sequence{Name: series}
	if err := db.Consistent().LoadAll(ctx, Sequences.Load(&next).Optional(new(bool))); err != nil {
		return 0, err
	}
	const attempts = 50
	for range attempts {
		n := next.Last + 1
		err := db.Transact(ctx,
			Sequences.Upsert(Sequence{Name: series}, ddb.If(ddb.Eq(&s.Last, next.Last)), ddb.Set(&s.Last, n)),
			Sales.Update(Sale{ID: sale}, ddb.If(ddb.Eq(&f.Invoice, 0)), ddb.Set(&f.Invoice, n)))
		if err == nil {
			return n, nil
		}
		if had, ok := Sales.Current(err); ok && had.Invoice != 0 {
			return had.Invoice, nil
		}
		stored, ok := Sequences.Current(err) // another call took the number
		if !ok || !errors.Is(err, ddb.ErrCondition) {
			return 0, err
		}
		next = stored
	}
	return 0, fmt.Errorf("invoice number of sale %s: other calls took %d numbers of %s meanwhile: try again later", sale, attempts, series)
}
