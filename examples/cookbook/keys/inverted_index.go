package keys

import "github.com/singletable-go/ddb"

// Seat is a player's place in a match.
type Seat struct {
	Player string `dynamodbav:"-"`
	Match  string `dynamodbav:"-"`
	Team   string `dynamodbav:"team"`
}

// The table of seats, and its inverted index, whose partition key is the table's sort key and whose sort key is its partition
// key. It needs no attributes of its own. Both keys are those of the primary key, which never change, so an index entry never
// moves.
//
// Every item of the table is in an inverted index. An entity that should not be there needs a table, or index attributes of
// its own as in the recipe adjacency-list.
var (
	SeatTable = ddb.NewTable("player", "match")
	Inverted  = SeatTable.GSI("inverted", "match", "player")

	Seats = ddb.MustDefine(SeatTable, "seat", func(s *Seat, d *ddb.Definition) {
		player := ddb.Key(ddb.Prefix("player#"), ddb.Str(&s.Player))
		match := ddb.Key(ddb.Prefix("match#"), ddb.Str(&s.Match))
		d.Primary(player, match)
		d.Index(Inverted, match, player)
	})
)

// MatchesOf are the seats of a player. It can be read consistently.
func MatchesOf(player string) ddb.Query[Seat] { return Seats.Query(Seat{Player: player}) }

// PlayersOf are the seats of a match. As in every global index, a seat is there a moment after it was written.
func PlayersOf(match string) ddb.Query[Seat] { return Seats.On(Inverted, Seat{Match: match}) }
