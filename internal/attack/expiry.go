package attack

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Expiry is the promise that an expired item is absent for every call. One program writes to two tables: in one,
// expired items are deleted at once, in the other they remain. No call may return different results.
var Expiry = Promise{Name: "expiry", Begin: beginExpiry, Processes: 1, Calls: 30, Calm: true}

type lease struct {
	ID      string            `dynamodbav:"-"`
	By      string            `dynamodbav:"by"`
	A       string            `dynamodbav:"a,omitempty"`
	Slug    string            `dynamodbav:"slug,omitempty"`
	N       int               `dynamodbav:"n"`
	Labels  map[string]string `dynamodbav:"labels,omitempty"`
	Total   int               `dynamodbav:"total"`
	Created time.Time         `dynamodbav:"created"`
	Updated time.Time         `dynamodbav:"updated"`
	Expires time.Time         `dynamodbav:"expires,unixtime,omitempty"`
	Version int64             `dynamodbav:"version"`
}

type expiryRound struct {
	versioned, history, unique, derived, schema bool
	sides                                       [2]leaseSide // the first keeps expired items
	process                                     *Process
}

// leaseSide is one of the two tables.
type leaseSide struct {
	table string
	db    *ddb.DB
	e     *ddb.Entity[lease]
	repo  *ddb.Repository[lease]
}

func (r *expiryRound) model() (*ddb.Table, *ddb.Entity[lease]) {
	table := ddb.NewTable("pk", "sk").TTL("expires")
	byA := table.GSI("by-a", "g1p", "g1s")
	e := ddb.MustDefine(table, "lease", func(x *lease, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(byA, ddb.Key(ddb.Prefix("a#"), ddb.Str(&x.A)), ddb.Key(ddb.Num(&x.N, 3))).When(ddb.Ne(&x.A, ""))
		d.TTL(&x.Expires)
		d.Created(&x.Created)
		d.Updated(&x.Updated)
		if r.versioned || r.history {
			d.Version(&x.Version)
		}
		if r.history {
			d.History(ddb.Key(ddb.Prefix("hl#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
		}
		if r.unique {
			d.Unique("slug", ddb.Str(&x.Slug))
		}
		if r.schema {
			d.Schema(1, nil)
		}
	})
	if r.derived {
		parts := ddb.MustDefine(table, "part", func(x *part, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.Of)), ddb.Key(ddb.Prefix("q#"), ddb.Str(&x.ID), ddb.Prefix("#"), ddb.Str(&x.Board)))
		})
		ddbview.MustAggregate("total", parts, e, func(p *part, x *lease) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&p.Of, &x.ID), ddbview.Sum(&p.Worth, &x.Total)}
		})
	}
	return table, e
}

func beginExpiry(ctx context.Context, w *World) Round {
	coin := func() bool { return w.Rand.IntN(2) == 0 }
	r := &expiryRound{versioned: coin(), history: w.Rand.IntN(3) == 0, unique: w.Rand.IntN(3) == 0, derived: w.Rand.IntN(3) == 0, schema: coin()}
	p := w.Processes[0]
	r.process = p
	for i := range r.sides {
		table, e := r.model()
		if i == 0 {
			w.Create(ctx, table)
		} else {
			w.must(ddb.New(w.Raw(), w.Table+"-prompt", table, nil).CreateTable(ctx))
		}
		side := &r.sides[i]
		side.table = w.Table + []string{"", "-prompt"}[i]
		side.db = p.OpenTable(side.table, table)
		side.e, side.repo = e, ddb.NewRepository(side.db, e)
	}
	return r
}

// expire deletes expired items from the second table.
func (r *expiryRound) expire(ctx context.Context, w *World) {
	for _, it := range w.ItemsOf(ctx, r.sides[1].table) {
		if it["expires"] != nil && Number(it["expires"]) <= w.Now().Unix() {
			_, err := w.Raw().DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &r.sides[1].table, Key: Attrs{"pk": it["pk"], "sk": it["sk"]}})
			w.must(err)
		}
	}
}

var leaseIDs = []string{"1", "2"}

func (r *expiryRound) draw(c *Call, id string) lease {
	it := lease{ID: id, By: c.ID, A: Pick(c.Rand, "", "x", "y"), Slug: Pick(c.Rand, "", "s", "t"), N: c.Rand.IntN(3)}
	if c.Chance(3) {
		it.Labels = map[string]string{"k": "v"}
	}
	if !c.Chance(3) {
		it.Expires = c.Now().Add(time.Duration(1+c.Rand.IntN(4)) * time.Second)
	}
	return it
}

