package stream

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/view"
)

// newDelivery decodes what the Mux's parts want of a record.
func (m *Mux) newDelivery(rec *record.Record) *view.Delivery {
	d := &view.Delivery{Record: rec, Kind: rec.Kind, Shares: make([]view.Share, m.parts())}
	if d.Item = m.table.KeyText(rec.Keys); len(rec.Keys) == 0 {
		d.Item = rec.Sequence
	}
	if err := m.prepare(d); err != nil {
		d.Unread = true
		d.Want(m.handlersPart(), nil, err)
	}
	return d
}

// prepare finds the entity of a record and decodes its images. The error is that of a record whose entity cannot be found.
func (m *Mux) prepare(d *view.Delivery) error {
	rec := d.Record
	if m.table.Reserved(model.Loaded(rec.Keys)) {
		return nil
	}
	if rec.Raw != nil {
		return rec.Unreadable()
	}
	for _, attr := range m.table.Primary.Attrs() {
		if rec.Keys[attr] == nil {
			return fmt.Errorf("the record has no %s among its keys, so it is of another table", attr)
		}
	}
	d.Kind = record.KindIn(m.table, rec)
	if rec.Old == nil && rec.New == nil { // a stream of keys only
		e, err := m.table.Claim(model.Loaded(rec.Keys))
		if err != nil {
			d.Unknown = !m.opts.RefuseUnknown
			return m.unknown(err)
		}
		m.add(d, view.Image{E: e, Kind: d.Kind})
		return nil
	}
	was, before := m.claim(rec.Old)
	is, after := m.claim(rec.New)
	if err := m.unknown(errors.Join(before, after)); err != nil {
		return err
	}
	d.Unknown = was == nil && is == nil && (before != nil || after != nil)
	if rec.Old != nil && rec.New != nil && was != is { // the item became one of another type
		m.add(d, view.Image{E: was, Kind: record.Removed, Old: rec.Old})
		m.add(d, view.Image{E: is, Kind: record.Inserted, New: rec.New})
		return nil
	}
	if is == nil {
		is = was
	}
	m.add(d, view.Image{E: is, Kind: d.Kind, Old: rec.Old, New: rec.New})
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

// add decodes the images of a record that belong to one entity, and notes the parts that they concern.
func (m *Mux) add(d *view.Delivery, img view.Image) {
	e := img.E
	if e == nil {
		return // an item of the library's own
	}
	handled := len(m.handlers[e]) > 0 || len(m.any) > 0 || len(m.batch) > 0
	viewed := m.viewed(e)
	if !handled && !viewed {
		return
	}
	d.Entity = e.Name
	var before, after error
	if img.Kind != record.Inserted {
		img.Was, before = view.DecodeImage(e, img.Old, d.Record.Keys)
	}
	if img.Kind == record.Inserted || img.Kind == record.Modified {
		img.Is, after = view.DecodeImage(e, img.New, d.Record.Keys)
	}
	e.Bind(img.Was, m.blobs)
	e.Bind(img.Is, m.blobs)
	if viewed {
		m.addViews(d, img, before, after)
	}
	err := errors.Join(before, after)
	if !handled {
		return
	}
	if err != nil && m.opts.SkipUndecodable {
		d.Skipped = true
		return
	}
	if err == nil && !m.opts.PartialImages {
		err = img.Complete()
	}
	d.Want(m.handlersPart(), e, err)
	if len(m.batch) > 0 {
		d.Want(m.batchPart(), e, err)
	}
	if err == nil {
		d.Changes = append(d.Changes, img.Change(d.Record))
	}
}

// addViews notes the views that an image concerns. One of two images that can be decoded is enough: views read the table, so
// that an item that was mended counts again.
func (m *Mux) addViews(d *view.Delivery, img view.Image, before, after error) {
	fault := errors.Join(before, after)
	if img.Kind == record.Modified && (before == nil || after == nil) {
		fault = nil
		if !m.opts.SkipUndecodable {
			img.UnreadOld = before
		}
	}
	if fault != nil && m.opts.SkipUndecodable {
		d.Skipped = true
		return
	}
	if fault == nil {
		d.Images = append(d.Images, img)
	}
	for i, v := range m.views {
		if v.view.Kind.On(img.E) {
			d.Want(i, img.E, fault)
		}
	}
}

// viewed reports whether a view looks at items of e.
func (m *Mux) viewed(e *model.Entity) bool {
	for _, v := range m.views {
		if v.view.Kind.On(e) {
			return true
		}
	}
	return false
}
