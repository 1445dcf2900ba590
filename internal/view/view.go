package view

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// View is data derived from other items of the table and maintained from its stream. Immutable; safe for concurrent
// use, also by several processes at once.
type View struct {
	Name  string
	Table *model.Table
	Kind  viewKind
}

// viewKind is what a view does: an aggregate or a fan-out.
type viewKind interface {
	// on reports whether records of e concern the view.
	On(e *model.Entity) bool
	// maintain brings the view up to date with what the records name whose turn it is, and settles each of them.
	Maintain(ctx context.Context, db *write.DB, t *Turn)
	// reads is what the view looks at, and writes what it changes.
	reads() flow
	writes() []flow
	// sources is the entity that the view derives from.
	sources() *model.Entity
	// apply makes the view right for a source, in the targets that its versions name.
	apply(ctx context.Context, db *write.DB, key attr.Item, versions []version) error
	// rebuilder returns the work of a job that makes the view right. With report it writes nothing, and gives what it
	// would change to report.
	rebuilder(db *write.DB, j *read.Job, report func(Drift) error) rebuilder
}

// rebuilder is the work of a Rebuild or a Verify.
type rebuilder interface {
	read.Work
	finish() error // the items that could not be made right
}

// coveredMark divides the cursor of a Rebuild into that of its scan and the stamp of the gap that was known when it began.
const coveredMark = "."

// Rebuild makes the view what it would be if all its sources were written again. It may run beside the stream, and
// several at once. An item that cannot be read or written is left behind; the error joins up to twenty such failures.
//
// Sources that the scan meets with their contributions are not read again where both agree, as far as they fit into
// MaxJoin. The mark of a gap that was there at the start is taken away at the end, so a gap that is reported after
// the start needs another Rebuild.
func (v *View) Rebuild(ctx context.Context, db *write.DB, opts read.JobOptions) error {
	fail := func(err error) error { return fmt.Errorf("ddb: rebuild %s: %w", v.Name, err) }
	resumed := opts.Resume != ""
	cursor, covered, known := strings.Cut(opts.Resume, coveredMark) // the stamp of the mark at the start; not known for a cursor that does not say
	known = known || !resumed
	opts.Resume = cursor
	if checkpoint := opts.Checkpoint; checkpoint != nil {
		opts.Checkpoint = func(c string) {
			if c != "" && known {
				c += coveredMark + covered
			}
			checkpoint(c)
		}
	}
	ctx, job, err := v.newJob(ctx, db, opts, "rebuild")
	if err != nil {
		return fail(err)
	}
	if !resumed {
		mark, err := v.mark(ctx, db)
		if err != nil {
			return fail(err)
		}
		covered = markStamp(mark)
	}
	if err := v.run(ctx, db, job, nil); err != nil {
		return fail(err)
	}
	if !known {
		return nil
	}
	if err := v.unmark(ctx, db, covered); err != nil {
		return fail(err)
	}
	return nil
}

func (v *View) newJob(ctx context.Context, db *write.DB, opts read.JobOptions, operation string) (context.Context, *read.Job, error) {
	if db.Table != v.Table {
		return ctx, nil, fault.Model("the view is of another table than the DB's")
	}
	return db.Consistently().NewJob(ctx, opts, operation, v.Name)
}

func (v *View) run(ctx context.Context, db *write.DB, job *read.Job, report func(Drift) error) error {
	r := v.Kind.rebuilder(db, job, report)
	if err := job.Run(ctx, r); err != nil {
		return err
	}
	return r.finish()
}

// Drift is a difference between a view and what it should be.
type Drift struct {
	View  string
	Item  string // the key of the item that is wrong
	Field string // the field or attribute of it that is wrong
	Have  string // what is stored
	Want  string // what Rebuild would write
}

func (d Drift) String() string {
	return fmt.Sprintf("%s: %s: %s is %s, should be %s", d.View, d.Item, d.Field, d.Have, d.Want)
}

// Verify yields where the view differs from what Rebuild would write, and writes nothing. What is merely behind the
// stream would differ too: so a difference is yielded when it rests, the same in three looks within half a second. A
// target that changes in every look cannot be compared: the error at the end names it.
func (v *View) Verify(ctx context.Context, db *write.DB, opts read.JobOptions) iter.Seq2[Drift, error] {
	return func(yield func(Drift, error) bool) {
		left := errors.New("the loop was left")
		ctx, job, err := v.newJob(ctx, db, opts, "verify")
		if err == nil {
			err = v.run(ctx, db, job, func(d Drift) error {
				d.View = v.Name
				if !yield(d, nil) {
					return left
				}
				return nil
			})
		}
		if err != nil && !errors.Is(err, left) {
			yield(Drift{}, fmt.Errorf("ddb: verify %s: %w", v.Name, err))
		}
	}
}

// LastGap returns why the view may be wrong until it is rebuilt: the gap that was reported last since the last
// Rebuild, nil if there was none. It is one read.
func (v *View) LastGap(ctx context.Context, db *write.DB) (cause, err error) {
	mark, err := v.mark(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("ddb: view %s: %w", v.Name, err)
	}
	if mark == nil {
		return nil, nil
	}
	text, _ := mark[model.CauseAttr].(*types.AttributeValueMemberS)
	if text == nil {
		return errors.New("records of the stream were lost"), nil
	}
	return errors.New(text.Value), nil
}

// MarkKey returns the key of the item that records gaps for the view.
func (v *View) MarkKey() attr.Item {
	ix := v.Table.Primary
	return attr.Item{
		ix.Partition[0]: &types.AttributeValueMemberS{Value: model.GapPartition},
		ix.Sort[0]:      &types.AttributeValueMemberS{Value: v.Name},
	}
}

func (v *View) mark(ctx context.Context, db *write.DB) (attr.Item, error) {
	if !v.Table.HasCompanions() {
		return nil, nil
	}
	return db.GetItem(ctx, v.MarkKey(), true)
}

// markStamp is the text that tells a mark from others; "" where there is none.
func markStamp(mark attr.Item) string {
	s, _ := mark[model.StampAttr].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// unmark deletes the mark with the given stamp, if it is still that one.
func (v *View) unmark(ctx context.Context, db *write.DB, stamp string) error {
	if stamp == "" || !v.Table.HasCompanions() {
		return nil
	}
	_, _, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &db.Name, Key: v.MarkKey(),
		ConditionExpression:       new("#s = :s"),
		ExpressionAttributeNames:  map[string]string{"#s": model.StampAttr},
		ExpressionAttributeValues: attr.Item{":s": &types.AttributeValueMemberS{Value: stamp}},
	}, nil)
	if _, newer := errors.AsType[*types.ConditionalCheckFailedException](err); newer {
		return nil
	}
	return err
}
