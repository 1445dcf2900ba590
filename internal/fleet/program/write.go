package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

// scene writes items one after the other; it ends at the first error.
type scene struct {
	ctx    context.Context
	engine *ddbmem.Engine
	clock  *ddbmem.ManualClock
	client *dynamodb.Client
	m      *model.Model
	db     *ddb.DB
	reader *ddbstream.Reader
	reads  map[string]any
}

const tableName = "fleet"

// write writes an item of each kind, in every way, and prints them and what the program reads of them.
func write(ctx context.Context, out io.Writer) (err error) {
	defer func() {
		if x, ok := recover().(failed); ok {
			err = x.error
		}
	}()
	clock := ddbmem.NewManualClock(time.Date(2027, 6, 1, 12, 0, 0, 0, time.UTC))
	engine := ddbmem.New(ddbmem.Options{Clock: clock, TTLDelay: 100_000 * time.Hour})
	s := &scene{ctx: ctx, engine: engine, clock: clock, client: engine.Client(), m: model.New(1), reads: map[string]any{}}
	s.db = ddb.New(s.client, tableName, s.m.Table, &ddb.Options{Now: clock.Now})
	must(0, s.db.CreateTable(ctx))
	mux := ddb.NewMux(s.m.Table, nil)
	mux.Maintain(s.db, s.m.Views...)
	s.reader = ddbstream.NewReader(engine.StreamsClient(), tableName, mux, &ddbstream.MemoryStore{}, nil)
	s.accounts()
	s.pages()
	s.notes()
	s.scores()
	s.derived()
	s.shops()
	s.sessions()
	must(0, s.reader.Drain(ctx))
	s.clock.Advance(time.Hour) // so that the items that should expire have expired
	s.read()
	return s.print(out)
}

// failed is the error that ends a scene.
type failed struct{ error }

func must[T any](v T, err error) T {
	if err != nil {
		panic(failed{err})
	}
	return v
}

func (s *scene) do(ops ...ddb.Op) {
	for _, op := range ops {
		must(0, s.db.Do(s.ctx, op))
	}
}

func (s *scene) accounts() {
	e := s.m.Accounts
	f, repo := e.Fields(), ddb.NewRepository(s.db, e)
	account := func(id string) model.Account {
		return model.Account{ID: id, Email: id + "@Example.org", Nick: id, Status: "open", Log: []string{"made"}}
	}
	modify := func(id string, f func(*model.Account)) {
		must(repo.Modify(s.ctx, model.Account{ID: id}, func(x *model.Account) error { f(x); return nil }))
	}
	s.do(e.Create(account("created")))
	put := must(repo.Create(s.ctx, account("put")))
	put.Email = "other@example.org"
	put = must(repo.Put(s.ctx, put))
	put.Status = ""
	must(repo.Replace(s.ctx, put))
	s.do(e.Create(account("modified")))
	modify("modified", func(x *model.Account) { x.Email, x.Count = "Modified2@example.org", 7 })
	s.do(e.Create(account("updated")))
	s.do(e.Update(model.Account{ID: "updated", Status: "open"}, ddb.Set(&f.Email, "updated2@example.org"), ddb.Remove(&f.Nick)))
	s.do(e.Update(model.Account{ID: "updated"}, ddb.Set(&f.Status, "closed"), ddb.Add(&f.Count, 3), ddb.Append(&f.Log, "more")))
	from := must(repo.Create(s.ctx, account("from")))
	to := from
	to.ID, to.Status = "moved", "moved"
	must(repo.Move(s.ctx, from, to))
	s.do(e.Create(account("again")), e.Delete(model.Account{ID: "again"}), e.Create(account("again")))
	s.do(e.Create(account("taken")))
	must(repo.Take(s.ctx, model.Account{ID: "taken"}))
	for _, id := range []string{"expired", "reused"} {
		x := account(id)
		x.Expires = s.clock.Now().Add(time.Minute)
		s.do(e.Create(x))
	}
	s.clock.Advance(2 * time.Minute)
	s.do(e.Create(account("reused")))
	expiring := account("expiring")
	expiring.Expires = s.clock.Now().AddDate(1, 0, 0)
	s.do(e.Create(expiring))
	must(0, s.db.Batch(s.ctx, e.Create(account("batch")), e.Create(account("swap1")), e.Create(account("swap2"))))
	must(0, s.db.Transact(s.ctx,
		e.Update(model.Account{ID: "swap1", Status: "open"}, ddb.Set(&f.Nick, "swap2")), e.Update(model.Account{ID: "swap2", Status: "open"}, ddb.Set(&f.Nick, "swap1")),
		e.Create(account("transact"))))
}

