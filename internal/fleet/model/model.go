// Package model is a table that uses everything that the library stores in items. It compiles with the current library
// and with an older release.
package model

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

const sep ddb.Prefix = "#"

// Account has a version, constraints and times, and may expire.
type Account struct {
	ID      string    `dynamodbav:"-"`
	Email   string    `dynamodbav:"email"`
	Nick    string    `dynamodbav:"nick,omitempty"`
	Status  string    `dynamodbav:"status,omitempty"`
	Count   int64     `dynamodbav:"count"`
	Log     []string  `dynamodbav:"log"`
	Created time.Time `dynamodbav:"created"`
	Updated time.Time `dynamodbav:"updated"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// Page keeps its versions.
type Page struct {
	ID      string `dynamodbav:"-"`
	Title   string `dynamodbav:"title"`
	Count   int64  `dynamodbav:"count"`
	By      string `dynamodbav:"by"`
	Version int64  `dynamodbav:"version"`
}

// Note has a schema; Trail lists its upgrades.
type Note struct {
	ID      string   `dynamodbav:"-"`
	Trail   string   `dynamodbav:"trail"`
	Tags    []string `dynamodbav:"tags,stringset,omitempty"`
	Count   int64    `dynamodbav:"count"`
	Version int64    `dynamodbav:"version"`
}

// Score is found by fields of its primary key, in an index and in one with several key attributes.
type Score struct {
	Board  string `dynamodbav:"board"`
	Player string `dynamodbav:"player"`
	Points int64  `dynamodbav:"points"`
	Team   string `dynamodbav:"team,omitempty"`
}

// Visit has a field of its key as an attribute, in no index.
type Visit struct {
	Site  string `dynamodbav:"site"`
	Count int64  `dynamodbav:"count"`
}

// Match counts for a Score's player: its Rank is derived.
type Match struct {
	Player string    `dynamodbav:"-"`
	ID     string    `dynamodbav:"-"`
	Won    int64     `dynamodbav:"won"`
	Rival  string    `dynamodbav:"rival"`
	At     time.Time `dynamodbav:"at"`
}

// Rank is the sum of a player's matches.
type Rank struct {
	Player  string    `dynamodbav:"-"`
	Name    string    `dynamodbav:"name"`
	Won     int64     `dynamodbav:"won"`
	Matches int64     `dynamodbav:"matches"`
	Best    int64     `dynamodbav:"best"`
	Last    string    `dynamodbav:"last,omitempty"`
	LastAt  time.Time `dynamodbav:"lastAt"`
	Rivals  int64     `dynamodbav:"rivals"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
}

// Shop is copied into its offers, whose keys contain its name.
type Shop struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Offer is under its shop.
type Offer struct {
	Shop     string `dynamodbav:"-"`
	ShopName string `dynamodbav:"shopName"`
	ID       string `dynamodbav:"id"`
	Version  int64  `dynamodbav:"version"`
}

