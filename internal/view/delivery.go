package view

import (
	"errors"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
)

// Delivery is one record of a batch.
type Delivery struct {
	Place   int // in its batch
	Record  *record.Record
	Kind    record.Kind
	Item    string // which item it is of
	Entity  string // for errors
	Changes []Change
	Images  []Image // for views
	Shares  []Share // by the Mux's parts
	Unread  bool    // what it is of is not known, so that all parts are concerned
	Closed  bool    // its failures are reported
	Unknown bool    // no entity claims its item
	Skipped bool    // by a part, because it cannot be decoded
}

// Share is what one part has to do with a record.
type Share struct {
	State shareState
	Known bool          // it was done before this delivery
	Fell  bool          // it failed in this delivery
	E     *model.Entity // that it is of, nil where it is not known
	fault error         // known before it is done
	Err   error         // that it failed with
	Tried int           // deliveries that it failed
}

type shareState byte

// The states of a share; Unwanted is that of a part that the record does not concern.
const (
	Unwanted shareState = iota
	Pending             // not done: in its turn, or withheld
	Done
	Failed
	DeadLettered // gone to the dead letters
)

// Image is what an entity has in a record: how its item was before and is now.
type Image struct {
	E        *model.Entity
	Kind     record.Kind
	Old, New attr.Item     // nil where there is none, or where the stream does not carry it
	Was, Is  reflect.Value // decoded, invalid where there is none; with the key fields alone where the image is missing

	UnreadOld error // why Was is not there, where it should be
}

// Wanted reports whether a part has something to do with the record.
func (d *Delivery) Wanted() bool {
	return slices.ContainsFunc(d.Shares, func(s Share) bool { return s.State != Unwanted })
}

// Want makes a share pending, for an item of e if that is known; fault is what is known to be wrong.
func (d *Delivery) Want(part int, e *model.Entity, fault error) {
	s := &d.Shares[part]
	s.State, s.E = Pending, e
	s.fault = errors.Join(s.fault, fault)
}

// Change is the image as handlers get it.
func (i Image) Change(rec *record.Record) Change {
	c := Change{Kind: i.Kind, Sequence: rec.Sequence, At: rec.At, Record: rec, Entity: i.E}
	if i.Was.IsValid() {
		c.Old = i.Was.Interface()
	}
	if i.Is.IsValid() {
		c.New = i.Is.Interface()
	}
	return c
}

// Complete reports the images that the record should have.
func (i Image) Complete() error {
	missing := ""
	switch {
	case i.Old == nil && i.Kind != record.Inserted:
		missing = "old"
	case i.New == nil && (i.Kind == record.Inserted || i.Kind == record.Modified):
		missing = "new"
	default:
		return nil
	}
	return fault.Model("%s: the record has no %s image: give the stream the view type NEW_AND_OLD_IMAGES, or set PartialImages", i.E.Name, missing)
}

// DecodeImage decodes an image, or the key where the stream does not carry the image. A panic of a decoder of the user's is
// an error of this image.
func DecodeImage(e *model.Entity, attrs, keys attr.Item) (v reflect.Value, err error) {
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

// Id tells a record from all others.
func (d *Delivery) Id() string {
	return d.Record.Stream + " " + d.Record.Sequence + " " + d.Item
}