func (s *scene) pages() {
	e := s.m.Pages
	repo := ddb.NewRepository(s.db, e)
	create := func(id string) { s.do(e.Create(model.Page{ID: id, Title: id, By: "create"})) }
	modify := func(id string, times int) {
		for n := range times {
			must(repo.Modify(s.ctx, model.Page{ID: id}, func(x *model.Page) error {
				x.Count, x.By = x.Count+1, fmt.Sprint("modify ", n)
				return nil
			}))
		}
	}
	remove := func(id string) { s.do(e.Delete(model.Page{ID: id})) }
	prune := func(id string, keep int) { must(0, repo.History().Prune(s.ctx, model.Page{ID: id}, keep)) }
	create("one")
	modify("one", 3)
	create("pruned")
	modify("pruned", 4)
	prune("pruned", 2)
	create("gone")
	modify("gone", 1)
	remove("gone")
	create("back")
	remove("back")
	create("back")
	modify("back", 1)
	create("pruned-gone")
	modify("pruned-gone", 2)
	remove("pruned-gone")
	prune("pruned-gone", 1)
	// from before pages had versions
	s.put("page#unversioned", "page#unversioned", map[string]types.AttributeValue{
		"title": text("unversioned"), "count": number("5"), "by": text("before"), "entityType": text("page"),
	})
}

func (s *scene) notes() {
	e := s.m.Notes
	f, repo := e.Fields(), ddb.NewRepository(s.db, e)
	for _, id := range []string{"created", "updated", "modified", "deleted"} {
		s.do(e.Create(model.Note{ID: id, Trail: "1", Tags: []string{"1"}}))
	}
	s.do(e.Update(model.Note{ID: "updated"}, ddb.Add(&f.Count, 2)), e.Delete(model.Note{ID: "deleted"}))
	must(repo.Modify(s.ctx, model.Note{ID: "modified"}, func(x *model.Note) error { x.Count = 4; return nil }))
	// from before notes had a schema
	s.put("note#ancient", "note#ancient", map[string]types.AttributeValue{"trail": text("0"), "count": number("1"), "entityType": text("note")})
}

func (s *scene) scores() {
	e := s.m.Scores
	f := e.Fields()
	s.do(e.Put(model.Score{Board: "b", Player: "put", Points: 7}))
	s.do(e.Upsert(model.Score{Board: "b", Player: "upserted"}, ddb.Add(&f.Points, 5)))
	s.do(e.Upsert(model.Score{Board: "b", Player: "twice"}, ddb.Add(&f.Points, 5)), e.Upsert(model.Score{Board: "b", Player: "twice"}, ddb.Add(&f.Points, 5)))
	s.do(e.Upsert(model.Score{Board: "b", Player: "edited"}, ddb.Set(&f.Team, "red"), ddb.Set(&f.Points, 1)), e.Update(model.Score{Board: "b", Player: "edited"}, ddb.Add(&f.Points, 1)))
	s.do(s.m.Visits.Upsert(model.Visit{Site: "a"}, ddb.Add(&s.m.Visits.Fields().Count, 1)), s.m.Visits.Put(model.Visit{Site: "b", Count: 1}))
}

func (s *scene) derived() {
	matches, ranks := s.m.Matches, s.m.Ranks
	f := ranks.Fields()
	match := func(player, id, rival string, won int64) model.Match {
		s.clock.Advance(time.Second)
		return model.Match{Player: player, ID: id, Won: won, Rival: rival, At: s.clock.Now()}
	}
	// Upsert: in the older release Create and Put failed for an entity that has derived fields and expires
	s.do(ranks.Upsert(model.Rank{Player: "ann"}, ddb.Set(&f.Name, "Ann")))
	s.do(matches.Put(match("ann", "1", "bob", 3)), matches.Put(match("ann", "2", "cid", 5)), matches.Put(match("ann", "3", "bob", 1)))
	must(0, s.reader.Drain(s.ctx))
	s.do(matches.Put(match("ann", "2", "dan", 2)), matches.Delete(model.Match{Player: "ann", ID: "3"}))
	s.do(matches.Put(match("parked", "1", "bob", 9))) // its rank does not exist
	must(0, s.reader.Drain(s.ctx))
}

