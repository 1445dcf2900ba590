package ddbmem

import (
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// maxItem is the largest size of an item, in bytes.
const maxItem = 400 << 10

// The parameters of the API from before there were expressions, in the order in which the service lists them.
var legacy = []string{
	"AttributesToGet", "AttributeUpdates", "Expected", "QueryFilter", "ScanFilter", "ConditionalOperator", "KeyConditions",
}

// successor says which parameter does what a legacy one did.
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

// refuseLegacy refuses legacy parameters: mixed with expressions in the service's words, alone in ours.
func refuseLegacy(in *wire.Node) *apiError {
	old := present(in, legacy)
	if len(old) == 0 {
		return nil
	}
	if now := present(in, modern); len(now) > 0 {
		if !in.Has("KeyConditionExpression") && old[len(old)-1] == "KeyConditions" && len(old) > 1 {
			old = old[:len(old)-1] // the service lets a filter stand beside KeyConditions
		}
		return invalid("Can not use both expression and non-expression parameters in the same request: "+
			"Non-expression parameters: {%s} Expression parameters: {%s}", strings.Join(old, ", "), strings.Join(now, ", "))
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

// expressions parses the expressions of a request. users are the parameters of the operation that may use values.
func expressions(in *wire.Node, users ...string) (*expr.Expressions, error) {
	r := &expr.Request{Names: in.StringMap("ExpressionAttributeNames"), Values: *in.Values("ExpressionAttributeValues"), ValueUsers: users}
	for name, into := range map[string]**string{
		"UpdateExpression": &r.Update, "ConditionExpression": &r.Condition, "KeyConditionExpression": &r.KeyCondition,
		"FilterExpression": &r.Filter, "ProjectionExpression": &r.Projection,
	} {
		if m := in.Get(name); m != nil {
			*into = &m.Str
		}
	}
	if r.Names == nil && !r.Values.Present && r.Update == nil && r.Condition == nil && r.KeyCondition == nil &&
		r.Filter == nil && r.Projection == nil {
		return &expr.Expressions{}, nil
	}
	return expr.Parse(r)
}

// attributes returns a member that is an item or a key, once its values are known to be allowed.
func attributes(in *wire.Node, name string) (value.Item, error) {
	v := in.Values(name)
	if _, err := v.Fault(); err != nil {
		return nil, err
	}
	return v.Item, nil
}

// scalarKeys refuses document paths into key attributes.
func (t *table) scalarKeys(nested []string) *apiError {
	for _, name := range nested {
		if t.has(name) {
			return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", name)
		}
	}
	for _, name := range nested {
		for _, x := range t.indexes {
			if x.has(name) {
				return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: %s", name)
			}
		}
	}
	return nil
}
