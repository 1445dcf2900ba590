package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

// told is the result of a call of a process, as a line of output.
type told struct {
	ID      string // of the call; its writes have this mark
	What    string
	Item    string
	Version int64
	Err     string // "" means success
	Refused bool   // the error has a class, so nothing was written
}

// worker is a process of a fleet.
type worker struct {
	name   string
	old    bool // it avoids the known faults of the older release
	schema int
	r      *rand.Rand
	m      *model.Model
	db     *ddb.DB
	out    *json.Encoder
	id     string
}

// work makes random calls, one after the other.
func work(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("work", flag.ContinueOnError)
	endpoint, table := flags.String("endpoint", "", "URL of the engine"), flags.String("table", tableName, "table")
	w := &worker{}
	flags.StringVar(&w.name, "name", "w", "name of the process")
	flags.BoolVar(&w.old, "old", false, "the process uses the older release")
	flags.IntVar(&w.schema, "schema", 1, "schema of notes")
	seed, calls := flags.Uint64("seed", 1, "seed of the random calls"), flags.Int("calls", 100, "how many calls to make")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	w.r, w.m, w.out = rand.New(rand.NewPCG(*seed, 0)), model.New(w.schema), json.NewEncoder(out)
	w.db = ddb.New(client, *table, w.m.Table, nil)
	for n := range *calls {
		w.id = fmt.Sprintf("%s-%d", w.name, n)
		do := []func(context.Context){w.counter, w.counter, w.holder, w.holder, w.page, w.page, w.keeper, w.note, w.note, w.score, w.match, w.session}
		do[w.r.IntN(len(do))](ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func (w *worker) tell(what, item string, version int64, err error) {
	t := told{ID: w.id, What: what, Item: item, Version: version}
	if err != nil {
		t.Err = err.Error()
		for _, class := range []error{ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict, ddb.ErrNotUnique, ddb.ErrThrottled} {
			t.Refused = t.Refused || errors.Is(err, class)
		}
	}
	if err := w.out.Encode(t); err != nil {
		panic(err)
	}
}

func (w *worker) pick(of ...string) string { return of[w.r.IntN(len(of))] }

// counter adds one to an account that is never deleted, and logs it in its item.
func (w *worker) counter(ctx context.Context) {
	repo, f := ddb.NewRepository(w.db, w.m.Accounts), w.m.Accounts.Fields()
	id := w.pick("count1", "count2")
	switch w.r.IntN(3) {
	case 0:
		cur, err := repo.Consistent().Get(ctx, model.Account{ID: id})
		if err == nil {
			cur, err = repo.Update(ctx, cur, ddb.Add(&f.Count, 1), ddb.Append(&f.Log, w.id), ddb.If(ddb.Eq(&f.Status, "")))
		}
		w.tell("count by update", id, cur.Version, err)
	default:
		x, err := repo.Modify(ctx, model.Account{ID: id}, func(x *model.Account) error {
			x.Count++
			x.Log = append(slices.Clip(x.Log), w.id)
			return nil
		})
		w.tell("count by modify", id, x.Version, err)
	}
}

// holder writes accounts that compete for a few values.
func (w *worker) holder(ctx context.Context) {
	repo := ddb.NewRepository(w.db, w.m.Accounts)
	key := model.Account{ID: w.pick("1", "2", "3")}
	cur, gone := repo.Consistent().Get(ctx, key)
	x := model.Account{
		ID: key.ID, Email: w.pick("", "ann@x", "Ann@x", "bob@x"), Nick: w.pick("", "a", "b"), Status: w.pick("", "open"), Log: []string{w.id}, Version: cur.Version,
	}
	if w.r.IntN(4) == 0 {
		x.Expires = time.Now().Add(time.Duration(1+w.r.IntN(2)) * time.Second)
	}
	var err error
	what := ""
	switch n := w.r.IntN(9); {
	case n <= 1 || gone != nil:
		what = "create"
		x, err = repo.Create(ctx, x)
	case n == 2:
		what = "put"
		x, err = repo.Put(ctx, x)
	case n == 3:
		what = "replace"
		x, err = repo.Replace(ctx, x)
	case n == 4:
		what = "modify"
		x, err = repo.Modify(ctx, key, func(y *model.Account) error {
			y.Email, y.Nick, y.Expires, y.Status = x.Email, x.Nick, x.Expires, x.Status
			return nil
		})
	case n == 5:
		what = "move"
		to := x
		to.ID = w.pick("1", "2", "3")
		x, err = repo.Move(ctx, cur, to)
	case n == 6:
		what = "take"
		x, err = repo.Take(ctx, key)
	case n == 7 && !w.old: // it loses the constraint of an item that appears between its read and its write
		what = "update"
		f := w.m.Accounts.Fields()
		x, err = repo.Update(ctx, cur, ddb.Set(&f.Email, x.Email), ddb.If(ddb.Eq(&f.Status, cur.Status)))
	default:
		what = "delete"
		err = repo.Delete(ctx, key)
	}
	w.tell("hold: "+what, key.ID, x.Version, err)
}

// page writes pages that are created and deleted.
func (w *worker) page(ctx context.Context) {
	repo := ddb.NewRepository(w.db, w.m.Pages)
	key := model.Page{ID: w.pick("1", "2")}
	cur, gone := repo.Consistent().Get(ctx, key)
	x := model.Page{ID: key.ID, Title: "t", By: w.id, Version: cur.Version}
	var err error
	what := ""
	switch n := w.r.IntN(6); {
	case n == 0 || gone != nil:
		what = "create"
		x, err = repo.Create(ctx, x)
	case n == 1:
		what = "put"
		x, err = repo.Put(ctx, x)
	case n == 2:
		what = "delete"
		err = repo.Delete(ctx, key)
	default:
		what = "modify"
		x, err = repo.Modify(ctx, key, func(y *model.Page) error {
			y.Count, y.By = y.Count+1, w.id
			return nil
		})
	}
	w.tell("page: "+what, key.ID, x.Version, err)
}

// keeper writes a page that is never deleted, and prunes it. Other pages are not pruned: the older release can use a
// number twice there.
func (w *worker) keeper(ctx context.Context) {
	repo := ddb.NewRepository(w.db, w.m.Pages)
	if w.r.IntN(4) == 0 {
		w.tell("prune", "keep", 0, repo.History().Prune(ctx, model.Page{ID: "keep"}, 3))
		return
	}
	x, err := repo.Modify(ctx, model.Page{ID: "keep"}, func(x *model.Page) error {
		x.Count, x.By = x.Count+1, w.id
		return nil
	})
	w.tell("page: modify", "keep", x.Version, err)
}

// note edits notes of any schema.
func (w *worker) note(ctx context.Context) {
	repo, f := ddb.NewRepository(w.db, w.m.Notes), w.m.Notes.Fields()
	id := w.pick("1", "2", "3", "4", "5", "6")
	switch n := w.r.IntN(8); {
	case n == 0 && !w.old: // it can mark newer notes as older
		_, err := repo.Reindex(ctx, nil)
		w.tell("reindex", "", 0, err)
	case n <= 3:
		x, err := repo.Update(ctx, model.Note{ID: id}, ddb.Add(&f.Count, 1))
		w.tell("note", id, x.Version, err)
	default:
		x, err := repo.Modify(ctx, model.Note{ID: id}, func(x *model.Note) error {
			x.Count++
			return nil
		})
		w.tell("note", id, x.Version, err)
	}
}

// score adds a point.
func (w *worker) score(ctx context.Context) {
	player := w.pick("1", "2")
	_, err := ddb.NewRepository(w.db, w.m.Scores).Upsert(ctx, model.Score{Board: "b", Player: player}, ddb.Add(&w.m.Scores.Fields().Points, 1))
	w.tell("score", player, 0, err)
}

// match changes the sources of ranks, or derives ranks again.
func (w *worker) match(ctx context.Context) {
	repo := ddb.NewRepository(w.db, w.m.Matches)
	x := model.Match{Player: w.pick("1", "2"), ID: w.pick("1", "2", "3"), Won: int64(w.r.IntN(5)), Rival: w.pick("a", "b"), At: time.Unix(int64(w.r.IntN(1e9)), 0).UTC()}
	var err error
	what := "put"
	switch w.r.IntN(4) {
	case 0:
		what = "delete"
		err = repo.Delete(ctx, x)
	case 1:
		what = "rebuild"
		err = w.m.Views[0].Rebuild(ctx, w.db, nil)
	default:
		_, err = repo.Put(ctx, x)
	}
	w.tell("match: "+what, x.Player, 0, err)
}

// session writes items without a version that expire.
func (w *worker) session(ctx context.Context) {
	repo, f := ddb.NewRepository(w.db, w.m.Sessions), w.m.Sessions.Fields()
	x := model.Session{ID: w.pick("1", "2"), User: w.id, Expires: time.Now().Add(time.Duration(1+w.r.IntN(2)) * time.Second)}
	var err error
	what := "put"
	switch w.r.IntN(4) {
	case 0:
		what = "create"
		_, err = repo.Create(ctx, x)
	case 1:
		what = "upsert"
		_, err = repo.Upsert(ctx, x, ddb.Set(&f.User, w.id), ddb.Set(&f.Expires, x.Expires))
	case 2:
		what = "delete"
		err = repo.Delete(ctx, x)
	default:
		_, err = repo.Put(ctx, x)
	}
	w.tell("session: "+what, x.ID, 0, err)
}
