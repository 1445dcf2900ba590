package writes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// NumberSequences shows numbers that are unique, and numbers without a gap.
var NumberSequences = recipe.Recipe{
	Name:    "sequences",
	Problem: "Items need numbers in a sequence",
	Pattern: "Add returns a unique number; a number without gaps is taken in the transaction that uses it.",
	Not:     "They only need to differ: random or time-sorted ids need no item that all writers write.",
	Costs:   []string{"a unique number", "an invoice number, without gaps"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		f, err := newFaulty(ctx, r, LedgerTable, ddb.Options{})
		if err != nil {
			return err
		}
		take := func(what string, n int64) error {
			return r.Step(ctx, what, func(ctx context.Context) (string, error) {
				first, last, err := UniqueNumbers(ctx, f.db, "parcels", n)
				if n == 1 {
					return fmt.Sprint(last), err
				}
				return fmt.Sprintf("%d to %d", first, last), err
			})
		}
		if err := take("a unique number", 1); err != nil {
			return err
		}
		f.lose("UpdateItem")
		if err := take("another, the response is lost", 1); err != nil {
			return err
		}
		if err := take("a block of 100, to give away without requests", 100); err != nil {
			return err
		}
		if err := f.db.Batch(ctx, Sales.Put(Sale{ID: "a"}), Sales.Put(Sale{ID: "b"})); err != nil {
			return err
		}
		for _, s := range []struct{ what, sale string }{
			{"an invoice number, without gaps", "a"},
			{"the next one, the response is lost", "b"},
			{"asked again", "a"},
		} {
			if s.sale == "b" {
				f.lose("TransactWriteItems")
			}
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				n, err := InvoiceNumber(ctx, f.db, "invoices-2026", s.sale)
				return fmt.Sprintf("sale %s has %d", s.sale, n), err
			})
			if err != nil {
				return err
			}
		}
		return nil
	},
}
