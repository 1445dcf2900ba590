package ddb

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// View is data derived from other items of the table and kept true by a [Mux]: see [Aggregate] and [FanOut]. Immutable;
// safe for concurrent use, also by several processes at once.
type View struct {
	name  string
	table *Table
	kind  viewKind
}

// viewKind is what a view does: an aggregate or a fan-out.
type viewKind interface {
	// on reports whether records of e concern the view.
	on(e *entity) bool
	// maintain brings the view up to date with what the records name whose turn it is, and settles each of them.
	maintain(ctx context.Context, db *DB, t *turn)
	// reads is what the view looks at, and writes what it changes.
	reads() flow
	writes() []flow
	// rebuilder returns what makes the view right, item by item.
	rebuilder(db *DB, p *Progress) rebuilder
	// verifier is rebuilder without writes: it gives what it would change to report.
	verifier(db *DB, report func(Drift) error) rebuilder
}

// rebuilder takes every item of the table, one by one.
type rebuilder interface {
	add(ctx context.Context, attrs item) error
	flush(ctx context.Context) error // everything added is done
	finish() error                   // the items that could not be made right
}

// Name returns the view's name.
func (v *View) Name() string { return v.name }

// RebuildOptions configures [View.Rebuild]; nil is one worker, from the start.
type RebuildOptions struct {
	// Scan says how the table is read: workers, segments, where to resume, and the checkpoint, which is called when all
	// that was read before it has been made right. IgnoreUnknown is not looked at: unknown items are skipped.
	Scan ScanOptions
	// Progress is called after each page of the scan.
	Progress func(Progress)
}

// Progress says how far a Rebuild is.
type Progress struct {
	Items   int // read
	Sources int // looked at, contributions of earlier ones included
	Targets int // looked at
	Changed int // written, one for each contribution and each target
}

// Rebuild makes the view what it would be if all its sources were written anew: after a gap in the stream, after a
// change of its rules, or on a table that it is new to. It may run beside the stream, and several at once.
//
// An item that cannot be read or written is left behind: the others are made right, and the error joins up to twenty
// such failures.
//
// It reads the whole table once, strongly consistently (a unit for each 4 KB), each source again with its contribution,
// and each target with all of its contributions; it writes what differs. After a crash, run it again, from the last
// checkpoint or the start; what an unfinished one left behind is right only then. When it ends, [View.NeedsRebuild] is
// false unless another gap was reported meanwhile.
func (v *View) Rebuild(ctx context.Context, db *DB, opts *RebuildOptions) error {
	if db.table != v.table {
		return modelFault("ddb: rebuild %s: the view is of another table than the DB's", v.name)
	}
	if opts == nil {
		opts = &RebuildOptions{}
	}
	mark, err := v.mark(ctx, db)
	if err != nil {
		return fmt.Errorf("ddb: rebuild %s: %w", v.name, err)
	}
	p := Progress{}
	r := v.kind.rebuilder(db, &p)
	if err := v.each(ctx, db, opts.Scan, r, &p, opts.Progress); err != nil {
		return fmt.Errorf("ddb: rebuild %s: %w", v.name, err)
	}
	if err := v.unmark(ctx, db, mark); err != nil {
		return fmt.Errorf("ddb: rebuild %s: %w", v.name, err)
	}
	return nil
}

