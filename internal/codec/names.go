package codec

import (
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/internal/field"
)

// names finds fields by the names of attributes.
type names struct {
	exact map[string]int
	order []string // as attributevalue tries them, ignoring case
	ascii bool     // all of them
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

// find returns the field of exactly that name, else the first one whose name differs only in case, else -1.
func (n *names) find(name string) (i int, exact bool) {
	if i, ok := n.exact[name]; ok {
		return i, true
	}
	sameLength := n.ascii && isASCII(name) // only then does folding keep the length: K and ſ have ASCII partners
	for i, candidate := range n.order {
		if sameLength && len(candidate) != len(name) {
			continue
		}
		if strings.EqualFold(candidate, name) {
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
