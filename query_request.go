package ddb

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/template"
)

// input returns the request of the plan, without its start and page size.
func (p *readPlan) input(db *rDB) (*dynamodb.QueryInput, error) {
	x := &plan.Expression{}
	in := &dynamodb.QueryInput{TableName: &db.Name}
	if p.ix.Kind != model.PrimaryIndex {
		in.IndexName = &p.ix.Name
	}
	if p.consistent {
		in.ConsistentRead = new(true)
	}
	if p.q.desc {
		in.ScanIndexForward = new(false)
	}
	in.KeyConditionExpression = new(p.keyCondition(x))
	filter, err := p.q.e.Compile(x, p.q.filters)
	if err != nil {
		return nil, p.fail(err)
	}
	if p.live {
		ttl := x.Name(p.ix.Table.TTL)
		filter = plan.And(filter, model.AliveText(ttl, x.Value(db.now())))
	}
	if filter != "" {
		in.FilterExpression = &filter
	}
	if p.selected != nil && !p.hydrate {
		in.ProjectionExpression = new(p.projection(x))
	}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = x.Names(), x.Values()
	return in, nil
}

func (p *readPlan) keyCondition(x model.Placeholders) string {
	var b strings.Builder
	b.Grow(64)
	and := func(texts ...string) {
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		for _, s := range texts {
			b.WriteString(s)
		}
	}
	for i, av := range p.partition {
		and(x.Name(p.ix.Partition[i]), " = ", x.Value(av))
	}
	for _, b := range p.native {
		and(model.Comparison(x, b.op, model.KeepEmpty(b.f), b.vals))
	}
	text := func(s string) string { return x.Value(&types.AttributeValueMemberS{Value: s}) }
	if len(p.ix.Sort) > 0 {
		switch name := p.ix.Sort[0]; p.sort.Form {
		case template.Exact:
			and(x.Name(name), " = ", text(p.sort.Lo))
		case template.Begins:
			and("begins_with(", x.Name(name), ", ", text(p.sort.Prefix), ")")
		case template.Within:
			and(x.Name(name), " BETWEEN ", text(p.sort.Lo), " AND ", text(p.sort.Hi))
		case template.Everything, template.Nothing:
		}
	}
	return b.String()
}

// fingerprint identifies the query for its cursors: all of it but the values of range and filter.
func (p *readPlan) fingerprint() uint64 {
	h := fnv.New64a()
	for _, av := range p.partition {
		_, _ = io.WriteString(h, attr.Text(av)+"\x00")
	}
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%t\x00%t\x00%s\x00", p.table, p.ix.Name, p.q.desc, p.q.collection, p.q.e.Name)
	for _, b := range p.q.bounds {
		_, _ = io.WriteString(h, outline(p.q.e, b)+"\x00")
	}
	for _, c := range p.q.filters {
		_, _ = io.WriteString(h, "\x01"+outline(p.q.e, c))
	}
	return h.Sum64()
}

// outline renders a condition without its values.
func outline(e *model.Entity, cl model.Clause) string {
	var b strings.Builder
	b.WriteString(string(cl.Op))
	if cl.Op == model.OpExpr {
		x := &plan.Expression{}
		if cc, err := e.CompileCond(cl); err == nil {
			fmt.Fprint(&b, cc.Text(x), x.Names())
		}
	}
	if f, err := e.Proto.Resolve(cl.Ptr); cl.Ptr != nil && err == nil {
		b.WriteString(" " + f.Name)
	}
	for _, k := range cl.Kids {
		b.WriteString("(" + outline(e, k) + ")")
	}
	return b.String()
}

// resume returns the ExclusiveStartKey of a position, nil for the start; done says that nothing is left.
func (p *readPlan) resume(pos position) (start attr.Item, done bool, err error) {
	if pos.query != p.fingerprint() || len(pos.keys) != 1 || pos.keys[0].state != afterKey {
		return nil, false, p.fail(fmt.Errorf("%w: it is of another query or table", fault.ErrCursor))
	}
	return p.resumeAt(pos.keys[0])
}

// resumeAt is resume for a position in this plan's partition.
func (p *readPlan) resumeAt(at keyPosition) (start attr.Item, done bool, err error) {
	if start, err = startKey(p.ix, at.key); err != nil {
		return nil, false, p.fail(err)
	}
	if !p.here(start) {
		return nil, false, p.fail(fmt.Errorf("%w: it is of another partition", fault.ErrCursor))
	}
	start, done = p.within(start)
	return start, done, nil
}

