package partitions

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// oneKeyTickets have one partition key a concert.
var (
	oneKeyTicketTable = ddb.NewTable("concert", "ticket")
	oneKeyTickets     = ddb.MustDefine(oneKeyTicketTable, "ticket", func(t *Ticket, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("concert#"), ddb.Str(&t.Concert)), ddb.Key(ddb.Prefix("ticket#"), ddb.Str(&t.Number)))
	})
)

// CalculatedSharding shows tickets of one concert on one key, and on ten.
var CalculatedSharding = recipe.Recipe{
	Name:    "calculated-sharding",
	Problem: "All writes of the hour have one key, which is too much for a partition, and a reader looks for one item by its id",
	Pattern: "The partition key ends with a number that is calculated from the id: the reader calculates it too.",
	Not:     "The id alone can be the partition key: then no list of all items is needed, and no shard.",
	Costs:   []string{"1,500 tickets in a second, ten keys a concert", "one of its tickets, by number"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		one, err := newLoad(ctx, oneKeyTicketTable)
		if err != nil {
			return err
		}
		if err := sell(ctx, r, "1,500 tickets in a second, one key a concert", one, oneKeyTickets); err != nil {
			return err
		}
		ten, err := newLoad(ctx, TicketTable)
		if err != nil {
			return err
		}
		if err := sell(ctx, r, "1,500 tickets in a second, ten keys a concert", ten, Tickets); err != nil {
			return err
		}
		tickets := ddb.NewRepository(ten.db, Tickets)
		err = r.Step(ctx, "one of its tickets, by number", func(ctx context.Context) (string, error) {
			t, err := tickets.Get(ctx, TicketKey("opening-night", "01234"))
			return "seat " + t.Seat, err
		})
		if err != nil {
			return err
		}
		return r.Step(ctx, "all its tickets", func(ctx context.Context) (string, error) {
			all, err := ddb.Collect(tickets.Query(ctx, TicketsOf("opening-night")))
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d, from %s to %s", len(all), all[0].Number, all[len(all)-1].Number), nil
		})
	},
}

// sell writes 1,500 tickets a second in a second.
func sell(ctx context.Context, r *recipe.Run, what string, l *load, tickets *ddb.Entity[Ticket]) error {
	return r.Step(ctx, what, func(ctx context.Context) (string, error) {
		throttled, err := l.run(1, 1500, func(i int) error {
			return l.db.Do(ctx, tickets.Put(Ticket{Concert: "opening-night", Number: fmt.Sprintf("%05d", i), Seat: fmt.Sprintf("%d-%d", i/50+1, i%50+1)}))
		})
		return fmt.Sprintf("%d of 1500 throttled", throttled), err
	})
}