func (s *scene) shops() {
	shops, offers := s.m.Shops, s.m.Offers
	s.do(shops.Put(model.Shop{ID: "1", Name: "old"}))
	s.do(offers.Create(model.Offer{Shop: "1", ShopName: "old", ID: "a"}), offers.Create(model.Offer{Shop: "1", ShopName: "old", ID: "b"}))
	must(0, s.reader.Drain(s.ctx))
	s.do(shops.Put(model.Shop{ID: "1", Name: "new"}))
	must(0, s.reader.Drain(s.ctx))
}

func (s *scene) sessions() {
	e := s.m.Sessions
	soon := s.clock.Now().Add(time.Minute)
	s.do(e.Put(model.Session{ID: "forever", User: "ann"}), e.Put(model.Session{ID: "expired", User: "bob", Expires: soon}))
	s.do(e.Put(model.Session{ID: "later", User: "cid", Expires: soon.AddDate(2, 0, 0)}), e.Put(model.Session{ID: "reused", User: "dan", Expires: soon}))
	s.clock.Advance(time.Hour)
	s.do(e.Create(model.Session{ID: "reused", User: "eve"}))
}

// read keeps what the program reads of each item.
func (s *scene) read() {
	readAll(s, s.m.Accounts, func(x model.Account) string { return x.ID })
	readAll(s, s.m.Pages, func(x model.Page) string { return x.ID })
	readAll(s, s.m.Notes, func(x model.Note) string { return x.ID })
	readAll(s, s.m.Scores, func(x model.Score) string { return x.Player })
	readAll(s, s.m.Visits, func(x model.Visit) string { return x.Site })
	readAll(s, s.m.Matches, func(x model.Match) string { return x.Player + " " + x.ID })
	readAll(s, s.m.Ranks, func(x model.Rank) string { return x.Player })
	readAll(s, s.m.Shops, func(x model.Shop) string { return x.ID })
	readAll(s, s.m.Offers, func(x model.Offer) string { return x.ID })
	readAll(s, s.m.Sessions, func(x model.Session) string { return x.ID })
	for _, id := range []string{"one", "pruned", "gone", "back", "pruned-gone", "unversioned"} {
		var all []model.Page
		for x, err := range ddb.NewRepository(s.db, s.m.Pages).History().All(s.ctx, model.Page{ID: id}) {
			all = append(all, must(x, err))
		}
		s.reads["versions "+id] = all
	}
}

func readAll[T any](s *scene, e *ddb.Entity[T], id func(T) string) {
	for _, it := range s.items() {
		if x, err := e.Decode(it); err == nil {
			got, err := ddb.NewRepository(s.db, e).Get(s.ctx, x)
			if !errors.Is(err, ddb.ErrNotFound) {
				s.reads[e.Name()+" "+id(x)] = must(got, err)
			}
		}
	}
}

func (s *scene) items() []map[string]types.AttributeValue {
	return must(s.client.Scan(s.ctx, &dynamodb.ScanInput{TableName: aws.String(tableName)})).Items
}

func (s *scene) put(pk, sk string, attrs map[string]types.AttributeValue) {
	attrs["pk"], attrs["sk"] = text(pk), text(sk)
	must(s.client.PutItem(s.ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: attrs}))
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

// print prints the clock, the items, one per line and sorted, and what was read.
func (s *scene) print(out io.Writer) error {
	var snapshot struct {
		Tables []struct{ Items []json.RawMessage }
	}
	var b strings.Builder
	must(0, s.engine.Snapshot(&b))
	must(0, json.Unmarshal([]byte(b.String()), &snapshot))
	var items []map[string]map[string]any // it sorts the attributes
	for _, raw := range snapshot.Tables[0].Items {
		var it map[string]map[string]any
		must(0, json.Unmarshal(raw, &it))
		items = append(items, it)
	}
	key := func(it map[string]map[string]any) string { return fmt.Sprint(it["pk"]["S"], "\x00", it["sk"]["S"]) }
	slices.SortFunc(items, func(a, b map[string]map[string]any) int { return strings.Compare(key(a), key(b)) })
	var lines []string
	for _, it := range items {
		lines = append(lines, string(must(json.Marshal(it))))
	}
	var reads []string
	for name, v := range s.reads {
		reads = append(reads, fmt.Sprintf("%s: %s", must(json.Marshal(name)), must(json.Marshal(v))))
	}
	slices.Sort(reads)
	_, err := fmt.Fprintf(out, "{\"now\": %q,\n\"items\": [\n%s\n],\n\"reads\": {\n%s\n}}\n",
		s.clock.Now().Format(time.RFC3339), strings.Join(lines, ",\n"), strings.Join(reads, ",\n"))
	return err
}