// here reports whether a position is in this plan's partition.
func (p *readPlan) here(at attr.Item) bool {
	for i, attrName := range p.ix.Partition {
		if at[attrName] == nil || !attr.Equal(at[attrName], p.partition[i]) {
			return false
		}
	}
	return true
}

// within returns where a reading goes on behind a position: nil is the start of the range, and past says that nothing of the
// range is left.
func (p *readPlan) within(at attr.Item) (start attr.Item, past bool) {
	switch side := p.side(at); {
	case side == 0:
		return at, false
	case side < 0 != p.q.desc: // all of the range is still to come
		return nil, false
	}
	return nil, true
}

// side says where a position lies: -1 before the range, 1 behind it, 0 inside.
func (p *readPlan) side(start attr.Item) int {
	for _, b := range p.native {
		have := start[b.attr]
		if model.Holds(b.op, b.f, have, b.vals) {
			continue
		}
		if c, _ := attr.Compare(have, b.vals[0]); c != 0 {
			return c
		}
		if b.op == model.OpLt {
			return 1
		}
		return -1
	}
	if len(p.ix.Sort) == 0 || len(p.native) > 0 || p.row.Sort.Native() {
		return 0
	}
	s, ok := start[p.ix.Sort[0]].(*types.AttributeValueMemberS)
	switch {
	case !ok || p.sort.Contains(s.Value):
		return 0
	case s.Value < p.sort.Lo:
		return -1
	}
	return 1
}

// String explains the plan.
func (p *readPlan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Query %s: %s", p.ix.Name, p.keyText())
	for i, c := range p.q.filters {
		sep := " FILTER "
		if i > 0 {
			sep = " AND "
		}
		b.WriteString(sep + p.q.e.Describe(c))
	}
	if p.hydrate {
		b.WriteString(" HYDRATE")
	}
	if p.q.desc {
		b.WriteString(" DESC")
	}
	if p.q.limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", p.q.limit)
	}
	if p.consistent {
		b.WriteString(" CONSISTENT")
	}
	if len(p.shards) > 0 {
		fmt.Fprintf(&b, " ALL %d SHARDS", len(p.shards))
	}
	return b.String()
}

// keyText is the key condition with its values in place.
func (p *readPlan) keyText() string {
	if p.nothing() {
		return "nothing: no key lies within the bounds"
	}
	return p.keyCondition(model.Plain{})
}

// count counts the rows of p, of which only the number is asked for.
func (db *rDB) count(ctx context.Context, p *readPlan) (int, error) {
	one := *p
	p, one.selected, one.partial, one.hydrate = &one, nil, false, p.undated
	if p.q.ignoreUnknown {
		one.selected = []*field.Field{} // the keys and the type tell whose an item is
	}
	if p.hydrate || p.q.ignoreUnknown {
		return db.countItems(ctx, p)
	}
	if len(p.shards) > 0 {
		n := 0
		for i := range p.shards {
			one, err := db.count(ctx, p.shard(i))
			if err != nil {
				return 0, err
			}
			if n += one; p.q.limit > 0 && n >= p.q.limit {
				return p.q.limit, nil
			}
		}
		return n, nil
	}
	in, err := p.input(db)
	if err != nil {
		return 0, err
	}
	in.Select = types.SelectCount
	n, thin := 0, 0
	for !p.nothing() {
		if size := p.pageSize(max(p.q.limit-n, 0), thin); size > 0 {
			in.Limit = &size
		}
		out, err := db.Query(ctx, in)
		if err != nil {
			return 0, p.fail(db.Explain(err))
		}
		n += int(out.Count)
		if p.q.limit > 0 && n >= p.q.limit {
			n = p.q.limit
			break
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(out.LastEvaluatedKey) == 0 {
			break
		}
		if out.Count < out.ScannedCount {
			thin++
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, p.fail(err)
	}
	return n, nil
}

// countItems counts items that have to be looked at, to know whether they are expired or whose they are.
func (db *rDB) countItems(ctx context.Context, p *readPlan) (n int, err error) {
	err = db.each(ctx, p, func(it row) (counts, more bool) {
		if it.item.None() || p.q.ignoreUnknown && !db.Table.Claims(p.q.e, it.item) {
			return false, true
		}
		n++
		return true, true
	})
	return n, err
}

// nothing reports a plan that no item can match, so that no request is needed.
func (p *readPlan) nothing() bool {
	return p.crossed || p.sort.Form == template.Nothing && len(p.ix.Sort) > 0 && !p.row.Sort.Native()
}
