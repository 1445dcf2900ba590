package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// delivery is one record of a batch.
type delivery struct {
	place   int // in its batch
	record  *Record
	kind    ChangeKind
	item    string // which item it is of
	entity  string // for errors
	changes []Change[any]
	images  []image // for views
	shares  []share // by the Mux's parts
	unread  bool    // what it is of is not known, so that all parts are concerned
	closed  bool    // its failures are reported
	unknown bool    // no entity claims its item
	skipped bool    // by a part, because it cannot be decoded
}

// share is what one part has to do with a record.
type share struct {
	state shareState
	known bool          // it was done before this delivery
	fell  bool          // it failed in this delivery
	e     *model.Entity // that it is of, nil where nobody knows
	fault error         // known before it is done
	err   error         // that it failed with
	tried int           // deliveries that it failed
}

type shareState byte

const (
	unwanted shareState = iota
	pending             // not done: in its turn, or withheld
	done
	failed
	lettered // gone to the dead letters
)

// image is what an entity has in a record: how its item was before and is now.
type image struct {
	e        *model.Entity
	kind     ChangeKind
	old, new attr.Item     // nil where there is none, or where the stream does not carry it
	was, is  reflect.Value // decoded, invalid where there is none; with the key fields alone where the image is missing

	unreadOld error // why was is not there, where it should be
}

// newDelivery decodes what the Mux's parts want of a record.
func (m *Mux) newDelivery(rec *Record) *delivery {
	d := &delivery{record: rec, kind: rec.Kind, shares: make([]share, m.parts())}
	if d.item = m.table.KeyText(rec.Keys); len(rec.Keys) == 0 {
		d.item = rec.Sequence
	}
	if err := m.prepare(d); err != nil {
		d.unread = true
		d.want(m.handlersPart(), nil, err)
	}
	return d
}

// wanted reports whether a part has something to do with the record.
func (d *delivery) wanted() bool {
	return slices.ContainsFunc(d.shares, func(s share) bool { return s.state != unwanted })
}

// want makes a share pending, for an item of e if that is known; fault is what is known to be wrong.
func (d *delivery) want(part int, e *model.Entity, fault error) {
	s := &d.shares[part]
	s.state, s.e = pending, e
	s.fault = errors.Join(s.fault, fault)
}

// prepare finds out what a record is of. The error is of a record that nobody can tell that of.
func (m *Mux) prepare(d *delivery) error {
	rec := d.record
	if m.table.Reserved(model.Loaded(rec.Keys)) {
		return nil
	}
	if rec.Raw != nil {
		return rec.unreadable()
	}
	for _, attr := range m.table.Primary.Attrs() {
		if rec.Keys[attr] == nil {
			return fmt.Errorf("the record has no %s among its keys: it is of no item of this table", attr)
		}
	}
	d.kind = kindOf(m.table, rec)
	if rec.Old == nil && rec.New == nil { // a stream of keys only
		e, err := m.table.Claim(model.Loaded(rec.Keys))
		if err != nil {
			d.unknown = !m.opts.RefuseUnknown
			return m.unknown(err)
		}
		m.add(d, image{e: e, kind: d.kind})
		return nil
	}
	was, before := m.claim(rec.Old)
	is, after := m.claim(rec.New)
	if err := m.unknown(errors.Join(before, after)); err != nil {
		return err
	}
	d.unknown = was == nil && is == nil && (before != nil || after != nil)
	if rec.Old != nil && rec.New != nil && was != is { // the item became one of another type
		m.add(d, image{e: was, kind: Removed, old: rec.Old})
		m.add(d, image{e: is, kind: Inserted, new: rec.New})
		return nil
	}
	if is == nil {
		is = was
	}
	m.add(d, image{e: is, kind: d.kind, old: rec.Old, new: rec.New})
	return nil
}

// claim returns the entity of an image, nil where there is no image.
func (m *Mux) claim(image attr.Item) (*model.Entity, error) {
	if image == nil {
		return nil, nil
	}
	return m.table.Claim(model.Loaded(image))
}

// unknown returns the error of a record of no known entity, if that is one.
func (m *Mux) unknown(err error) error {
	if m.opts.RefuseUnknown {
		return err
	}
	return nil
}

