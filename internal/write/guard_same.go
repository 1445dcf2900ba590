package write

import (
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// same requires that the item is as it was read: by version and stamp if it has them, else by all attributes.
func (a *action) same(k known) { a.sameAs(guardRead, k) }

func (a *action) sameAs(kind guardKind, k known) {
	if a.orAbsent {
		if a.orAbsent = false; k.state == knownPresent {
			a.guard(kind, isThere{})
		} else {
			a.guards = nil // they only apply to an existing item
		}
	}
	if k.state != knownPresent {
		a.guard(kind, isAbsent{absentAsRead})
		return
	}
	e, old := a.e, k.item
	if e.Version != nil && old[model.WriteStampAttr] != nil && len(e.Derived) == 0 {
		a.guard(kind, attributeIs{e.Version.Attr(), old[e.Version.Attr()]})
		a.guard(kind, attributeIs{model.WriteStampAttr, old[model.WriteStampAttr]})
		return
	}
	for _, attr := range attr.SortedNames(old) {
		if !e.Table.Primary.IsKey(attr) {
			a.guard(kind, attributeIs{attr, old[attr]})
		}
	}
	for _, attr := range e.AttributeNames() {
		if old[attr] == nil {
			a.guard(kind, attributeIs{attr, nil})
		}
	}
}
