package ddbmem

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// The parameters of the API from before expressions, in the order in which the service lists them.
var legacy = []string{
	"AttributesToGet", "AttributeUpdates", "Expected", "QueryFilter", "ScanFilter", "ConditionalOperator", "KeyConditions",
}

// successor is the parameter that replaces a legacy one.
var successor = map[string]string{
	"AttributesToGet":     "ProjectionExpression",
	"AttributeUpdates":    "UpdateExpression",
	"Expected":            "ConditionExpression",
	"KeyConditions":       "KeyConditionExpression",
	"QueryFilter":         "FilterExpression",
	"ScanFilter":          "FilterExpression",
	"ConditionalOperator": "AND and OR in an expression",
}

// The parameters that hold expressions, in the order in which the service lists them.
var modern = []string{
	"UpdateExpression", "ConditionExpression", "ProjectionExpression", "FilterExpression", "KeyConditionExpression",
}

// checkLegacy rejects names without an expression, and legacy parameters. Mixed with expressions they are always
// rejected, with the service's text. Alone they are rejected without [Options.Legacy], with the engine's own text.
func (e *Engine) checkLegacy(in *wire.Node) error {
	if in.Has("ExpressionAttributeNames") && len(present(in, modern)) == 0 {
		return early(invalid("ExpressionAttributeNames can only be specified when using expressions"))
	}
	old := present(in, legacy)
	if len(old) == 0 {
		return nil
	}
	mixed := old
	if !in.Has("KeyConditionExpression") && old[len(old)-1] == "KeyConditions" {
		mixed = old[:len(old)-1] // a filter may be used with KeyConditions
	}
	if now := present(in, modern); len(now) > 0 && len(mixed) > 0 {
		return early(invalid("Can not use both expression and non-expression parameters in the same request: "+
			"Non-expression parameters: {%s} Expression parameters: {%s}", strings.Join(mixed, ", "), strings.Join(now, ", ")))
	}
	if e.opts.Legacy {
		return nil
	}
	return invalid("ddbmem does not support the legacy parameter %s; use %s", old[0], successor[old[0]])
}

func present(in *wire.Node, names []string) []string {
	var found []string
	for _, n := range names {
		if in.Has(n) {
			found = append(found, n)
		}
	}
	return found
}

// legacyReader reads the legacy parameters of one request and keeps the first error.
type legacyReader struct {
	in  *wire.Node
	err error
}

// legacyExpressions returns the expressions that equal a request's legacy parameters.
func legacyExpressions(in *wire.Node) (*expr.Expressions, error) {
	if len(present(in, legacy)) == 0 {
		return &expr.Expressions{}, nil
	}
	r := &legacyReader{in: in}
	ex := &expr.Expressions{}
	ex.Update = r.updates()
	if r.in.Has("QueryFilter") || r.in.Has("ScanFilter") {
		ex.Filter = r.filter()
	} else {
		ex.Condition = r.expected()
	}
	ex.Projection = r.attributes()
	ex.KeyCondition = r.keys()
	return ex, r.err
}