// each feeds every item of the table to r. A checkpoint of the scan is passed on once all before it is done.
func (v *View) each(ctx context.Context, db *DB, scan ScanOptions, r rebuilder, p *Progress, progress func(Progress)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	checkpoint := scan.Checkpoint
	scan.Checkpoint = func(c Cursor) {
		if context.Cause(ctx) != nil {
			return
		}
		if err := r.flush(ctx); err != nil {
			cancel(err)
			return
		}
		if progress != nil {
			progress(*p)
		}
		if checkpoint != nil {
			checkpoint(c)
		}
	}
	for attrs, err := range db.Consistent().scanItems(ctx, &scan) {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if err != nil {
			return err
		}
		p.Items++
		if err := r.add(ctx, attrs); err != nil {
			return err
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err := r.flush(ctx); err != nil {
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

// Verify reports where the view differs from what Rebuild would write. It reads what Rebuild reads and writes nothing.
// Beside a running stream what is merely behind would differ too: each difference is looked at again after a moment and
// yielded if it is still there. It yields as [Repository.Query] does.
func (v *View) Verify(ctx context.Context, db *DB, opts *ScanOptions) iter.Seq2[Drift, error] {
	return func(yield func(Drift, error) bool) {
		if db.table != v.table {
			yield(Drift{}, modelFault("ddb: verify %s: the view is of another table than the DB's", v.name))
			return
		}
		scan := ScanOptions{}
		if opts != nil {
			scan = *opts
		}
		stopped := errors.New("stopped")
		r := v.kind.verifier(db, func(d Drift) error {
			d.View = v.name
			if !yield(d, nil) {
				return stopped
			}
			return nil
		})
		if err := v.each(ctx, db, scan, r, &Progress{}, nil); err != nil && !errors.Is(err, stopped) {
			yield(Drift{}, fmt.Errorf("ddb: verify %s: %w", v.name, err))
		}
	}
}

// gapPartition holds an item for each view that records were lost for.
const gapPartition = "~g"

// Gap records that records of the stream were lost, so that every view of m needs a Rebuild: see [View.NeedsRebuild].
// The reader of package ddbstream calls it; a source of your own does where it finds records missing. It is one write
// for each view. A table whose keys are not strings has no place for the mark: then it does nothing.
func (m *Mux) Gap(ctx context.Context, cause error) error {
	var errs []error
	for _, v := range m.views {
		if !m.table.hasCompanions() {
			continue
		}
		mark := v.view.markKey()
		mark["~c"] = &types.AttributeValueMemberS{Value: cause.Error()}
		mark[stampAttr] = newStamp()
		_, err := v.db.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &v.db.name, Item: mark})
		if err != nil {
			errs = append(errs, fmt.Errorf("ddb: gap: view %s: %w", v.view.name, v.db.explain(err)))
		}
	}
	return errors.Join(errs...)
}

// NeedsRebuild returns why the view may be wrong until it is rebuilt: the gap that was reported last since the last
// Rebuild, nil if there was none. It is one read.
func (v *View) NeedsRebuild(ctx context.Context, db *DB) (cause, err error) {
	mark, err := v.mark(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("ddb: view %s: %w", v.name, err)
	}
	if mark == nil {
		return nil, nil
	}
	text, _ := mark["~c"].(*types.AttributeValueMemberS)
	if text == nil {
		return errors.New("records of the stream were lost"), nil
	}
	return errors.New(text.Value), nil
}

func (v *View) markKey() item {
	ix := v.table.primary
	return item{
		ix.partition[0]: &types.AttributeValueMemberS{Value: gapPartition},
		ix.sort[0]:      &types.AttributeValueMemberS{Value: v.name},
	}
}

func (v *View) mark(ctx context.Context, db *DB) (item, error) {
	if !v.table.hasCompanions() {
		return nil, nil
	}
	return db.Consistent().getItem(ctx, v.markKey())
}

// unmark deletes the mark that a Rebuild found when it began, unless there is a newer one.
func (v *View) unmark(ctx context.Context, db *DB, mark item) error {
	if mark == nil {
		return nil
	}
	_, err := db.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &db.name, Key: v.markKey(),
		ConditionExpression:       new("attribute_not_exists(#s) OR #s = :s"),
		ExpressionAttributeNames:  map[string]string{"#s": stampAttr},
		ExpressionAttributeValues: item{":s": mark[stampAttr]},
	})
	if _, newer := errors.AsType[*types.ConditionalCheckFailedException](err); newer {
		return nil
	}
	return err
}

// hasCompanions reports whether the table can hold items of the library's own: its keys are two strings.
func (t *Table) hasCompanions() bool {
	return len(t.primary.sort) == 1 && t.keyType(t.primary.partition[0]) == types.ScalarAttributeTypeS &&
		t.keyType(t.primary.sort[0]) == types.ScalarAttributeTypeS
}
