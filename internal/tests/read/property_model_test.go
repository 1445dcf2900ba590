package read_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Card has a field for each thing that a read may have to look at.
type Card struct {
	Box  string `dynamodbav:"-"`
	ID   string `dynamodbav:"id"` // in the key too
	N    int    `dynamodbav:"n"`
	Name string `dynamodbav:"name"`
	Flag bool   `dynamodbav:"flag"`
	Side
	Place struct {
		City string `dynamodbav:"city"`
		Zip  string `dynamodbav:"zip,omitempty"`
	} `dynamodbav:"place"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Version int64     `dynamodbav:"version"`
}

// Side is embedded in Card.
type Side struct {
	Front string `dynamodbav:"front"`
	Back  string `dynamodbav:"back,omitempty"`
}

// Lid stands beside cards in all of their partitions.
type Lid struct {
	Box string `dynamodbav:"-"`
	ID  string `dynamodbav:"-"`
}

// cardModel is a random model: what its indexes project, and what its cards have beside their fields.
type cardModel struct {
	expires, history bool
	withExpired      bool // reads show what has expired, too
	schema           int
	table            *ddb.Table
	indexes          map[string]*ddb.Index // nil is the table
	cards            *ddb.Entity[Card]
	lids             *ddb.Entity[Lid]
}

func drawProjection(t *rapid.T, ix *ddb.Index) {
	switch rapid.IntRange(0, 3).Draw(t, ix.Name()+" projects") {
	case 0:
		ix.KeysOnly()
	case 1:
		all := []string{"id", "n", "name", "flag", "front", "back", "place", "expires", "version", "~s", "entityType"}
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, len(all), rapid.ID).Draw(t, ix.Name()+" includes")
		for _, attr := range []string{"pk", "sk", "g_pk", "g_sk", "n"} { // keys are there already
			some = slices.DeleteFunc(some, func(s string) bool { return s == attr })
		}
		if len(some) > 0 {
			ix.Include(some...)
		}
	}
}

func drawCardModel(t *rapid.T) *cardModel {
	m := &cardModel{expires: rapid.Bool().Draw(t, "expires"), history: rapid.Bool().Draw(t, "history"), schema: rapid.SampledFrom([]int{0, 2}).Draw(t, "schema")}
	m.withExpired = m.expires && rapid.IntRange(0, 3).Draw(t, "with expired") == 0
	m.table = ddb.NewTable("pk", "sk")
	if m.expires {
		m.table.TTL("expires")
	}
	global, local, number := m.table.GSI("global", "g_pk", "g_sk"), m.table.LSI("local", "l_sk"), m.table.GSI("number", "m_pk", "n")
	m.indexes = map[string]*ddb.Index{"table": nil, "global": global, "local": local, "number": number}
	for _, ix := range []*ddb.Index{global, local, number} {
		drawProjection(t, ix)
	}
	m.cards = ddb.MustDefine(m.table, "card", func(c *Card, d *ddb.Definition) {
		box := ddb.Key(ddb.Prefix("b#"), ddb.Str(&c.Box))
		d.Primary(box, ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID)))
		d.Index(global, box, ddb.Key(ddb.Prefix("c#"), ddb.Num(&c.N, 3), ddb.Prefix("#"), ddb.Str(&c.ID)))
		d.Index(local, box, ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID)))
		d.Index(number, ddb.Key(ddb.Prefix("m#"), ddb.Str(&c.Box)), ddb.Key(ddb.Native(&c.N)))
		d.Version(&c.Version)
		if m.history {
			d.History(box, ddb.Key(ddb.Prefix("a#"), ddb.Str(&c.ID), ddb.Prefix("#"), ddb.Num(&c.Version, 6)))
		}
		if m.expires {
			d.TTL(&c.Expires)
		}
		if m.schema > 0 {
			d.Schema(m.schema, upgradeCard)
		}
	})
	m.lids = ddb.MustDefine(m.table, "lid", func(l *Lid, d *ddb.Definition) {
		box := ddb.Key(ddb.Prefix("b#"), ddb.Str(&l.Box))
		d.Primary(box, ddb.Key(ddb.Prefix("d#"), ddb.Str(&l.ID)))
		d.Index(global, box, ddb.Key(ddb.Prefix("d#"), ddb.Str(&l.ID)))
	})
	return m
}

// upgradeCard spells the city in capitals since schema 1, and the name, with the city, since schema 2.
func upgradeCard(from int, attrs map[string]types.AttributeValue) error {
	place := attrs["place"].(*types.AttributeValueMemberM).Value
	city := place["city"].(*types.AttributeValueMemberS)
	if from < 1 {
		city.Value = strings.ToUpper(city.Value)
	}
	attrs["name"] = fixture.Text(attrs["name"].(*types.AttributeValueMemberS).Value + " of " + city.Value)
	return nil
}

// stored is a card as a test knows it: as it is read, and as it stands in the table.
type storedCard struct {
	read  Card
	raw   Card // what filters see
	bad   bool // its name is no string
	alien bool // its type is another
	dead  bool // it has expired, and reads leave that out
}

var cardNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func (m *cardModel) draw(t *rapid.T, i int) storedCard {
	c := Card{
		Box: rapid.SampledFrom([]string{"1", "12"}).Draw(t, "box"), ID: fmt.Sprintf("%02d", i), N: rapid.IntRange(-3, 3).Draw(t, "n"),
		Name: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name"), Flag: rapid.Bool().Draw(t, "flag"),
	}
	c.Front, c.Back = rapid.SampledFrom([]string{"", "f"}).Draw(t, "front"), rapid.SampledFrom([]string{"", "b"}).Draw(t, "back")
	c.Place.City, c.Place.Zip = rapid.SampledFrom([]string{"", "rom"}).Draw(t, "city"), rapid.SampledFrom([]string{"", "1"}).Draw(t, "zip")
	if rapid.Bool().Draw(t, "has an end") {
		c.Expires = cardNow.Add(time.Duration(rapid.IntRange(1, 2).Draw(t, "hours")) * time.Hour)
	}
	return storedCard{read: c, raw: c}
}

// put stores cards through the library, and then spoils some of them past it: older schemas, a past or a strange end, values
// of a wrong type, types of nobody.
func (m *cardModel) put(t *rapid.T, client ddb.Client, repo *ddb.Repository[Card]) (all []storedCard) {
	ctx := context.Background()
	for i := range rapid.IntRange(0, 12).Draw(t, "cards") {
		s := m.draw(t, i)
		var err error
		for n := range rapid.IntRange(1, 2).Draw(t, "writes") {
			if n > 0 { // it moves in its indexes
				s.read.N, s.read.Flag = rapid.IntRange(-3, 3).Draw(t, "n then"), rapid.Bool().Draw(t, "flag then")
			}
			s.read, err = repo.Put(ctx, s.read)
			require.NoError(t, err)
		}
		s.raw = s.read
		attrs, err := m.cards.Encode(s.read)
		require.NoError(t, err)
		attrs["~w"] = &types.AttributeValueMemberB{Value: []byte("stamp")}
		kind := rapid.SampledFrom([]string{"", "", "", "old", "older", "dead", "strange end", "bad", "alien"}).Draw(t, "kind")
		switch {
		case kind == "old" && m.schema > 0:
			attrs["~s"] = fixture.Digits("1")
			s.read.Name += " of " + s.read.Place.City
		case kind == "older" && m.schema > 0:
			delete(attrs, "~s")
			s.read.Place.City = strings.ToUpper(s.read.Place.City)
			s.read.Name += " of " + s.read.Place.City
		case kind == "dead" && m.expires:
			end := cardNow.Unix() - rapid.Int64Range(0, 1).Draw(t, "since")
			attrs["expires"] = fixture.Digits(strconv.FormatInt(end, 10))
			s.read.Expires = time.Unix(end, 0)
			s.dead = !m.withExpired
		case kind == "strange end" && m.expires:
			attrs["expires"] = &types.AttributeValueMemberNULL{Value: true}
			s.read.Expires = time.Time{}
		case kind == "bad":
			attrs["name"] = &types.AttributeValueMemberBOOL{Value: true}
			s.bad = true
		case kind == "alien" && !m.withExpired: // which fetches less, so that fewer show what they are
			attrs["entityType"] = fixture.Text("alien")
			s.alien = true
		}
		fixture.PutRaw(t, client, "cards", attrs)
		all = append(all, s)
	}
	return all
}

// cardField is a field to be selected, and what selecting it copies.
type cardField struct {
	ptr  any
	copy func(dst *Card, src Card)
}

func cardFields(f *Card) map[string]cardField {
	return map[string]cardField{
		"Box":        {&f.Box, func(*Card, Card) {}},
		"ID":         {&f.ID, func(*Card, Card) {}},
		"N":          {&f.N, func(dst *Card, src Card) { dst.N = src.N }},
		"Name":       {&f.Name, func(dst *Card, src Card) { dst.Name = src.Name }},
		"Flag":       {&f.Flag, func(dst *Card, src Card) { dst.Flag = src.Flag }},
		"Side":       {&f.Side, func(dst *Card, src Card) { dst.Side = src.Side }},
		"Front":      {&f.Front, func(dst *Card, src Card) { dst.Front = src.Front }},
		"Place":      {&f.Place, func(dst *Card, src Card) { dst.Place = src.Place }},
		"Place.City": {&f.Place.City, func(dst *Card, src Card) { dst.Place.City = src.Place.City }},
		"Expires":    {&f.Expires, func(dst *Card, src Card) { dst.Expires = src.Expires }},
		"Version":    {&f.Version, func(dst *Card, src Card) { dst.Version = src.Version }},
	}
}

// cardQuery is a random query, and what it says as functions.
type cardQuery struct {
	query    ddb.Query[Card]
	index    string
	box      string
	selected []string
	matches  func(storedCard) bool
	less     func(a, b Card) int
	limit    int
	ignores  bool // what is unknown
}

func (m *cardModel) drawQuery(t *rapid.T) cardQuery {
	q := cardQuery{index: rapid.SampledFrom(slices.Sorted(maps.Keys(m.indexes))).Draw(t, "index"), box: rapid.SampledFrom([]string{"1", "12"}).Draw(t, "of box")}
	f := m.cards.Fields()
	conds := []func(storedCard) bool{func(s storedCard) bool { return s.raw.Box == q.box }}
	byID := func(a, b Card) int { return cmp.Compare(a.ID, b.ID) }
	byN := func(a, b Card) int { return cmp.Compare(a.N, b.N) }
	q.query, q.less = m.cards.Query(Card{Box: q.box}), byID
	if ix := m.indexes[q.index]; ix != nil {
		q.query = m.cards.On(ix, Card{Box: q.box})
	}
	switch at := rapid.IntRange(-3, 3).Draw(t, "at"); q.index {
	case "global", "number":
		q.less = func(a, b Card) int { return cmp.Or(byN(a, b), byID(a, b)) }
		if q.index == "number" {
			q.less = byN
		}
		if rapid.Bool().Draw(t, "bounded") {
			q.query = q.query.SortKey(ddb.Ge(&f.N, at), ddb.Lt(&f.N, at+3))
			conds = append(conds, func(s storedCard) bool { return at <= s.raw.N && s.raw.N < at+3 })
		}
	default:
		if rapid.Bool().Draw(t, "bounded") {
			q.query = q.query.SortKey(ddb.Gt(&f.ID, "03"))
			conds = append(conds, func(s storedCard) bool { return s.raw.ID > "03" })
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "filtered") == 0 {
		q.query = q.query.Filter(ddb.Eq(&f.Flag, true))
		conds = append(conds, func(s storedCard) bool { return s.raw.Flag })
	}
	if rapid.Bool().Draw(t, "selective") {
		fields := cardFields(f)
		q.selected = rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Sorted(maps.Keys(fields))), 1, 3, rapid.ID).Draw(t, "selected")
		for _, name := range q.selected {
			q.query = q.query.Select(fields[name].ptr)
		}
	}
	if rapid.Bool().Draw(t, "desc") {
		up := q.less
		q.query, q.less = q.query.Desc(), func(a, b Card) int { return up(b, a) }
	}
	if q.limit = rapid.IntRange(0, 4).Draw(t, "limit"); q.limit > 0 {
		q.query = q.query.Limit(q.limit)
	}
	if rapid.IntRange(0, 3).Draw(t, "examines") == 0 {
		q.query = q.query.Examine(rapid.IntRange(1, 3).Draw(t, "examine"))
	}
	if q.index != "global" && q.index != "number" && rapid.Bool().Draw(t, "strong") {
		q.query = q.query.Consistent()
	}
	if q.ignores = rapid.IntRange(0, 3).Draw(t, "ignores unknown") == 0; q.ignores {
		q.query = q.query.IgnoreUnknown()
	}
	q.matches = func(s storedCard) bool {
		return !slices.ContainsFunc(conds, func(holds func(storedCard) bool) bool { return !holds(s) })
	}
	return q
}

// shown is what the query shows of a card, if it can be read.
func (q cardQuery) shown(m *cardModel, s storedCard, aliens bool) (c Card, readable bool) {
	if s.alien && aliens {
		return c, false
	}
	if q.selected == nil {
		return s.read, !s.bad
	}
	if s.bad && slices.Contains(q.selected, "Name") {
		return c, false
	}
	c = Card{Box: s.read.Box, ID: s.read.ID}
	for _, name := range q.selected {
		cardFields(m.cards.Fields())[name].copy(&c, s.read)
	}
	return c, true
}
