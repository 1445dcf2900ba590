package observe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Book is on a shelf, and is found by its title in an index of keys, by its number and by its genre in others.
type Book struct {
	Shelf   string    `dynamodbav:"-"`
	ID      string    `dynamodbav:"-"`
	Title   string    `dynamodbav:"title"`
	Genre   string    `dynamodbav:"genre"`
	Number  int       `dynamodbav:"number"`
	Cover   []byte    `dynamodbav:"cover,omitempty"`
	Tags    []string  `dynamodbav:"tags,stringset,omitempty"`
	Counts  []int     `dynamodbav:"counts,numberset,omitempty"`
	Sums    [][]byte  `dynamodbav:"sums,binaryset,omitempty"`
	Price   float64   `dynamodbav:"price"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
	Spread  string    `dynamodbav:"spread,omitempty"`
}

// Member has a card, of which there is one each, and a history.
type Member struct {
	ID      string         `dynamodbav:"-"`
	Card    string         `dynamodbav:"card"`
	Notes   map[string]any `dynamodbav:"notes,omitempty"`
	Version int64          `dynamodbav:"version"`
}

// library is the model, and a DB that is observed and whose wire is watched.
type library struct {
	books   *ddb.Entity[Book]
	members *ddb.Entity[Member]
	byTitle *ddb.Index
	byNum   *ddb.Index
	spread  *ddb.Index
	table   *ddb.Table
	engine  *ddbmem.Engine
	wire    watch
	seen    ddbobserve.Recorder
	db      *ddb.DB
}

func openLibrary(t testing.TB, engine ddbmem.Options, opts ddb.Options) *library {
	l := &library{table: ddb.NewTable("pk", "sk").TTL("expires"), engine: ddbmem.New(engine)}
	l.byTitle = l.table.GSI("by-title", "t_pk", "t_sk").KeysOnly()
	l.byNum = l.table.MultiGSI("by-number", []string{"genre"}, []string{"number", "title"})
	l.spread = l.table.GSI("spread", "s_pk", "s_sk")
	l.books = ddb.MustDefine(l.table, "book", func(b *Book, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shelf#"), ddb.Str(&b.Shelf)), ddb.Key(ddb.Prefix("book#"), ddb.Str(&b.ID)))
		d.Index(l.byTitle, ddb.Key(ddb.Prefix("books")), ddb.Key(ddb.Prefix("title#"), ddb.Str(&b.Title)))
		d.Index(l.byNum, ddb.Key(ddb.Native(&b.Genre)), ddb.Key(ddb.Native(&b.Number), ddb.Native(&b.Title)))
		d.Index(l.spread, ddb.Key(ddb.Prefix("all#"), ddb.Shard(&b.Spread, 3)), ddb.Key(ddb.Prefix("book#"), ddb.Str(&b.ID)))
		d.TTL(&b.Expires)
	})
	l.members = ddb.MustDefine(l.table, "member", func(m *Member, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID)), ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID)))
		d.Unique("card", ddb.Str(&m.Card))
		d.Version(&m.Version)
		d.History(ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&m.Version, 8)))
	})
	if opts.Observe == nil {
		opts.Observe = l.seen.Observe
	}
	l.db = ddb.New(l.engine.Client(fixture.Impatient, l.wire.option), "library", l.table, &opts)
	require.NoError(t, l.db.CreateTable(t.Context()))
	return l
}

// entityOf names the entity of an item by the look of its key.
func entityOf(item map[string]types.AttributeValue) string {
	text := func(name string) string {
		s, _ := item[name].(*types.AttributeValueMemberS)
		if s == nil {
			return ""
		}
		return s.Value
	}
	pk, sk := text("pk"), text("sk")
	switch {
	case strings.HasPrefix(pk, "~"), strings.HasPrefix(sk, "v#"):
		return ddbobserve.Companions
	case strings.HasPrefix(pk, "shelf#"):
		return "book"
	case strings.HasPrefix(pk, "member#"):
		return "member"
	case strings.HasPrefix(pk, "total#"):
		return "total"
	case strings.HasPrefix(sk, "p#"):
		return "pupil"
	case strings.HasPrefix(sk, "g#"):
		return "step"
	}
	return ""
}
