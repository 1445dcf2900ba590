package ddbaccess

import (
	"context"
	"reflect"

	"github.com/singletable-go/ddb"
)

// Pattern is one access pattern: a name, a function, and example parameters for it. Its constructors are [Get], [One], [Many],
// [Page], [All], [Whole], [Write], [Transact], [Func] and [FuncItems]. Its methods with a *Pattern as their result change it, so call
// them where it is declared; the others are safe for concurrent use.
type Pattern struct {
	name, kind, entity string
	of                 ddb.AnyEntity // nil where there is no one entity
	parameter          reflect.Type
	example            any
	run                func(context.Context, *ddb.DB, any) ([]any, error)
	text               func(any) string
	rate, hot, finds   float64
	fresh              bool
	accepted           []Acceptance
	fault              string
}

// Rate is how often the pattern runs, in calls a second on average.
func (p *Pattern) Rate(perSecond float64) *Pattern { p.rate = perSecond; return p }

// Hot is the share of the calls that go to the busiest partition key, between 0 and 1. Without it, the share is the one of the
// largest partition among all items of the entity.
func (p *Pattern) Hot(share float64) *Pattern { p.hot = share; return p }

// Finds is how many items the pattern's query finds at the declared volumes, where a bound on its sort key narrows it, such as the
// appointments of one day. Without it that is unknown, unless the query has a Limit, which is then what it finds. Where the query has
// a filter and a Limit, it is how many items are read until the filter has left the Limit. Of a pattern that writes it is what the
// query of its views finds.
func (p *Pattern) Finds(items float64) *Pattern { p.finds = items; return p }

// Fresh makes the pattern see the last write: its reads are strongly consistent, as those of [ddb.DB.Consistent]. They cost
// twice as much, and a global secondary index has none.
func (p *Pattern) Fresh() *Pattern { p.fresh = true; return p }

// Accept says why a finding about the pattern is no fault: a [Scan] or a [Filter].
func (p *Pattern) Accept(rule, reason string) *Pattern {
	p.accepted = append(p.accepted, Acceptance{Rule: rule, Subject: p.name, Reason: reason})
	return p
}

// Name returns the pattern's name.
func (p *Pattern) Name() string { return p.name }

// Kind returns the constructor's name in lower case: "get", "one", "many", "page", "whole", "write", "transact", "func".
func (p *Pattern) Kind() string { return p.kind }

// Parameter returns the type of the pattern's parameters. It is struct{} if there are none.
func (p *Pattern) Parameter() reflect.Type { return p.parameter }

// Example returns a copy of the example parameters.
func (p *Pattern) Example() any { return p.exampleCopy() }

// Explain returns how the library would run the pattern with these parameters, as [ddb.Query.String] and [ddb.Op.String] say
// it; "" for a Func. Nil parameters are the example.
func (p *Pattern) Explain(params any) (string, error) {
	value, err := p.params(params)
	if err != nil || p.text == nil {
		return "", err
	}
	return p.text(value), nil
}

// Run runs the pattern with parameters of its type, or a pointer to them; nil for a copy of the example. It returns the items that the
// pattern read. Requests, capacity and errors are those of the pattern. Parameters of another type are an error, and then it
// makes no request.
func (p *Pattern) Run(ctx context.Context, db *ddb.DB, params any) ([]any, error) {
	value, err := p.params(params)
	if err != nil {
		return nil, err
	}
	return p.with(ctx, db, value)
}

func (p *Pattern) with(ctx context.Context, db *ddb.DB, value any) ([]any, error) {
	if p.fresh {
		db = db.Consistent()
	}
	return p.run(ctx, db, value)
}

// RunJSON is [Pattern.Run] with parameters in JSON, by the rules of encoding/json. What the JSON leaves out is as in the
// example. Fields that the type does not have are an error, and so is what follows the value.
func (p *Pattern) RunJSON(ctx context.Context, db *ddb.DB, params []byte) ([]any, error) {
	value, err := p.decode(params)
	if err != nil {
		return nil, err
	}
	return p.with(ctx, db, value)
}
