package call

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/wire"
)

// query describes a Query for items of e, nil for those of several. out is nil if it failed.
func (x *exchange) query(e *model.Entity, in *dynamodb.QueryInput, out *dynamodb.QueryOutput, page *wire.Page) {
	x.Condition = keyConditions(TextOf(in.KeyConditionExpression), in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	x.selects(in.FilterExpression, in.ProjectionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	x.Descending = in.ScanIndexForward != nil && !*in.ScanIndexForward
	x.CountOnly = in.Select == types.SelectCount
	x.pages(in.IndexName, in.Limit, in.ConsistentRead)
	switch partition := x.Condition[0]; {
	case e != nil:
		x.of(e.Name)
	case x.conn.Table.Companion(model.Loaded(attr.Item{partition.Attribute: partition.Values[0]})):
		x.of(ddbobserve.Companions)
	}
	if out != nil {
		x.Examined, x.Counted, x.More = int(out.ScannedCount), int(out.Count), len(out.LastEvaluatedKey) > 0
		x.items(page, out.Items...)
	}
}

// scan describes a Scan. out is nil if it failed.
func (x *exchange) scan(in *dynamodb.ScanInput, out *dynamodb.ScanOutput, page *wire.Page) {
	x.selects(in.FilterExpression, in.ProjectionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	x.pages(in.IndexName, in.Limit, in.ConsistentRead)
	if in.Segment != nil && in.TotalSegments != nil {
		x.Segment, x.Segments = int(*in.Segment), int(*in.TotalSegments)
	}
	if out != nil {
		x.Examined, x.Counted, x.More = int(out.ScannedCount), int(out.Count), len(out.LastEvaluatedKey) > 0
		x.items(page, out.Items...)
	}
}

func (x *exchange) pages(index *string, limit *int32, consistent *bool) {
	if index != nil {
		x.Index = *index
	}
	if limit != nil {
		x.Limit = int(*limit)
	}
	x.Consistent = consistent != nil && *consistent
}

func (x *exchange) selects(filter, projection *string, names map[string]string, values attr.Item) {
	x.Filter = filled(filter, names, values)
	if projection == nil {
		return
	}
	for path := range strings.SplitSeq(*projection, ",") {
		x.Projection = append(x.Projection, plan.Filled(strings.TrimSpace(path), names, nil, nil))
	}
}

// filled is an expression for people, "" for none.
func filled(expr *string, names map[string]string, values attr.Item) string {
	if expr == nil {
		return ""
	}
	return plan.Filled(*expr, names, values, ddbobserve.Text)
}

// keyConditions takes apart a key condition of the library's own: comparisons of a placeholder with others, joined by AND.
func keyConditions(expr string, names map[string]string, values attr.Item) []ddbobserve.KeyCondition {
	var out []ddbobserve.KeyCondition
	for expr != "" {
		var c ddbobserve.KeyCondition
		var name, value string
		add := func() { c.Values = append(c.Values, attr.DeepCopy(values[value])) }
		if rest, ok := strings.CutPrefix(expr, "begins_with("); ok {
			c.Op = "begins_with"
			name, rest, _ = strings.Cut(rest, ", ")
			value, rest, _ = strings.Cut(rest, ")")
			expr = strings.TrimPrefix(rest, " AND ")
		} else {
			name, rest, _ = strings.Cut(expr, " ")
			c.Op, rest, _ = strings.Cut(rest, " ")
			if value, expr, _ = strings.Cut(rest, " AND "); c.Op == "BETWEEN" {
				add()
				value, expr, _ = strings.Cut(expr, " AND ")
			}
		}
		add()
		c.Attribute = names[name]
		out = append(out, c)
	}
	return out
}
