package view

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Drop deletes the companion items of a view that is declared no more, and its mark of a gap. It refuses a view that
// the table of db declares. It returns the number of items deleted, also with an error.
func Drop(ctx context.Context, db *write.DB, name string, opts read.JobOptions) (deleted int, err error) {
	switch {
	case name == "" || strings.ContainsAny(name, "#~"):
		return 0, fault.Model("ddb: drop view %q: it is no name of a view", name)
	case db.Table.HasView(name):
		return 0, fault.Model("ddb: drop view %s: the table declares it: take it out of the program first, and out of every other program that maintains it", name)
	}
	ctx, job, err := db.Consistently().NewJob(ctx, opts, "drop view", name)
	if err != nil {
		return 0, fmt.Errorf("ddb: drop view %s: %w", name, err)
	}
	if !db.Table.HasCompanions() {
		return 0, nil
	}
	v := &View{Name: name, Table: db.Table}
	err = db.Erase(ctx, job, func(s attr.Stored) (attr.Item, bool, error) { return db.Table.KeyOf(s), v.made(s), nil })
	if err == nil {
		_, _, err = db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &db.Name, Key: v.MarkKey()}, nil)
		err = db.Explain(err)
	}
	if err != nil {
		return job.Changed, fmt.Errorf("ddb: drop view %s: after %d items: %w", name, job.Changed, err)
	}
	return job.Changed, nil
}

// made reports whether an item is one of the library's own that the view made.
func (v *View) made(s attr.Stored) bool {
	pk, _ := s.Text(v.Table.Primary.Partition[0])
	return slices.ContainsFunc([]string{model.LedgerPrefix, model.RankPrefix, model.DistinctPrefix}, func(prefix string) bool {
		return strings.HasPrefix(pk, prefix+v.Name+"#")
	})
}
