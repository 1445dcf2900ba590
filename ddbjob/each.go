package ddbjob

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// EachOptions configures an [Each]. nil looks at every item of the entity, without a mark.
type EachOptions struct {
	// JobOptions have the workers, the rate, checkpoints and progress. Workers is also the number of items that are edited
	// at a time.
	ddb.JobOptions

	// Keys gets a primary key, and reports whether the item is looked at; by default all are. See [InPartition].
	Keys func(key map[string]types.AttributeValue) bool

	// Mark guards the edit: see [Mark].
	Mark Marker
}

// Marker is a field that says that an item was edited. The zero Marker is none.
type Marker struct {
	ptr, v any
	cond   ddb.Cond
}

// Mark makes an [Each] edit an item at most once, in however many runs. It adds Ne(f, v) to the conditions, and stores v in f
// with the edit, which must not set f itself. Take a value that no earlier job used, such as its name and date. The zero value
// marks nothing: an item without a mark has it, and is passed. A program that puts whole items without the field removes the
// mark. A cursor belongs to its mark too.
func Mark[V any](f *V, v V) Marker { return Marker{f, v, ddb.Ne(f, v)} }

// text tells a mark from others.
func (m Marker) text(e *model.Entity) (string, error) {
	f, err := e.Resolve(m.ptr)
	if err != nil {
		return "", err
	}
	av, err := e.Value(f, reflect.ValueOf(m.v))
	if err != nil || av == nil {
		return f.Attr(), err
	}
	return f.Attr() + " " + attr.Canonical(av), nil
}

// Edited counts what an [Each] did, in this run.
type Edited struct {
	Items   int // of the entity, that were looked at
	Edited  int
	Passed  int // for which a condition did not hold, or that had no op
	Gone    int // deleted meanwhile, or by an edit whose response was lost
	Refused int // by the model, by a unique value, by DynamoDB: they are in the error
}

// Each runs an op for each item of an entity for which all conds hold, such as all customers who are older than a year:
//
//	f := Customers.Fields()
//	old := []ddb.Cond{ddb.Lt(&f.Since, x)}
//	done, err := ddbjob.Each(ctx, db, Customers, old, func(c Customer) ddb.Op {
//		return Customers.Update(c, ddb.Set(&f.Tier, "gold"))
//	}, nil)
//
// edit gets an item as it was read, and returns an op on that item: Update, Replace, Delete, or Move; for an entity with a
// [ddb.Definition.History] it is no Update, but a Replace. The zero Op passes the item. It may be called several times for one item, and by as many goroutines at once as there are workers.
//
// The write asserts the conditions, and that the item is still what edit has got, version or not. If another program changed
// it, Each reads it again, looks whether the conditions hold, and calls edit again, up to [ddb.Options].MaxAttempts.
//
// # Once
//
// A run edits no item twice: after a lost response Each looks at the item. Without a Mark, if it cannot tell whether it was
// edited, it reports the item, with an error that matches [ddb.ErrOutcomeUnknown]. A run that resumes looks again at what follows
// its cursor. That changes nothing if the edit makes a condition false, such as Set(&f.Tier, "gold") with Ne(&f.Tier, "gold"), or
// if it can be repeated, such as a Set of a constant. Any other edit, such as Add(&f.Points, 1), needs a [Mark], and so does a Move
// whose new item the conditions hold for: the scan may meet it.
//
// # Cost and errors
//
// It costs a scan of the table and each write; an item that changed meanwhile, a read and a write more. A condition made of Expr is
// evaluated by DynamoDB alone: there each item of the entity costs a write, also one for which it does not hold.
//
// Items that cannot be read, or whose op is refused, as for a unique value that another item holds, are reported together at
// the end, at most 100 of them. A mistake of the program, [ddb.ErrModel], and a failure of the service end the run.
func Each[T any](ctx context.Context, db *ddb.DB, of *ddb.Entity[T], conds []ddb.Cond, edit func(T) ddb.Op, opts *EachOptions) (Edited, error) {
	if opts == nil {
		opts = &EachOptions{}
	}
	j := &editing{db: face.DB(db), mark: opts.Mark, keys: opts.Keys}
	if of != nil && edit != nil {
		j.e = face.Entity(of)
		j.edit = func(s attr.Stored) (write.Op, error) {
			it := j.e.NewItem()
			if err := j.e.Decode(s, it); err != nil {
				return write.Op{}, j.e.Table.ItemError("each", j.e, s, err)
			}
			var op ddb.Op
			err := fault.Safely(func() error {
				op = edit(it.Interface().(T))
				return nil
			})
			return face.Op(op), err
		}
	}
	err := j.run(ctx, conds, face.Job(&opts.JobOptions))
	if err != nil {
		name := ""
		if j.e != nil {
			name = " " + j.e.Name
		}
		err = fmt.Errorf("ddb: each%s: %w", name, face.Public(err))
	}
	return j.Edited, err
}

