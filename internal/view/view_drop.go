package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Drop deletes the companion items of a view that is declared no more, and its mark of a gap. It refuses a view that
// the table of db declares. It returns the number of items deleted, also with an error.
func Drop(ctx context.Context, db *write.DB, name string, opts Job) (deleted int, err error) {
	switch {
	case name == "" || strings.ContainsAny(name, "#~"):
		return 0, fault.Model("ddb: drop view %q: it is no name of a view", name)
	case slices.Contains(db.Table.Views, name):
		return 0, fault.Model("ddb: drop view %s: the table declares it: take it out of the program first, and out of every other program that maintains it", name)
	case !db.Table.HasCompanions():
		return 0, nil
	}
	scan := *opts.Scan.Of("drop view", name)
	if err := db.Takes(scan); err != nil {
		return 0, fmt.Errorf("ddb: drop view %s: %w", name, err)
	}
	d := &viewDrop{db: db, name: name, b: newBulkRun(ctx, db, opts)}
	if err := d.run(d.b.ctx, scan); err != nil {
		return d.b.p.Changed, fmt.Errorf("ddb: drop view %s: after %d items: %w", name, d.b.p.Changed, err)
	}
	return d.b.p.Changed, nil
}

// viewDrop is a DropView under way.
type viewDrop struct {
	db    *write.DB
	name  string
	b     *bulkRun
	batch []types.WriteRequest
}

func (d *viewDrop) run(ctx context.Context, scan read.ScanOptions) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	checkpoint := scan.Checkpoint
	scan.Checkpoint = func(c string) {
		if context.Cause(ctx) != nil {
			return
		}
		if err := errors.Join(d.flush(ctx), d.b.page(ctx)); err != nil {
			cancel(err)
			return
		}
		if checkpoint != nil {
			checkpoint(c)
		}
	}
	for attrs, err := range d.db.Consistently().ScanItems(ctx, &scan) {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if err != nil {
			return err
		}
		if d.b.p.Items++; !d.owns(attrs) {
			continue
		}
		d.batch = append(d.batch, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: d.db.Table.KeyOf(model.Loaded(attrs))}})
		if len(d.batch) < call.BatchWriteLimit {
			continue
		}
		if err := errors.Join(d.flush(ctx), d.b.pace(ctx)); err != nil {
			return err
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err := d.flush(ctx); err != nil {
		return err
	}
	mark := (&View{Name: d.name, Table: d.db.Table}).MarkKey()
	_, _, err := d.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &d.db.Name, Key: mark}, nil)
	return d.db.Explain(err)
}

// owns reports whether an item is one that the view made.
func (d *viewDrop) owns(attrs attr.Item) bool {
	pk, _ := attrs[d.db.Table.Primary.Partition[0]].(*types.AttributeValueMemberS)
	return pk != nil && slices.ContainsFunc([]string{model.LedgerPrefix, model.RankPrefix, model.DistinctPrefix}, func(prefix string) bool {
		return strings.HasPrefix(pk.Value, prefix+d.name+"#")
	})
}

func (d *viewDrop) flush(ctx context.Context) error {
	if len(d.batch) == 0 {
		return nil
	}
	n, err := d.db.WriteBatch(ctx, d.batch)
	d.b.p.Changed += n
	d.batch = d.batch[:0]
	return d.db.Explain(err)
}