// answer is the result of a call, as far as it must be equal in both tables.
type answer struct {
	item any
	err  string
}

func (r *expiryRound) Call(ctx context.Context, c *Call) {
	w := c.world
	if c.Chance(3) {
		c.Tick()
		r.expire(ctx, w)
	}
	text, do := r.verb(c)
	var got [2]answer
	for i, side := range r.sides {
		item, err := do(ctx, side)
		got[i] = answer{item, classOf(err)}
	}
	c.Text = text + " => " + fmt.Sprintf("%+v", got[1])
	if !reflect.DeepEqual(got[0], got[1]) {
		w.Problem("expiry: answers differ", "", "%s %s: with what has expired still there: %+v; without: %+v", c.ID, text, got[0], got[1])
	}
	if have, want := r.state(ctx, w, 0), r.state(ctx, w, 1); have != want {
		w.Problem("expiry: items differ", "", "%s %s: with what has expired still there:%s\nwithout:%s", c.ID, text, have, want)
	}
}

// classOf is the class of an error, or its text if it has none.
func classOf(err error) string {
	if err == nil {
		return ""
	}
	var all []string
	for _, class := range append([]error{ddb.ErrPruned, ddb.ErrOutcomeUnknown}, refusals...) {
		if errors.Is(err, class) {
			all = append(all, class.Error())
		}
	}
	if len(all) == 0 {
		return err.Error()
	}
	if failed, ok := errors.AsType[*ddb.BatchError](err); ok {
		all = append(all, fmt.Sprintf("%v", failed.Outcomes))
	}
	return strings.Join(all, ", ")
}

// state prints the items of a table that have not expired. The stamps of writes are random.
func (r *expiryRound) state(ctx context.Context, w *World, side int) string {
	var b strings.Builder
	for _, it := range w.ItemsOf(ctx, r.sides[side].table) {
		if it["expires"] == nil || Number(it["expires"]) > w.Now().Unix() {
			delete(it, "~w")
			b.WriteString("\n" + Show(it))
		}
	}
	return b.String()
}

