package ddb

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
)

// Attributes of version rows.
const (
	asideAttr   = "~k" // what would put the row into an index, or expire it
	deletedAttr = "~x" // marks the tombstone that a Delete leaves
	prunedAttr  = "~p" // marks the first version of an item that was deleted, or what is left of it once it is pruned
	versionType = "~v" // ends the type of version rows
)

// History keeps every version of an item under a key of its own, which must hold the Version field:
//
//	d.Version(&h.Version)
//	d.History(id, ddb.Key(version, ddb.Num(&h.Version, 10)))
//
// Give versions a partition of their own, as here: in that of the current item a collection would pay for them. The current
// item is as without History, and reads of it neither see nor pay for old versions. Create, Put, Replace,
// Modify, Move and Delete write the version that they make in the same transaction: four units for each KB, instead of
// one. Update, Upsert and batches of unconditional writes do not know the whole item and are refused; use Modify. A
// Delete leaves a tombstone, and a Create after it goes on from the newest number, so that no number is used twice.
// Derived fields and what expires items are not part of the history: it stays until it is pruned.
//
// An item is known by the fields of its History key: those of the primary key that it leaves out may change in a Move, which
// keeps the history. Leave out none that tells two items apart, or they share one history, and [History.Prune] counts and
// deletes the versions of both.
func (d *mDefinition) History(partition, sort mParts) {
	if d.e.history != nil {
		d.fault("history: declared twice")
		return
	}
	ix := d.e.table.primary
	r := d.row(ix, partition, []mParts{sort})
	d.e.history = r
	d.e.notes = append(d.e.notes, "history\t"+r.partition.String()+"\t"+r.sort.String())
}

// checkHistory makes sure that version rows can be told apart, and read back.
func (d *mDefinition) checkHistory() {
	r := d.e.history
	if r == nil {
		return
	}
	for _, k := range r.keys() {
		if k.template.Native() {
			d.fault("history: %s key %q: Native cannot hold a version row: use Str, Num or Text", k.side, k.template)
		}
	}
	for attr, t := range d.e.primary.keyTypes() {
		if t != types.ScalarAttributeTypeS {
			d.fault("history: key attribute %q is of type %s: version rows need string keys", attr, t)
		}
	}
	switch {
	case d.e.version == nil:
		d.fault("history: the entity has no Version")
		return
	case r.faulty:
		return // told already
	case !r.keeps(d.e.version):
		d.fault("history: keys %q / %q do not hold the Version field %s", r.partition, r.sort, d.e.version.Name)
	case !r.sort.Lossless(d.e.version):
		d.fault("history: the Version field %s belongs into the sort key, so that versions stand in order", d.e.version.Name)
	}
	switch parts := r.sort.Parts(); {
	case !r.sort.Lossless(d.e.version): // told already
	case len(parts) > 0 && parts[len(parts)-1].Field != d.e.version:
		d.fault("history: sort key %q must end in the Version field", r.sort)
	case len(parts) == 1:
		d.fault("history: sort key %q must begin with a Prefix: the versions of an item are what begins with it", r.sort)
	}
	for _, f := range r.fields() {
		if f != d.e.version && !d.e.primary.keeps(f) {
			d.fault("history: field %s is not in the primary key: an item's versions would not stand together", f.Name)
		}
	}
	for _, f := range d.e.proto.Fields() {
		if !f.Stored() && d.e.primary.keeps(f) && !r.keeps(f) {
			d.fault("history: field %s is dynamodbav:\"-\" and not in the history key %q / %q: old versions would lose it", f.Name, r.partition, r.sort)
		}
	}
	d.checkOverlap(r, d.e.primary)
}

// historyOf reports whether an item is a version row, of any entity.
func (t *mTable) historyOf(s attr.Stored) *mEntity {
	for _, e := range t.entities {
		if e.history != nil && e.history.shaped(s) {
			return e
		}
	}
	return nil
}

// shaped reports whether the table key of s has the shape of the row's.
func (r *mIndexKeys) shaped(s attr.Stored) bool {
	for _, k := range r.keys() {
		if text, ok := s.Text(k.attrs[0]); !ok || !k.template.Match(text) {
			return false
		}
	}
	return true
}

// remember adds the version row of what the write stores, of which the version field says the number.
func (w *write) remember(attrs attr.Item, number int64) error {
	if w.e.history == nil {
		return nil
	}
	row, err := w.e.versionRow(w.op, w.item, attrs, number)
	if err != nil {
		return err
	}
	if err := w.checkSize(row); err != nil {
		return err
	}
	w.putVersion(row)
	return nil
}

// putVersion adds a version row, whose number nobody has used: the row is not there, and where the number follows from
// one that was looked up, no version was pruned since.
func (w *write) putVersion(row attr.Item) {
	a := w.action(putAction, roleVersion, w.e.table.keyOf(loaded(row)))
	a.attrs = row
	a.guard(guardItem, isAbsent{absentNoVersion})
	if n := w.tries.newest; n.found {
		c := w.action(checkAction, roleFirst, n.key)
		for _, attr := range w.e.numbering() {
			c.guard(guardRead, attributeIs{attr, n.first[attr]})
		}
	}
}

// numbering returns the attributes by which a version row can be told from a tombstone and from one that was pruned.
func (e *mEntity) numbering() []string { return []string{e.version.Attr(), deletedAttr, prunedAttr} }

