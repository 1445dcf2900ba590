package write

import (
	"maps"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// addVersion adds the version item of what the write stores, with the given number.
func (w *prepared) addVersion(attrs attr.Item, number int64) error {
	if w.e.History == nil {
		return nil
	}
	item, err := versionItem(w.e, w.op, w.item, attrs, number)
	if err != nil {
		return err
	}
	if err := w.checkSize(item); err != nil {
		return err
	}
	w.addVersionItem(item)
	return nil
}

// addVersionItem adds a put of a version item. It asserts that the number is unused: no such item exists, and if the number
// follows from a query, no version was pruned after the query.
func (w *prepared) addVersionItem(item attr.Item) {
	a := w.action(putAction, roleVersion, w.e.Table.KeyOf(model.Loaded(item)))
	a.attrs = item
	a.guard(guardItem, isAbsent{absentNoVersion})
	if n := w.tries.newest; n.found {
		c := w.action(checkAction, roleFirst, n.key)
		for _, attr := range w.e.Numbering() {
			c.guard(guardRead, attributeIs{attr, n.first[attr]})
		}
	}
}

// versionItem returns the version item of an item that is stored as attrs.
func versionItem(e *model.Entity, op Op, it reflect.Value, attrs attr.Item, number int64) (attr.Item, error) {
	item, aside := maps.Clone(attrs), attr.Item{}
	for _, ix := range e.Table.All() {
		for _, attr := range ix.Attrs() {
			if av, ok := item[attr]; ok && e.HasAttribute(attr) {
				aside[attr] = av
			}
			delete(item, attr)
		}
	}
	if t := e.Table.TTL; t != "" && item[t] != nil {
		aside[t] = item[t]
		delete(item, t)
	}
	for _, d := range e.Derived {
		delete(item, d.F.Attr())
	}
	delete(item, model.WriteStampAttr)
	if len(aside) > 0 {
		item[model.AsideAttr] = &types.AttributeValueMemberM{Value: aside}
	}
	if t := e.Table.TypeAttr; t != "" {
		item[t] = &types.AttributeValueMemberS{Value: e.Name + model.VersionType}
	}
	item[e.Version.Attr()] = attr.Number(number)
	return item, e.HistoryKey(string(op.Verb), it, number, item)
}

// addTombstone adds the tombstone of an item that is deleted. It asserts that the item is as it was read.
func (w *prepared) addTombstone(a *action) error {
	old := w.old()
	it := w.e.NewItem()
	if err := w.e.DecodeNumber(old, it); err != nil {
		return w.op.Fail(a.key, err)
	}
	number, err := w.nextNumber(w.e.Version.Get(it).Int(), it)
	if err != nil {
		return err
	}
	a.guard(guardRead, attributeIs{w.e.Version.Attr(), old[w.e.Version.Attr()]})
	a.guard(guardRead, attributeIs{model.WriteStampAttr, old[model.WriteStampAttr]})
	item := attr.Item{model.DeletedAttr: &types.AttributeValueMemberBOOL{Value: true}, w.e.Version.Attr(): attr.Number(number)}
	if t := w.e.Table.TypeAttr; t != "" {
		item[t] = &types.AttributeValueMemberS{Value: w.e.Name + model.VersionType}
	}
	if err := w.e.HistoryKey(string(w.op.Verb), it, number, item); err != nil {
		return err
	}
	w.addVersionItem(item)
	if number == 1 { // the item is older than its history: the tombstone is the marker
		return nil
	}
	first := attr.Item{}
	if err := w.e.HistoryKey(string(w.op.Verb), it, 1, first); err != nil {
		return err
	}
	// A Create detects by the first version that an item was deleted. An item that is older than its history has no first
	// version, so a marker takes its place.
	mark := w.action(updateAction, roleMark, first)
	name := mark.x.Name(model.PrunedAttr) // no write ever removes it
	mark.update.Set(name, "if_not_exists("+name+", "+mark.x.Value(&types.AttributeValueMemberBOOL{Value: true})+")")
	if t := w.e.Table.TypeAttr; t != "" {
		mark.update.Set(mark.x.Name(t), mark.x.Value(&types.AttributeValueMemberS{Value: w.e.Name + model.VersionType}))
	}
	return nil
}