// verb draws a call, to be made on both tables.
func (r *expiryRound) verb(c *Call) (text string, do func(context.Context, leaseSide) (any, error)) {
	id, other := Pick(c.Rand, leaseIDs...), Pick(c.Rand, leaseIDs...)
	it, to, key := r.draw(c, id), r.draw(c, other), lease{ID: id}
	fill, known, kind := c.Chance(2), !c.Chance(3), c.Rand.IntN(6)
	var opts []ddb.Option
	old, once := c.Chance(4), c.Chance(5)
	if old {
		opts = append(opts, ddb.ReturnOld)
	}
	if once {
		opts = append(opts, ddb.Once)
	}
	tail := optionText(once, old, false)
	// version sets what a caller knows of the item, from the table that is called
	version := func(ctx context.Context, s leaseSide, x lease) lease {
		if !known {
			return x
		}
		cur, err := s.repo.Consistent().Get(ctx, lease{ID: x.ID})
		if err == nil {
			x.Version = cur.Version
		}
		return x
	}
	edits := func(s leaseSide) []ddb.Edit {
		f := s.e.Fields()
		out := [][]ddb.Edit{
			{ddb.Set(&f.By, it.By), ddb.Set(&f.A, it.A), ddb.Set(&f.N, it.N)},
			{ddb.Add(&f.N, 1), ddb.If(ddb.Eq(&f.A, ""))},
			{ddb.Set(&f.Expires, it.Expires)},
			{ddb.Remove(&f.Labels), ddb.Set(&f.By, it.By)},
			{ddb.Set(&f.Labels, it.Labels)},
			{ddb.Set(&f.A, ""), ddb.Remove(&f.Expires)},
		}[kind]
		for _, o := range opts {
			out = append(out, o)
		}
		return out
	}
	switch c.Rand.IntN(20) {
	case 19:
		return fmt.Sprintf("others write to %s: %d", id, kind), func(ctx context.Context, s leaseSide) (any, error) {
			return nil, r.beside(ctx, c, s.table, id, kind)
		}
	case 0:
		return fmt.Sprintf("create %+v", it), func(ctx context.Context, s leaseSide) (any, error) { return s.repo.Create(ctx, it) }
	case 1, 2:
		return fmt.Sprintf("put %+v%s", it, tail), func(ctx context.Context, s leaseSide) (any, error) {
			return s.repo.Put(ctx, version(ctx, s, it), opts...)
		}
	case 3:
		return fmt.Sprintf("replace %+v%s", it, tail), func(ctx context.Context, s leaseSide) (any, error) {
			return s.repo.Replace(ctx, version(ctx, s, it), opts...)
		}
	case 4, 5:
		return fmt.Sprintf("update %d of %s%s", kind, id, tail), func(ctx context.Context, s leaseSide) (any, error) {
			x := key
			if fill {
				x = it
			}
			return s.repo.Update(ctx, x, edits(s)...)
		}
	case 6, 7:
		return fmt.Sprintf("upsert %d of %+v%s", kind, it, tail), func(ctx context.Context, s leaseSide) (any, error) {
			return s.repo.Upsert(ctx, it, edits(s)...)
		}
	case 8:
		return fmt.Sprintf("modify %s to %+v%s", id, it, tail), func(ctx context.Context, s leaseSide) (any, error) {
			return s.repo.Modify(ctx, key, func(x *lease) error {
				x.By, x.A, x.Slug, x.Expires = it.By, it.A, it.Slug, it.Expires
				return nil
			}, opts...)
		}
	case 9:
		return "delete " + id, func(ctx context.Context, s leaseSide) (any, error) {
			return nil, s.repo.Delete(ctx, version(ctx, s, key))
		}
	case 10:
		return "take " + id, func(ctx context.Context, s leaseSide) (any, error) { return s.repo.Take(ctx, key) }
	case 11, 12:
		return fmt.Sprintf("move %s to %+v%s", id, to, tail), func(ctx context.Context, s leaseSide) (any, error) {
			return s.repo.Move(ctx, version(ctx, s, key), to, opts...)
		}
	case 13:
		return fmt.Sprintf("transact: upsert %+v, check absent", it), func(ctx context.Context, s leaseSide) (any, error) {
			return nil, s.db.Transact(ctx, s.e.Upsert(it, edits(s)[:1]...), s.e.CheckAbsent(key))
		}
	case 14:
		return fmt.Sprintf("transact: create %+v, check %s", it, other), func(ctx context.Context, s leaseSide) (any, error) {
			if other == id {
				return nil, s.db.Transact(ctx, s.e.Create(it), s.e.CheckAbsent(key))
			}
			return nil, s.db.Transact(ctx, s.e.Create(it), s.e.Check(lease{ID: other}))
		}
	case 15:
		return fmt.Sprintf("batch: put %+v, upsert, move to %+v, delete", it, to), func(ctx context.Context, s leaseSide) (any, error) {
			ops := []ddb.Op{s.e.Put(version(ctx, s, it)), s.e.Upsert(it, edits(s)[:1]...), s.e.Move(key, to), s.e.Delete(key)}
			if r.history || r.unique { // whole batches are rejected for an upsert
				ops = []ddb.Op{ops[0], ops[3]}
			}
			return nil, s.db.Batch(ctx, ops[:1+kind%len(ops)]...)
		}
	case 16:
		return "history of " + id, func(ctx context.Context, s leaseSide) (any, error) {
			if !r.history {
				return s.repo.Get(ctx, key)
			}
			return ddb.Collect(s.repo.History().All(ctx, key))
		}
	case 17:
		return "reindex, ensure unique", func(ctx context.Context, s leaseSide) (any, error) {
			_, err := s.repo.Reindex(ctx, nil)
			if err == nil && r.unique {
				err = s.repo.EnsureUnique(ctx, nil)
			}
			return nil, err
		}
	default:
		return "query", func(ctx context.Context, s leaseSide) (any, error) {
			return ddb.Collect(s.repo.Query(ctx, s.e.Query(key)))
		}
	}
}

// beside writes to an item what another program would: a handler's derived value, and an unknown attribute.
func (r *expiryRound) beside(ctx context.Context, c *Call, table, id string, n int) error {
	key := &types.AttributeValueMemberS{Value: "l#" + id}
	_, err := c.world.Raw().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &table, Key: Attrs{"pk": key, "sk": key}, UpdateExpression: new("SET #total = :n, #other = :n"),
		ConditionExpression:      new("attribute_exists(pk) AND NOT (expires <= :now)"),
		ExpressionAttributeNames: map[string]string{"#total": "total", "#other": "other"},
		ExpressionAttributeValues: Attrs{
			":n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)}, ":now": &types.AttributeValueMemberN{Value: strconv.FormatInt(c.Now().Unix(), 10)},
		},
	})
	if _, gone := errors.AsType[*types.ConditionalCheckFailedException](err); gone {
		return ddb.ErrNotFound
	}
	return err
}

// Check has nothing to add: each call is compared when it is made.
func (r *expiryRound) Check(ctx context.Context, w *World) {
	if !w.engine.Simulated {
		w.must(w.drop(ctx, r.sides[1].table))
	}
}