// Session expires, and has no version.
type Session struct {
	ID      string    `dynamodbav:"-"`
	User    string    `dynamodbav:"user"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
}

// Model is a table with its entities.
type Model struct {
	Table    *ddb.Table
	ByStatus *ddb.Index
	ByPoints *ddb.Index
	ByTeam   *ddb.Index

	Accounts *ddb.Entity[Account]
	Pages    *ddb.Entity[Page]
	Notes    *ddb.Entity[Note]
	Scores   *ddb.Entity[Score]
	Visits   *ddb.Entity[Visit]
	Matches  *ddb.Entity[Match]
	Ranks    *ddb.Entity[Rank]
	Shops    *ddb.Entity[Shop]
	Offers   *ddb.Entity[Offer]
	Sessions *ddb.Entity[Session]
	Views    []*ddb.View
}

// New returns a model whose notes are of the given schema.
func New(schema int) *Model {
	m := &Model{Table: ddb.NewTable("pk", "sk").TTL("expires")}
	m.ByStatus = m.Table.GSI("by-status", "g1p", "g1s")
	m.ByPoints = m.Table.GSI("by-points", "board", "points")
	m.ByTeam = m.Table.MultiGSI("by-team", []string{"board"}, []string{"player", "points"})
	m.Accounts = ddb.MustDefine(m.Table, "account", func(x *Account, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("account#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(m.ByStatus, ddb.Key(ddb.Prefix("status#"), ddb.Str(&x.Status)), ddb.Key(ddb.Time(&x.Updated))).When(ddb.Ne(&x.Status, ""))
		d.Version(&x.Version)
		d.Unique("email", ddb.Fold(&x.Email))
		d.Unique("nick", ddb.Str(&x.Nick))
		d.Created(&x.Created)
		d.Updated(&x.Updated)
		d.TTL(&x.Expires)
	})
	m.Pages = ddb.MustDefine(m.Table, "page", func(x *Page, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("page#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.History(ddb.Key(ddb.Prefix("versions#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 8)))
	})
	m.Notes = ddb.MustDefine(m.Table, "note", func(x *Note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("note#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.Schema(schema, Upgrade(schema))
	})
	m.Scores = ddb.MustDefine(m.Table, "score", func(x *Score, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&x.Board)), ddb.Key(ddb.Prefix("player#"), ddb.Str(&x.Player)))
		d.Index(m.ByPoints, ddb.Key(ddb.Native(&x.Board)), ddb.Key(ddb.Native(&x.Points)))
		d.Index(m.ByTeam, ddb.Key(ddb.Native(&x.Board)), ddb.Key(ddb.Native(&x.Player), ddb.Native(&x.Points)))
	})
	m.Visits = ddb.MustDefine(m.Table, "visit", func(x *Visit, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("site#"), ddb.Str(&x.Site)), ddb.Key(ddb.Prefix("visits")))
	})
	m.Matches = ddb.MustDefine(m.Table, "match", func(x *Match, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("matches#"), ddb.Str(&x.Player)), ddb.Key(ddb.Prefix("match#"), ddb.Str(&x.ID)))
	})
	m.Ranks = ddb.MustDefine(m.Table, "rank", func(x *Rank, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("rank#"), ddb.Str(&x.Player))
		d.Primary(id, id)
		d.TTL(&x.Expires)
	})
	m.Shops = ddb.MustDefine(m.Table, "shop", func(x *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("shop")))
	})
	m.Offers = ddb.MustDefine(m.Table, "offer", func(x *Offer, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&x.Shop)), ddb.Key(ddb.Prefix("offer#"), ddb.Str(&x.ShopName), sep, ddb.Str(&x.ID)))
		d.Version(&x.Version)
	})
	m.Sessions = ddb.MustDefine(m.Table, "session", func(x *Session, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("session#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Expires)
	})
	m.Views = []*ddb.View{
		ddbview.MustAggregate("ranks", m.Matches, m.Ranks, func(s *Match, t *Rank) []ddbview.Rule {
			return []ddbview.Rule{
				ddbview.By(&s.Player, &t.Player), ddbview.Sum(&s.Won, &t.Won), ddbview.Count(&t.Matches), ddbview.Max(&s.Won, &t.Best),
				ddbview.Latest(&s.At, &t.LastAt, &s.Rival, &t.Last), ddbview.Distinct(&s.Rival, &t.Rivals),
			}
		}),
		ddbview.MustFanOut("shop-names", m.Shops, m.Offers,
			func(s Shop) ddb.Query[Offer] { return m.Offers.Query(Offer{Shop: s.ID}) },
			func(c ddb.Change[Shop], o *Offer) bool {
				changed := o.ShopName != c.New.Name
				o.ShopName = c.New.Name
				return changed
			}),
	}
	return m
}

// Upgrade adds each schema to the trail of a note, and to its tags.
func Upgrade(schema int) func(from int, attrs map[string]types.AttributeValue) error {
	if schema == 1 {
		return nil
	}
	return func(from int, attrs map[string]types.AttributeValue) error {
		trail, _ := attrs["trail"].(*types.AttributeValueMemberS)
		if trail == nil {
			return nil
		}
		var tags []string
		if set, ok := attrs["tags"].(*types.AttributeValueMemberSS); ok {
			tags = append(tags, set.Value...)
		}
		text := strings.Builder{}
		text.WriteString(trail.Value)
		for n := from + 1; n <= schema; n++ {
			text.WriteString(">" + strconv.Itoa(n))
			tags = append(tags, strconv.Itoa(n))
		}
		attrs["trail"] = &types.AttributeValueMemberS{Value: text.String()}
		attrs["tags"] = &types.AttributeValueMemberSS{Value: tags}
		return nil
	}
}
