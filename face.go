package ddb

import (
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
	"github.com/singletable-go/ddb/internal/write"
)

// Packages ddbview, ddbjob, ddbaccess and ddbperiod are above this one, and reach through it to what is below.
func init() {
	face.Entity = func(entity any) *model.Entity { return entity.(AnyEntity).model() }
	face.Clause = func(cond any) model.Clause {
		if cond == nil {
			return model.Clause{}
		}
		return cond.(Cond).condition()
	}
	face.Query = func(query any) read.Query { return query.(interface{ below() read.Query }).below() }
	face.View = func(v *view.View) any { return &View{v} }
	face.ViewTable = func(of any) *model.Table {
		if of := of.(*View); of != nil && of.v != nil {
			return of.v.Table
		}
		return nil
	}
	face.DB = func(db any) *write.DB {
		if db := db.(*DB); db != nil {
			return db.db
		}
		return nil
	}
	face.Op = func(op any) write.Op { return op.(Op).op }
	face.Job = func(opts any) read.JobOptions { return opts.(*JobOptions).below() }
	face.Public = public
	face.Change = func(to any, c view.Change) { to.(interface{ set(view.Change) }).set(c) }
}

func (q Query[T]) below() read.Query { return q.q }
