package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// maxItem is the largest size of an item, in bytes.
const maxItem = 400 << 10

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
	old, err := legacyExpressions(in)
	if err != nil {
		return nil, err
	}
	if r.Names == nil && !r.Values.Present && r.Update == nil && r.Condition == nil && r.KeyCondition == nil &&
		r.Filter == nil && r.Projection == nil {
		return old, nil
	}
	ex, err := expr.Parse(r)
	if err != nil {
		return nil, err
	}
	if old.KeyCondition != nil {
		ex.KeyCondition = old.KeyCondition // the only legacy parameter that may be used with expressions
	}
	return ex, nil
}

// attributes returns a member that is an item or a key, after a check of its values.
func attributes(in *wire.Node, name string) (value.Item, error) {
	v := in.Values(name)
	if _, err := v.Fault(); err != nil {
		return nil, err
	}
	return v.Item, nil
}

// scalarKeys rejects document paths into key attributes.
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
