// Package face is how packages ddbview, ddbjob, ddbaccess and ddbperiod, which stand above package ddb, reach what stands below it.
// Package ddb sets the functions.
package face

import (
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
	"github.com/singletable-go/ddb/internal/write"
)

var (
	// Entity returns what an Entity of any type is below.
	Entity func(entity any) *model.Entity

	// Clause returns what a Cond is below; that of nil is the zero Clause.
	Clause func(cond any) model.Clause

	// Query returns what a Query of any type is below.
	Query func(query any) read.Query

	// View returns the View of package ddb that stands for v.
	View func(v *view.View) any

	// ViewTable returns the table of a View of package ddb; nil of one that was not declared.
	ViewTable func(of any) *model.Table

	// Change sets to, a pointer to a Change of any type, to c.
	Change func(to any, c view.Change)

	// DB returns what a DB is below, nil of a nil DB.
	DB func(db any) *write.DB

	// Op returns what an Op is below.
	Op func(op any) write.Op

	// Job returns what JobOptions, a pointer, are below.
	Job func(opts any) read.JobOptions

	// Public returns an error as a caller of package ddb gets it.
	Public func(error) error
)