// editing is an Each under way.
type editing struct {
	Edited
	db     *write.DB
	e      *model.Entity
	edit   func(attr.Stored) (write.Op, error)
	keys   func(attr.Item) bool
	mark   Marker
	conds  []model.Clause
	tests  []model.Predicate
	job    *read.Job
	faults faults
}

func (j *editing) run(ctx context.Context, conds []ddb.Cond, o read.JobOptions) error {
	switch {
	case j.db == nil || j.e == nil:
		return fault.Model("a nil DB, entity or function")
	case j.e.Table != j.db.Table:
		return fault.Model("the entity belongs to another table: use the DB of that table")
	}
	if j.mark.cond != nil {
		conds = append(conds[:len(conds):len(conds)], j.mark.cond)
	}
	for i, c := range conds {
		clause := face.Clause(c)
		compiled, err := j.e.CompileCond(clause)
		switch {
		case err != nil && j.mark.cond != nil && i == len(conds)-1:
			return fault.Model("Mark: %w", err)
		case err != nil:
			return fault.Model("condition: %w", err)
		}
		if compiled.Local() {
			j.tests = append(j.tests, compiled.Holds)
		}
		j.conds = append(j.conds, clause)
	}
	operation := []string{"each", j.e.Name}
	if j.mark.cond != nil { // another mark is another job
		text, err := j.mark.text(j.e)
		if err != nil {
			return fault.Model("Mark: %w", err)
		}
		operation = append(operation, text)
	}
	ctx, job, err := j.db.NewJob(ctx, o, operation...)
	if err != nil {
		return err
	}
	j.job = job
	err = job.Run(ctx, read.InBatches(job, eachBatch*call.WidthOf(ctx), j.pick, j.do))
	j.Items = job.Sources
	return j.faults.with(err)
}

// eachBatch is how many items a worker gets at once.
const eachBatch = 4

// pick takes the items to look at. An item that says that it is of the entity, and whose key is not of its shape, is reported.
func (j *editing) pick(s attr.Stored) (attr.Item, bool, error) {
	claimed, err := j.db.Table.Claim(s)
	if err != nil && j.db.Table.TypedAs(j.e, s) {
		j.refuse(j.db.Table.ItemError("each", j.e, s, err))
	}
	if err != nil || claimed != j.e || j.db.Dead(s) || j.keys != nil && !j.keys(j.db.Table.KeyOf(s)) {
		return nil, false, nil
	}
	return s.Attributes(), true, nil
}

func (j *editing) refuse(err error) {
	j.Refused++
	j.faults.add(err)
}

// outcome is what became of an item.
type outcome uint8

const (
	passed outcome = iota
	edited
	gone
	refused
)

