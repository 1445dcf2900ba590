package read

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

// Input returns the request of the plan, without start key and limit.
func (p *Plan) Input(db *DB) (*dynamodb.QueryInput, error) {
	x := &plan.Expression{}
	in := &dynamodb.QueryInput{TableName: &db.Name}
	if p.ix.Kind != model.PrimaryIndex {
		in.IndexName = &p.ix.Name
	}
	if p.consistent {
		in.ConsistentRead = new(true)
	}
	if p.Q.Desc {
		in.ScanIndexForward = new(false)
	}
	in.KeyConditionExpression = new(p.keyCondition(x))
	filter, err := p.Q.E.Compile(x, p.Q.Filters)
	if err != nil {
		return nil, p.fail(err)
	}
	if p.live {
		ttl := x.Name(p.ix.Table.TTL)
		filter = plan.And(filter, model.AliveText(ttl, x.Value(db.Now())))
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

// owner is the entity whose items the plan reads, nil if there may be several.
func (p *Plan) owner() *model.Entity {
	if p.Q.Collection {
		return nil
	}
	return p.Q.E
}

func (p *Plan) keyCondition(x model.Placeholders) string {
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

// fingerprint identifies the query for its cursors. It covers everything except the values of range and filter.
func (p *Plan) fingerprint() uint64 {
	h := fnv.New64a()
	for _, av := range p.partition {
		_, _ = io.WriteString(h, attr.Text(av)+"\x00")
	}
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%t\x00%t\x00%s\x00", p.table, p.ix.Name, p.Q.Desc, p.Q.Collection, p.Q.E.Name)
	for _, b := range p.Q.Bounds {
		_, _ = io.WriteString(h, outline(p.Q.E, b)+"\x00")
	}
	for _, c := range p.Q.Filters {
		_, _ = io.WriteString(h, "\x01"+outline(p.Q.E, c))
	}
	return h.Sum64()
}

// Fingerprint identifies the query for cursors, of whatever shards.
func (p *Plan) Fingerprint() uint64 { return p.fingerprint() }

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

// resume returns the ExclusiveStartKey of a position, nil for the start; done says that no items are left.
func (p *Plan) resume(pos position) (start attr.Item, done bool, err error) {
	if pos.query != p.fingerprint() || len(pos.keys) != 1 || pos.keys[0].state != afterKey {
		return nil, false, p.fail(fmt.Errorf("%w: it belongs to another query or table", fault.ErrCursor))
	}
	return p.resumeAt(pos.keys[0])
}

// resumeAt is resume for a position in this plan's partition.
func (p *Plan) resumeAt(at keyPosition) (start attr.Item, done bool, err error) {
	if start, err = startKey(p.ix, at.key); err != nil {
		return nil, false, p.fail(err)
	}
	if !p.here(start) {
		return nil, false, p.fail(fmt.Errorf("%w: it belongs to another partition key", fault.ErrCursor))
	}
	start, done = p.within(start)
	return start, done, nil
}

// here reports whether a position is in this plan's partition.
func (p *Plan) here(at attr.Item) bool {
	for i, attrName := range p.ix.Partition {
		if at[attrName] == nil || !attr.Equal(at[attrName], p.partition[i]) {
			return false
		}
	}
	return true
}

// within returns the start key after a position: nil is the start of the range, and past says that the range has ended.
func (p *Plan) within(at attr.Item) (start attr.Item, past bool) {
	switch side := p.side(at); {
	case side == 0:
		return at, false
	case side < 0 != p.Q.Desc: // the position is before the range
		return nil, false
	}
	return nil, true
}

// side compares a position with the range: -1 before it, 1 after it, 0 inside.
func (p *Plan) side(start attr.Item) int {
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
	if len(p.ix.Sort) == 0 || len(p.native) > 0 || p.keys.Sort.Native() {
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
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Query %s: %s", p.ix.Name, p.keyText())
	for i, c := range p.Q.Filters {
		sep := " FILTER "
		if i > 0 {
			sep = " AND "
		}
		b.WriteString(sep + p.Q.E.Describe(c))
	}
	if p.hydrate {
		b.WriteString(" HYDRATE")
	}
	if p.Q.Desc {
		b.WriteString(" DESC")
	}
	if p.Q.Limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", p.Q.Limit)
	}
	if p.consistent {
		b.WriteString(" CONSISTENT")
	}
	if len(p.Shards) > 0 {
		fmt.Fprintf(&b, " ALL %d SHARDS", len(p.Shards))
	}
	return b.String()
}

// keyText is the key condition with its values, for people.
func (p *Plan) keyText() string {
	if p.nothing() {
		return "nothing: no key lies within the bounds"
	}
	return p.keyCondition(model.Plain{})
}

// Count counts the items that p finds.
func (db *DB) Count(ctx context.Context, p *Plan) (int, error) {
	one := *p
	p, one.selected, one.partial, one.hydrate = &one, nil, false, p.undated
	if p.Q.IgnoreUnknown {
		one.selected = []*field.Field{} // keys and type show the item's entity
	}
	if p.hydrate || p.Q.IgnoreUnknown {
		return db.countItems(ctx, p)
	}
	if len(p.Shards) > 0 {
		n := 0
		for i := range p.Shards {
			one, err := db.Count(ctx, p.shard(i))
			if err != nil {
				return 0, err
			}
			if n += one; p.Q.Limit > 0 && n >= p.Q.Limit {
				return p.Q.Limit, nil
			}
		}
		return n, nil
	}
	in, err := p.Input(db)
	if err != nil {
		return 0, err
	}
	in.Select = types.SelectCount
	n, thin := 0, 0
	for !p.nothing() {
		if size := p.pageSize(max(p.Q.Limit-n, 0), thin); size > 0 {
			in.Limit = &size
		}
		out, err := db.Query(ctx, p.owner(), in)
		if err != nil {
			return 0, p.fail(db.Explain(err))
		}
		n += int(out.Count)
		if p.Q.Limit > 0 && n >= p.Q.Limit {
			n = p.Q.Limit
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

// countItems counts items that have to be read, since DynamoDB's count would include expired or unknown items.
func (db *DB) countItems(ctx context.Context, p *Plan) (n int, err error) {
	err = db.Each(ctx, p, func(it Hit) (counts, more bool) {
		if it.Item.None() || p.Q.IgnoreUnknown && !db.Table.Claims(p.Q.E, it.Item) {
			return false, true
		}
		n++
		return true, true
	})
	return n, err
}

// nothing reports whether no item can match the plan, so that no request is needed.
func (p *Plan) nothing() bool {
	return p.Crossed || p.sort.Form == template.Nothing && len(p.ix.Sort) > 0 && !p.keys.Sort.Native()
}
