// Package plan writes the expressions of DynamoDB requests.
package plan

import (
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Expression collects the placeholders that the expressions of one request share. Every name is a placeholder, so
// that no reserved word can stand in the way. The zero value is empty and ready to use.
type Expression struct {
	names  map[string]string // "#0" → attribute
	byName map[string]string
	values map[string]types.AttributeValue
}

// Names returns what ExpressionAttributeNames takes; nil if there are none.
func (x *Expression) Names() map[string]string { return x.names }

// Values returns what ExpressionAttributeValues takes; nil if there are none.
func (x *Expression) Values() map[string]types.AttributeValue { return x.values }

// Path returns the placeholder path of a document path: "#0.#1".
func (x *Expression) Path(path []string) string {
	out := x.Name(path[0])
	for _, p := range path[1:] {
		out += "." + x.Name(p)
	}
	return out
}

// Name returns the placeholder of one attribute name, the same for the same name.
func (x *Expression) Name(attr string) string {
	if p, ok := x.byName[attr]; ok {
		return p
	}
	if x.names == nil {
		x.names, x.byName = map[string]string{}, map[string]string{}
	}
	p := "#" + strconv.Itoa(len(x.names))
	x.names[p], x.byName[attr] = attr, p
	return p
}

// Value returns a new placeholder for v.
func (x *Expression) Value(v types.AttributeValue) string {
	if x.values == nil {
		x.values = map[string]types.AttributeValue{}
	}
	p := ":" + strconv.Itoa(len(x.values))
	x.values[p] = v
	return p
}

// Adopt returns expr, which was built elsewhere with placeholders of its own, with placeholders of x instead.
func (x *Expression) Adopt(expr string, names map[string]string, values map[string]types.AttributeValue) string {
	return placeholder.ReplaceAllStringFunc(expr, func(p string) string {
		if name, ok := names[p]; ok {
			return x.Name(name)
		}
		if v, ok := values[p]; ok {
			return x.Value(v)
		}
		return p
	})
}

var placeholder = regexp.MustCompile(`[#:][A-Za-z0-9_]+`)

// And joins conditions with AND, each in parentheses unless it stands alone; empty ones are left out.
func And(conds ...string) string { return join(" AND ", conds) }

// Or joins conditions with OR, likewise.
func Or(conds ...string) string { return join(" OR ", conds) }

func join(op string, conds []string) string {
	var out string
	n := 0
	for _, c := range conds {
		if c == "" {
			continue
		}
		switch n {
		case 0:
			out = c
		case 1:
			out = "(" + out + ")" + op + "(" + c + ")"
		default:
			out += op + "(" + c + ")"
		}
		n++
	}
	return out
}