func (r *legacyReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// entries returns the members of a map by their attribute names.
func (r *legacyReader) entries(parameter string) ([]string, *wire.Node) {
	m := r.in.Get(parameter)
	if m == nil {
		return nil, nil
	}
	r.checkNames(m.Keys)
	return m.Keys, m
}

// entry returns the value of a map at a position, nil when it is null.
func entry(m *wire.Node, i int) *wire.Node {
	if m.Elems[i].Kind == wire.Null {
		return nil
	}
	return &m.Elems[i]
}

func (r *legacyReader) value(n *wire.Node) value.Value {
	if n == nil {
		return value.Value{}
	}
	v, err := value.Parse(n.Raw)
	if err != nil {
		r.fail(err)
	}
	return v
}

func (r *legacyReader) values(n *wire.Node) []value.Value {
	list := n.List("AttributeValueList")
	all := make([]value.Value, len(list))
	for i := range list {
		all[i] = r.value(&list[i])
	}
	return all
}

func (r *legacyReader) updates() *expr.Update {
	names, m := r.entries("AttributeUpdates")
	if m == nil {
		return nil
	}
	var all []expr.Action
	for i, name := range names {
		n := entry(m, i)
		a := expr.Action{Name: name, Action: orDefault(n.Text("Action"), "PUT"), Value: r.value(n.Get("Value"))}
		if r.err == nil {
			r.fail(a.Check())
		}
		all = append(all, a)
	}
	return expr.Act(all)
}

// either reports whether one of n conditions is enough, and rejects an operator for fewer than two.
func (r *legacyReader) either(n int) bool {
	switch operator := r.in.Text("ConditionalOperator"); {
	case operator == "":
	case n == 0:
		r.fail(invalid("ConditionalOperator cannot be used without Filter or Expected"))
	case n == 1:
		r.fail(invalid("ConditionalOperator can only be used when Filter or Expected has two or more elements"))
	default:
		return operator == "OR"
	}
	return false
}

func (r *legacyReader) expected() *expr.Condition {
	names, m := r.entries("Expected")
	var all []expr.Comparison
	for i, name := range names {
		all = append(all, r.expectation(name, entry(m, i)))
	}
	either := r.either(len(all))
	if len(all) == 0 {
		return nil
	}
	return expr.Compare(all, either)
}

// expectation reads one entry of Expected.
func (r *legacyReader) expectation(name string, n *wire.Node) expr.Comparison {
	c := expr.Comparison{Name: name, Operator: n.Text("ComparisonOperator"), Values: r.values(n)}
	single, list := n.Has("Value"), n.Has("AttributeValueList")
	if single {
		c.Values = []value.Value{r.value(n.Get("Value"))}
	}
	switch {
	case r.err != nil:
	case single && list:
		r.fail(parameter("Value and AttributeValueList cannot be used together for Attribute: %s", name))
	case c.Operator != "":
		r.compared(c, n, single || list)
	case list:
		r.fail(parameter("AttributeValueList can only be used with a ComparisonOperator for Attribute: %s", name))
	case n.Flag("Exists", true) && !single:
		exists := "null"
		if n.Has("Exists") {
			exists = "true"
		}
		r.fail(parameter("Value must be provided when Exists is %s for Attribute: %s", exists, name))
	case !n.Flag("Exists", true) && single:
		r.fail(parameter("Value cannot be used when Exists is false for Attribute: %s", name))
	case single:
		c.Operator = "EQ"
	default:
		c.Operator = "NULL"
	}
	return c
}

// compared checks an entry of Expected that has a ComparisonOperator.
func (r *legacyReader) compared(c expr.Comparison, n *wire.Node, values bool) {
	switch {
	case n.Has("Exists"):
		r.fail(parameter("Exists and ComparisonOperator cannot be used together for Attribute: %s", c.Name))
	case !values && c.Operator != "NULL" && c.Operator != "NOT_NULL":
		r.fail(parameter("Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s", c.Operator, c.Name))
	default:
		r.fail(c.Check())
	}
}

// comparisons reads a map of conditions; it is empty if the request has no such parameter.
func (r *legacyReader) comparisons(parameter string) []expr.Comparison {
	names, m := r.entries(parameter)
	var all []expr.Comparison
	for i, name := range names {
		n := entry(m, i)
		c := expr.Comparison{Name: name, Operator: n.Text("ComparisonOperator"), Values: r.values(n)}
		if r.err == nil {
			r.fail(c.Check())
		}
		all = append(all, c)
	}
	return all
}

func (r *legacyReader) filter() *expr.Condition {
	all := append(r.comparisons("QueryFilter"), r.comparisons("ScanFilter")...)
	either := r.either(len(all))
	if len(all) == 0 {
		return nil
	}
	return expr.Compare(all, either)
}

func (r *legacyReader) keys() *expr.KeyCondition {
	if !r.in.Has("KeyConditions") {
		return nil
	}
	return expr.CompareKeys(r.comparisons("KeyConditions"))
}

// checkNames rejects invalid attribute names.
func (r *legacyReader) checkNames(names []string) {
	for _, name := range names {
		if err := value.CheckName(name); err != nil {
			r.fail(err)
		}
	}
}

func (r *legacyReader) attributes() *expr.Projection {
	names := r.in.Strings("AttributesToGet")
	r.checkNames(names)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			r.fail(parameter("Duplicate value in attribute name: %s", name))
		}
	}
	if names == nil {
		return nil
	}
	return expr.Attributes(names)
}
