package codec

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// names finds fields by attribute names.
type names struct {
	exact map[string]int
	order []string // in attributevalue's order, ignoring case
	ascii bool     // all of them

	strict []string // of these, the ones that match only their exact spelling
	beside []string // names that match no field in another spelling
}

func newNames(attrs []field.Attribute) names {
	n := names{exact: make(map[string]int, len(attrs)), ascii: true}
	for i, a := range attrs {
		n.exact[a.Name] = i
		n.order = append(n.order, a.Name)
		n.ascii = n.ascii && isASCII(a.Name)
	}
	return n
}

// apart returns names that match each of these only in its exact spelling: a field's name matches no other spelling,
// and other names match no field.
func (n names) apart(all ...string) names {
	n.strict, n.beside = slices.Clip(n.strict), slices.Clip(n.beside)
	for _, name := range all {
		if _, exact := n.exact[name]; exact {
			n.strict = append(n.strict, name)
		} else if !slices.Contains(n.beside, name) {
			n.beside = append(n.beside, name)
		}
	}
	return n
}

// find returns the field with exactly this name, otherwise the first one that differs only in case, otherwise -1.
func (n *names) find(name string) (i int, exact bool) {
	if i, ok := n.exact[name]; ok {
		return i, true
	}
	if slices.Contains(n.beside, name) {
		return -1, false
	}
	sameLength := n.ascii && isASCII(name) // only then does folding keep the length: K and ſ have ASCII partners
	for i, candidate := range n.order {
		if sameLength && len(candidate) != len(name) {
			continue
		}
		if strings.EqualFold(candidate, name) && !slices.Contains(n.strict, candidate) {
			return i, false
		}
	}
	return -1, false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// folded returns, for each field whose exact name is not in attrs, the least name there that differs only in case.
func (n *names) folded(attrs map[string]types.AttributeValue) map[int]string {
	var least map[int]string
	for name := range attrs {
		i, exact := n.find(name)
		if i < 0 || exact || attrs[n.order[i]] != nil {
			continue
		}
		if have, ok := least[i]; ok && have < name {
			continue
		}
		if least == nil {
			least = make(map[int]string)
		}
		least[i] = name
	}
	return least
}

// cleared returns attrs without those that attributevalue would wrongly decode into a field of another spelling.
func (n *names) cleared(attrs map[string]types.AttributeValue) map[string]types.AttributeValue {
	least := n.folded(attrs)
	out := make(map[string]types.AttributeValue, len(attrs))
	for name, av := range attrs {
		if _, exact := n.exact[name]; exact {
			out[name] = av
		}
	}
	for _, name := range least {
		out[name] = attrs[name]
	}
	return out
}