// kindOf tells what a record says from what the TTL of its item says.
func kindOf(t *model.Table, rec *Record) ChangeKind {
	if rec.Kind != Removed || t.TTL == "" {
		return rec.Kind
	}
	if n, ok := rec.Old[t.TTL].(*types.AttributeValueMemberN); ok && !rec.At.IsZero() {
		if c, ok := attr.CompareNumbers(n.Value, fmt.Sprint(rec.At.Unix())); ok && c <= 0 {
			return Expired
		}
	}
	return Removed
}

// add decodes the images of a record that belong to one entity, and notes the parts that they concern.
func (m *Mux) add(d *delivery, img image) {
	e := img.e
	if e == nil {
		return // an item of the library's own
	}
	handled := len(m.handlers[e]) > 0 || len(m.any) > 0 || len(m.batch) > 0
	viewed := m.viewed(e)
	if !handled && !viewed {
		return
	}
	d.entity = e.Name
	var before, after error
	if img.kind != Inserted {
		img.was, before = decodeImage(e, img.old, d.record.Keys)
	}
	if img.kind == Inserted || img.kind == Modified {
		img.is, after = decodeImage(e, img.new, d.record.Keys)
	}
	if viewed {
		m.addViews(d, img, before, after)
	}
	err := errors.Join(before, after)
	if !handled {
		return
	}
	if err != nil && m.opts.SkipUndecodable {
		d.skipped = true
		return
	}
	if err == nil && !m.opts.PartialImages {
		err = img.complete()
	}
	d.want(m.handlersPart(), e, err)
	if len(m.batch) > 0 {
		d.want(m.batchPart(), e, err)
	}
	if err == nil {
		d.changes = append(d.changes, img.change(d.record))
	}
}

// addViews notes the views that an image concerns. One of two images that can be decoded is enough: views read the table, so
// that an item that was mended counts again.
func (m *Mux) addViews(d *delivery, img image, before, after error) {
	fault := errors.Join(before, after)
	if img.kind == Modified && (before == nil || after == nil) {
		fault = nil
		if !m.opts.SkipUndecodable {
			img.unreadOld = before
		}
	}
	if fault != nil && m.opts.SkipUndecodable {
		d.skipped = true
		return
	}
	if fault == nil {
		d.images = append(d.images, img)
	}
	for i, v := range m.views {
		if v.view.kind.on(img.e) {
			d.want(i, img.e, fault)
		}
	}
}

// viewed reports whether a view looks at items of e.
func (m *Mux) viewed(e *model.Entity) bool {
	for _, v := range m.views {
		if v.view.kind.on(e) {
			return true
		}
	}
	return false
}

// change is the image as handlers get it.
func (i image) change(rec *Record) Change[any] {
	c := Change[any]{Kind: i.kind, Sequence: rec.Sequence, At: rec.At, record: rec, entity: i.e}
	if i.was.IsValid() {
		c.Old = i.was.Interface()
	}
	if i.is.IsValid() {
		c.New = i.is.Interface()
	}
	return c
}

// complete reports the images that the record should have.
func (i image) complete() error {
	missing := ""
	switch {
	case i.old == nil && i.kind != Inserted:
		missing = "old"
	case i.new == nil && (i.kind == Inserted || i.kind == Modified):
		missing = "new"
	default:
		return nil
	}
	return fault.Model("%s: the record has no %s image: give the stream the view type NEW_AND_OLD_IMAGES, or set PartialImages", i.e.Name, missing)
}

// decodeImage decodes an image, or the key where the stream does not carry the image. A panic of a decoder of the user's is
// an error of this image.
func decodeImage(e *model.Entity, attrs, keys attr.Item) (v reflect.Value, err error) {
	err = fault.Safely(func() error {
		v = e.NewItem()
		if attrs == nil {
			return e.DecodeKey(model.Loaded(keys), v)
		}
		return e.Decode(model.Loaded(attrs), v)
	})
	if err != nil {
		return reflect.Value{}, err
	}
	return v, nil
}

// id tells a record from all others.
func (d *delivery) id() string {
	return d.record.Stream + " " + d.record.Sequence + " " + d.item
}

// recordText says what a record is of, for errors.
func recordText(r *Record, entity string) string {
	var what strings.Builder
	what.WriteString(string(r.Kind))
	if entity != "" {
		what.WriteString(" " + entity)
	}
	for _, attrName := range attr.SortedNames(r.Keys) {
		what.WriteString(" " + attrName + "=" + attr.Text(r.Keys[attrName]))
	}
	return what.String()
}
