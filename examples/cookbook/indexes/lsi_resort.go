package indexes

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Session is a game that a player played.
type Session struct {
	Player string    `dynamodbav:"-"`
	Began  time.Time `dynamodbav:"-"`
	Points int       `dynamodbav:"points"`
}

// The table of sessions, those of a player by time, and a local index that sorts the same item collection by points. It can be
// read consistently: a session that ended is in it at once. That has a price. The items of a player, with their index entries,
// have at most 10 GB together, beyond which writes fail, and they stay in one partition, which takes 1,000 writes a second. A
// local index is created with its table, never later. If a read may miss what was just written, declare a global index with
// the same two attributes instead: it has no limit of size, and can be added and removed.
var (
	SessionTable = ddb.NewTable("player", "session")
	ByPoints     = SessionTable.LSI("by-points", "points")

	Sessions = ddb.MustDefine(SessionTable, "session", func(s *Session, d *ddb.Definition) {
		player := ddb.Key(ddb.Prefix("player#"), ddb.Str(&s.Player))
		d.Primary(player, ddb.Key(ddb.Prefix("session#"), ddb.Time(&s.Began)))
		d.Index(ByPoints, player, ddb.Key(ddb.Native(&s.Points)))
	})
)

// BestSessions are the n best sessions of a player, with those that ended a moment ago.
func BestSessions(player string, n int) ddb.Query[Session] {
	return Sessions.On(ByPoints, Session{Player: player}).Desc().Limit(n).Consistent()
}

// SessionsAbove are the sessions of a player with a number of points or more, the best first.
func SessionsAbove(player string, points int) ddb.Query[Session] {
	return Sessions.On(ByPoints, Session{Player: player}).SortKey(ddb.Ge(&Sessions.Fields().Points, points)).Desc()
}
