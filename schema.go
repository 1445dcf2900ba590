package ddb

import (
	"github.com/singletable-go/ddb/internal/attr"
)

// diff writes what turns one set of attributes into another.
func (a *action) diff(from, to attr.Item) {
	for _, attrName := range attr.SortedNames(to) {
		if have := from[attrName]; have == nil || !attr.Equal(have, to[attrName]) {
			a.update.Set(a.x.Name(attrName), a.x.Value(to[attrName]))
		}
	}
	for _, attr := range attr.SortedNames(from) {
		if to[attr] == nil {
			a.update.Remove(a.x.Name(attr))
		}
	}
}