func (j *editing) do(ctx context.Context, items []attr.Item) error {
	out, errs := make([]outcome, len(items)), make([]error, len(items))
	done := make([]bool, len(items))
	err := call.Parallel(ctx, len(items), func(i int) error {
		var err error
		out[i], err = j.one(ctx, items[i])
		ends := ctx.Err() != nil || errors.Is(err, fault.ErrModel) || call.Halts(ctx, err) != nil && !errors.Is(err, fault.ErrOutcomeUnknown)
		if err != nil && ends {
			return fmt.Errorf("item %s: %w", j.db.Table.KeyText(items[i]), err)
		}
		errs[i], done[i] = err, true
		return nil
	})
	for i := range items {
		switch {
		case !done[i]:
		case errs[i] != nil:
			j.refuse(fmt.Errorf("item %s: %w", j.db.Table.KeyText(items[i]), errs[i]))
		case out[i] == edited:
			j.Edited.Edited++
			j.job.Changed++
		case out[i] == gone:
			j.Gone++
		default:
			j.Passed++
		}
	}
	return err
}

// one edits an item, until that is done or its conditions do not hold.
func (j *editing) one(ctx context.Context, item attr.Item) (outcome, error) {
	key := j.db.Table.KeyOf(model.Loaded(item))
	var last error
	for attempt := range j.db.Attempts {
		if err := call.PauseFrom(ctx, attempt); err != nil {
			return refused, errors.Join(err, last)
		}
		op, wanted, err := j.opOn(item)
		if err != nil || !wanted {
			return passed, err
		}
		if last = patiently(ctx, j.db.Attempts, func() error { return j.db.Do(ctx, op) }); last == nil {
			return edited, nil
		}
		lost := errors.Is(last, fault.ErrOutcomeUnknown)
		if !lost && !errors.Is(last, fault.ErrConflict) && !errors.Is(last, fault.ErrCondition) && !errors.Is(last, fault.ErrNotFound) || ctx.Err() != nil {
			return refused, last
		}
		now, err := j.db.GetItem(ctx, key, true)
		switch {
		case err != nil:
			return refused, j.db.Explain(err)
		case len(now) == 0 || j.db.Dead(model.Loaded(now)):
			return gone, nil
		case !j.db.Table.Claims(j.e, model.Loaded(now)):
			return passed, nil
		case lost && j.mark.cond != nil && !j.tests[len(j.tests)-1](now): // the mark is there
			return edited, nil
		case lost && j.mark.cond == nil && !attr.EqualItems(now, item):
			return refused, last
		case errors.Is(last, fault.ErrCondition) && attr.EqualItems(now, item): // a condition that only DynamoDB evaluates
			return passed, nil
		}
		item = now
	}
	return refused, last
}

// opOn returns the op on an item, and whether there is one.
func (j *editing) opOn(item attr.Item) (op write.Op, wanted bool, err error) {
	up, err := j.e.Upgraded(item)
	if err != nil {
		return op, false, err
	}
	for _, holds := range j.tests {
		if !holds(up) {
			return op, false, nil
		}
	}
	if op, err = j.edit(model.Loaded(item)); err != nil || op.Entity() == nil {
		return op, false, err
	}
	if op.Entity() != j.e {
		return op, false, fault.Model("the function returned an op on a %s", op.Entity().Name)
	}
	key, err := op.Key()
	if err != nil {
		return op, false, err
	}
	if have := j.db.Table.KeyOf(model.Loaded(item)); !attr.EqualItems(key, have) {
		return op, false, fault.Model("the function returned an op on another item, %s", j.db.Table.KeyText(key))
	}
	if j.mark.cond != nil {
		if op, err = op.Marked(j.mark.ptr, j.mark.v); err != nil {
			return op, false, fault.Model("Mark: %w", err)
		}
	}
	if op.Verb == write.VerbCheck || op.Verb == write.VerbCheckAbsent || op.Verb == write.VerbCreate {
		return op, false, fault.Model("the function returned a %s: return an Update, Replace, Put, Delete or Move", op.Verb)
	}
	return op.With(write.Change{Op: write.OptionIf, Cond: j.conds}).OnSeen(item), true, nil
}
