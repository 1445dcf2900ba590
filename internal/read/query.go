package read

import (
	"errors"
	"reflect"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Query is a query as data; [Query.Plan] compiles it.
type Query struct {
	E             *model.Entity
	Ix            *model.Index
	Example       reflect.Value
	Bounds        []model.Clause
	Filters       []model.Clause
	Selected      []any
	Desc          bool
	Limit         int
	Examine       int
	Consistent    bool
	Collection    bool
	IgnoreUnknown bool
	Whole         bool               // the items will be written back, so all attributes are read
	wanted        []*model.IndexKeys // of a collection: the keys of the entities to read, all if nil
}

func (q Query) String() string {
	if q.E == nil {
		return "ddb: query of no entity: make it with Entity.Query or Entity.On"
	}
	p, err := q.Plan(nil)
	if err != nil {
		return err.Error()
	}
	return p.String()
}

// planner collects the faults of a query while it is planned.
type planner struct {
	q      Query
	p      *Plan
	fixed  int // leading parts of the sort key that Eq fixes
	faults []error
}

func (b *planner) fault(format string, args ...any) {
	b.faults = append(b.faults, b.p.fail(fault.Model(format, args...)))
}

// key records the error of a value that is invalid in key k.
func (b *planner) key(k model.Key, err error) {
	b.faults = append(b.faults, b.p.keys.KeyError("query", k, err))
}

func (b *planner) done() (*Plan, error) {
	if len(b.faults) == 1 {
		return nil, b.faults[0]
	}
	if len(b.faults) > 1 {
		return nil, errors.Join(b.faults...)
	}
	return b.p, nil
}
