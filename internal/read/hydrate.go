package read

import (
	"context"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// hydrate fetches the whole items of index entries that do not hold enough, in their order. It reads as consistently
// as the query.
func (db *DB) hydrate(ctx context.Context, p *Plan, rows []*Hit) ([]*wire.Page, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	keys := make([]attr.Item, len(rows))
	for i, r := range rows {
		keys[i] = db.Table.KeyOf(r.Found)
	}
	b, err := db.BatchGet(ctx, keys, p.consistent)
	if err != nil {
		return nil, p.fail(fmt.Errorf("fetching what %s does not project: %w", p.ix.Name, db.Explain(err)))
	}
	for i, r := range rows {
		switch found := b.Found[i]; {
		case b.Throttled[i]:
			r.Outcome, r.Item = Throttled, attr.Stored{}
		case db.Absent(found):
			r.Outcome, r.Item = Gone, attr.Stored{}
		case !p.matches(r.Found, found):
			r.Outcome, r.Item = Stale, attr.Stored{}
		default:
			r.Outcome, r.Item = Found, found
		}
	}
	return b.Held, nil
}

// matches reports whether the whole item still has the key of the index entry that named it, and passes the filter
// that the entry passed.
func (p *Plan) matches(found, whole attr.Stored) bool {
	if slices.ContainsFunc(p.ix.Attrs(), func(attrName string) bool {
		have := whole.Attr(attrName)
		return have == nil || !attr.Equal(found.Attr(attrName), have)
	}) {
		return false
	}
	if len(p.recheck) == 0 {
		return true
	}
	attrs := whole.Attributes()
	return !slices.ContainsFunc(p.recheck, func(holds model.Predicate) bool { return !holds(attrs) })
}

// outdated reports whether an index entry of which not all was read has to be upgraded first, which takes the whole
// item.
func (p *Plan) outdated(s attr.Stored) bool {
	return p.partial && model.SchemaOf(s) < p.Q.E.Schema
}