// versionRow returns the version row of an item that is stored as attrs.
func (e *mEntity) versionRow(op Op, it reflect.Value, attrs attr.Item, number int64) (attr.Item, error) {
	row, aside := maps.Clone(attrs), attr.Item{}
	for _, ix := range e.table.all() {
		for _, attr := range ix.attrs() {
			if av, ok := row[attr]; ok && e.hasAttribute(attr) {
				aside[attr] = av
			}
			delete(row, attr)
		}
	}
	if t := e.table.ttl; t != "" && row[t] != nil {
		aside[t] = row[t]
		delete(row, t)
	}
	for _, d := range e.derived {
		delete(row, d.f.Attr())
	}
	delete(row, writeStampAttr)
	if len(aside) > 0 {
		row[asideAttr] = &types.AttributeValueMemberM{Value: aside}
	}
	if t := e.table.typeAttr; t != "" {
		row[t] = &types.AttributeValueMemberS{Value: e.name + versionType}
	}
	row[e.version.Attr()] = attr.Number(number)
	return row, e.historyKey(op, it, number, row)
}

// historyKey adds the key of a version row to attrs.
func (e *mEntity) historyKey(op Op, it reflect.Value, number int64, attrs attr.Item) error {
	it = e.copied(it)
	e.version.Addr(it).SetInt(number)
	for _, k := range e.history.keys() {
		s, err := e.history.render(string(op.verb), k, it)
		if err != nil {
			return err
		}
		attrs[k.attrs[0]] = &types.AttributeValueMemberS{Value: s}
	}
	return nil
}

// hasAttribute reports whether a field is stored as the top-level attribute.
func (e *mEntity) hasAttribute(attr string) bool {
	return slices.ContainsFunc(e.mapped, func(f *field.Field) bool { return f.Attr() == attr })
}

// bury adds the tombstone of an item that is deleted as it was read.
func (w *write) bury(a *action) error {
	old := w.old()
	it := w.e.newItem()
	if err := w.e.decodeNumber(old, it); err != nil {
		return w.op.fail(a.key, err)
	}
	number, err := w.number(w.e.version.Get(it).Int(), it)
	if err != nil {
		return err
	}
	a.guard(guardRead, attributeIs{w.e.version.Attr(), old[w.e.version.Attr()]})
	a.guard(guardRead, attributeIs{writeStampAttr, old[writeStampAttr]})
	row := attr.Item{deletedAttr: &types.AttributeValueMemberBOOL{Value: true}, w.e.version.Attr(): attr.Number(number)}
	if t := w.e.table.typeAttr; t != "" {
		row[t] = &types.AttributeValueMemberS{Value: w.e.name + versionType}
	}
	if err := w.e.historyKey(w.op, it, number, row); err != nil {
		return err
	}
	w.putVersion(row)
	if number == 1 { // of an item from before there were versions: the tombstone is the mark
		return nil
	}
	first := attr.Item{}
	if err := w.e.historyKey(w.op, it, 1, first); err != nil {
		return err
	}
	// A Create finds out by the first version that there was an item before. It may lack: of an item from before there
	// was a history.
	mark := w.action(updateAction, roleMark, first)
	name := mark.x.Name(prunedAttr) // which is never set back to what it was
	mark.update.Set(name, "if_not_exists("+name+", "+mark.x.Value(&types.AttributeValueMemberBOOL{Value: true})+")")
	if t := w.e.table.typeAttr; t != "" {
		mark.update.Set(mark.x.Name(t), mark.x.Value(&types.AttributeValueMemberS{Value: w.e.name + versionType}))
	}
	return nil
}

// decodeNumber fills dst with the version and what the keys of versions are made of, so that an item of which the rest
// cannot be decoded can be deleted.
func (e *mEntity) decodeNumber(attrs attr.Item, dst reflect.Value) error {
	s, err := e.inSchema(loaded(attrs))
	switch {
	case err != nil:
		return err
	case e.proto.Marshals(): // it decodes itself, from all of it
		return e.decodeCurrent(s, dst)
	}
	names := append(e.table.primary.attrs(), e.version.Attr())
	for _, f := range e.history.fields() {
		if f.Stored() {
			names = append(names, f.Attr())
		}
	}
	few := maps.Clone(s.Attributes())
	maps.DeleteFunc(few, func(name string, _ types.AttributeValue) bool { return !slices.Contains(names, name) })
	return e.decodeCurrent(loaded(few), dst)
}

// stub reports whether a version row holds no version: a tombstone, or what keeps the first number from being used.
func (e *mEntity) stub(row attr.Item) bool {
	return row[deletedAttr] != nil || row[e.version.Attr()] == nil
}

// decodeVersion fills dst, an addressable zero struct, from a version row.
func (e *mEntity) decodeVersion(row attr.Item, dst reflect.Value) error {
	attrs := maps.Clone(row)
	if aside, ok := row[asideAttr].(*types.AttributeValueMemberM); ok {
		maps.Copy(attrs, aside.Value)
	}
	attrs, err := e.upgraded(attrs)
	if err != nil {
		return err
	}
	if err := e.codec.Decode(attrs, dst); err != nil {
		return err
	}
	for _, k := range e.history.keys() {
		s, ok := row[k.attrs[0]].(*types.AttributeValueMemberS)
		if !ok {
			return fmt.Errorf("%w: the version row has no %s key", fault.ErrUnknown, k.side)
		}
		if err := k.template.Decode(s.Value, dst); err != nil {
			return err
		}
	}
	return nil
}

// versionNumber returns the number in the key of a version row.
func (e *mEntity) versionNumber(row attr.Item) (int64, error) {
	it := e.newItem()
	for _, k := range e.history.keys() {
		s, ok := row[k.attrs[0]].(*types.AttributeValueMemberS)
		if !ok {
			return 0, fmt.Errorf("%w: the version row has no %s key", fault.ErrUnknown, k.side)
		}
		if err := k.template.Decode(s.Value, it); err != nil {
			return 0, err
		}
	}
	return e.version.Get(it).Int(), nil
}
