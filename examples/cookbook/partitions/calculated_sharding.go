package partitions

import "github.com/singletable-go/ddb"

// Ticket is a ticket of a concert.
type Ticket struct {
	Concert string `dynamodbav:"-"`
	Number  string `dynamodbav:"-"`
	Seat    string `dynamodbav:"seat"`
}

// TicketShards is the number of partition keys of a concert. It is for years: with another number a ticket is looked for
// under another key.
const TicketShards = 10

// The table of tickets, and the entity.
var (
	TicketTable = ddb.NewTable("concert_shard", "ticket")

	// Tickets of a concert are sold within minutes. Their partition key ends with a number that is calculated from the
	// ticket's own: the writes are spread, and a reader who knows the ticket's number calculates the same key. The hash of
	// Shard never changes, and spreads numbers in sequence too. If programs without this library calculate the key, choose
	// a hash that they have, keep its result in a field, and put Num of that field into the key.
	Tickets = ddb.MustDefine(TicketTable, "ticket", func(t *Ticket, d *ddb.Definition) {
		d.Primary(
			ddb.Key(ddb.Prefix("concert#"), ddb.Str(&t.Concert), ddb.Prefix("#"), ddb.Shard(&t.Number, TicketShards)),
			ddb.Key(ddb.Prefix("ticket#"), ddb.Str(&t.Number)))
	})
)

// TicketKey is the key of a ticket, for a Get: one request, as without shards.
func TicketKey(concert, number string) Ticket { return Ticket{Concert: concert, Number: number} }

// TicketsOf are all tickets of a concert, by number. It reads all shards: TicketShards requests a page.
func TicketsOf(concert string) ddb.Query[Ticket] { return Tickets.Query(Ticket{Concert: concert}) }
