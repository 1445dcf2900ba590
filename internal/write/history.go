package write

import (
	"maps"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// remember adds the version row of what the write stores, of which the version field says the number.
func (w *prepared) remember(attrs attr.Item, number int64) error {
	if w.e.History == nil {
		return nil
	}
	row, err := versionRow(w.e, w.op, w.item, attrs, number)
	if err != nil {
		return err
	}
	if err := w.checkSize(row); err != nil {
		return err
	}
	w.putVersion(row)
	return nil
}

// putVersion adds a version row with an unused number: the row is not there, and where the number follows from one
// that was looked up, no version was pruned since.
func (w *prepared) putVersion(row attr.Item) {
	a := w.action(putAction, roleVersion, w.e.Table.KeyOf(model.Loaded(row)))
	a.attrs = row
	a.guard(guardItem, isAbsent{absentNoVersion})
	if n := w.tries.newest; n.found {
		c := w.action(checkAction, roleFirst, n.key)
		for _, attr := range w.e.Numbering() {
			c.guard(guardRead, attributeIs{attr, n.first[attr]})
		}
	}
}

// versionRow returns the version row of an item that is stored as attrs.
func versionRow(e *model.Entity, op Op, it reflect.Value, attrs attr.Item, number int64) (attr.Item, error) {
	row, aside := maps.Clone(attrs), attr.Item{}
	for _, ix := range e.Table.All() {
		for _, attr := range ix.Attrs() {
			if av, ok := row[attr]; ok && e.HasAttribute(attr) {
				aside[attr] = av
			}
			delete(row, attr)
		}
	}
	if t := e.Table.TTL; t != "" && row[t] != nil {
		aside[t] = row[t]
		delete(row, t)
	}
	for _, d := range e.Derived {
		delete(row, d.F.Attr())
	}
	delete(row, model.WriteStampAttr)
	if len(aside) > 0 {
		row[model.AsideAttr] = &types.AttributeValueMemberM{Value: aside}
	}
	if t := e.Table.TypeAttr; t != "" {
		row[t] = &types.AttributeValueMemberS{Value: e.Name + model.VersionType}
	}
	row[e.Version.Attr()] = attr.Number(number)
	return row, e.HistoryKey(string(op.Verb), it, number, row)
}

// bury adds the tombstone of an item that is deleted as it was read.
func (w *prepared) bury(a *action) error {
	old := w.old()
	it := w.e.NewItem()
	if err := w.e.DecodeNumber(old, it); err != nil {
		return w.op.Fail(a.key, err)
	}
	number, err := w.number(w.e.Version.Get(it).Int(), it)
	if err != nil {
		return err
	}
	a.guard(guardRead, attributeIs{w.e.Version.Attr(), old[w.e.Version.Attr()]})
	a.guard(guardRead, attributeIs{model.WriteStampAttr, old[model.WriteStampAttr]})
	row := attr.Item{model.DeletedAttr: &types.AttributeValueMemberBOOL{Value: true}, w.e.Version.Attr(): attr.Number(number)}
	if t := w.e.Table.TypeAttr; t != "" {
		row[t] = &types.AttributeValueMemberS{Value: w.e.Name + model.VersionType}
	}
	if err := w.e.HistoryKey(string(w.op.Verb), it, number, row); err != nil {
		return err
	}
	w.putVersion(row)
	if number == 1 { // of an item from before there were versions: the tombstone is the mark
		return nil
	}
	first := attr.Item{}
	if err := w.e.HistoryKey(string(w.op.Verb), it, 1, first); err != nil {
		return err
	}
	// A Create finds out by the first version that there was an item before. It may lack: of an item from before there
	// was a history.
	mark := w.action(updateAction, roleMark, first)
	name := mark.x.Name(model.PrunedAttr) // which is never set back to what it was
	mark.update.Set(name, "if_not_exists("+name+", "+mark.x.Value(&types.AttributeValueMemberBOOL{Value: true})+")")
	if t := w.e.Table.TypeAttr; t != "" {
		mark.update.Set(mark.x.Name(t), mark.x.Value(&types.AttributeValueMemberS{Value: w.e.Name + model.VersionType}))
	}
	return nil
}
