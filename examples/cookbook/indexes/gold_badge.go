package indexes

import "github.com/singletable-go/ddb"

// Player is a player of a game. Badge is the rank of the few who have one; WonAt is when it was won, in seconds since 1970.
type Player struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	Badge string `dynamodbav:"badge,omitempty"`
	WonAt int64  `dynamodbav:"won_at,omitempty"`
}

// The table of players, and a sparse index whose keys are the attributes themselves: DynamoDB adds a player to it when the
// badge appears, and removes the player when it goes, whichever program writes. All of a badge are one partition, which takes
// 1,000 writes a second: enough for what is rare.
var (
	PlayerTable = ddb.NewTable("player", "")
	ByBadge     = PlayerTable.GSI("by-badge", "badge", "won_at")

	Players = ddb.MustDefine(PlayerTable, "player", func(p *Player, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("player#"), ddb.Str(&p.ID)))
		d.Index(ByBadge, ddb.Key(ddb.Native(&p.Badge)), ddb.Key(ddb.Native(&p.WonAt))).
			When(ddb.Present(&p.Badge), ddb.Present(&p.WonAt))
	})
)

// WithBadge are all players with a badge, the latest winner first.
func WithBadge(badge string) ddb.Query[Player] {
	return Players.On(ByBadge, Player{Badge: badge}).Desc()
}

// Award gives a player a badge, which puts the player into the index.
func Award(p Player) ddb.Op {
	f := Players.Fields()
	return Players.Update(Player{ID: p.ID}, ddb.Set(&f.Badge, p.Badge), ddb.Set(&f.WonAt, p.WonAt))
}

// Revoke takes the badge away, and the player out of the index.
func Revoke(player string) ddb.Op {
	f := Players.Fields()
	return Players.Update(Player{ID: player}, ddb.Remove(&f.Badge), ddb.Remove(&f.WonAt))
}
