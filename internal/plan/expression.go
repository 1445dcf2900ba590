package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Expression collects the placeholders of a request's expressions. Every name is a placeholder, so that reserved words
// do not matter. The zero value is empty and ready to use.
type Expression struct {
	names  []string // of "#0", "#1", …
	values []types.AttributeValue
	placed map[string]types.AttributeValue // the values by their placeholders, as last returned
}

// Names returns the value for ExpressionAttributeNames; nil if there are none.
func (x *Expression) Names() map[string]string {
	if len(x.names) == 0 {
		return nil
	}
	out := make(map[string]string, len(x.names))
	for i, attr := range x.names {
		out[numbered(&namePlaceholders, '#', i)] = attr
	}
	return out
}

// Values returns the value for ExpressionAttributeValues; nil if there are none. Without another Value in between it is the same
// map.
func (x *Expression) Values() map[string]types.AttributeValue {
	if len(x.placed) == len(x.values) {
		return x.placed
	}
	x.placed = make(map[string]types.AttributeValue, len(x.values))
	for i, v := range x.values {
		x.placed[numbered(&valuePlaceholders, ':', i)] = v
	}
	return x.placed
}

// The most common placeholders.
var namePlaceholders, valuePlaceholders [32]string

func init() {
	for i := range namePlaceholders {
		namePlaceholders[i], valuePlaceholders[i] = "#"+strconv.Itoa(i), ":"+strconv.Itoa(i)
	}
}

func numbered(made *[32]string, mark byte, i int) string {
	if i < len(made) {
		return made[i]
	}
	return string(mark) + strconv.Itoa(i)
}

// Path returns the placeholder path of a document path: "#0.#1".
func (x *Expression) Path(path []string) string {
	var out strings.Builder
	out.WriteString(x.Name(path[0]))
	for _, p := range path[1:] {
		out.WriteString("." + x.Name(p))
	}
	return out.String()
}

// Name returns the placeholder of one attribute name, the same for the same name.
func (x *Expression) Name(attr string) string {
	i := slices.Index(x.names, attr)
	if i < 0 {
		i = len(x.names)
		x.names = append(x.names, attr)
	}
	return numbered(&namePlaceholders, '#', i)
}

// Value returns a new placeholder for v.
func (x *Expression) Value(v types.AttributeValue) string {
	x.values = append(x.values, v)
	return numbered(&valuePlaceholders, ':', len(x.values)-1)
}

// Adopt returns expr, which has placeholders of its own, with placeholders of x.
func (x *Expression) Adopt(expr string, names map[string]string, values map[string]types.AttributeValue) string {
	return placeholder().ReplaceAllStringFunc(expr, func(p string) string {
		if name, ok := names[p]; ok {
			return x.Name(name)
		}
		if v, ok := values[p]; ok {
			return x.Value(v)
		}
		return p
	})
}

// Filled returns expr with its placeholders replaced by the names, and by the texts of the values.
func Filled(expr string, names map[string]string, values map[string]types.AttributeValue, text func(types.AttributeValue) string) string {
	return placeholder().ReplaceAllStringFunc(expr, func(p string) string {
		if name, ok := names[p]; ok {
			return name
		}
		if v, ok := values[p]; ok {
			return text(v)
		}
		return p
	})
}

var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[#:][A-Za-z0-9_]+`) })

// And joins conditions with AND, in parentheses if there are several; empty ones are left out.
func And(conds ...string) string { return join(" AND ", conds) }

// Or joins conditions with OR, in the same way.
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
