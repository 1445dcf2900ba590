package write

import (
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// asThere returns attributes with what the item that is there has of its own: derived fields, and the references of Blobs whose
// content is the same.
func (r *restoring) asThere(attrs attr.Item) attr.Item {
	out := r.keepDerived(attrs)
	if r.have.state != knownPresent || len(r.e.Blobs) == 0 {
		return out
	}
	out = maps.Clone(out)
	for _, f := range r.e.Blobs {
		name := f.Attr()
		if have := r.have.item[name]; sameContent(blobIn(have), blobIn(out[name])) {
			out[name] = have
		}
	}
	return out
}

// blobIn is the Blob in an attribute, the zero Blob if there is none.
func blobIn(av types.AttributeValue) (b ddbblob.Blob) {
	if b.UnmarshalDynamoDBAttributeValue(av) != nil {
		return ddbblob.Blob{}
	}
	return b
}

func sameContent(a, b ddbblob.Blob) bool {
	x, y := a.Ref(), b.Ref()
	return x.Key != "" && y.Key != "" && x.Size == y.Size && x.SHA256 == y.SHA256
}

// place gives the Blobs of the item objects of its own: those of an earlier state may be deleted at any time, or belong to another
// table.
func (r *restoring) place(w *prepared) error {
	before := r.e.NewItem()
	for _, f := range r.e.Blobs {
		if r.have.state == knownPresent {
			setBlob(f, before, blobIn(r.have.item[f.Attr()]))
		}
		setBlob(f, w.item, blobIn(w.attrs[f.Attr()]))
	}
	w.tries.objects = r.objects
	if err := r.db.placeBlobs(w, w.item, r.key, keepSame, before); err != nil {
		return err
	}
	for _, f := range r.e.Blobs {
		if err := w.replace(w.attrs, f.Attr(), w.item); err != nil {
			return err
		}
	}
	return nil
}

// versionIsThere reports what became of a version that is there already.
func (db *DB) versionIsThere(ctx context.Context, e *model.Entity, attrs attr.Item) (Restoration, error) {
	have, err := db.GetItem(ctx, db.Table.KeyOf(model.Loaded(attrs)), true)
	if err != nil || have == nil {
		return 0, err
	}
	r := &restoring{e: e, have: known{state: knownPresent, item: have}}
	if attr.EqualItems(have, r.asThere(attrs)) {
		return RestoredSame, nil
	}
	return RestoredKept, nil
}

// placeVersion gives the Blobs of a version objects of its item.
func (db *DB) placeVersion(ctx context.Context, w *prepared) error {
	it := w.e.NewItem()
	if err := read.DecodeVersion(w.e, w.attrs, it); err != nil {
		return err
	}
	key, err := w.e.Key(string(w.op.Verb), it)
	if err != nil {
		return err
	}
	w.tries.objects = newObjects(ctx)
	w.attrs = maps.Clone(w.attrs)
	for _, f := range w.e.Blobs {
		b, err := db.placeBlob(w, f, blobIn(w.attrs[f.Attr()]), key, false, false)
		if err != nil {
			return err
		}
		setBlob(f, it, b)
		if w.attrs[f.Attr()] == nil {
			continue
		}
		if err := w.replace(w.attrs, f.Attr(), it); err != nil {
			return err
		}
	}
	return nil
}

// NoBlobs returns an error for a job that writes items of some entities as they are stored, if these have Blobs: their objects
// belong to the items that they were stored for. instead says what copies them.
func (db *DB) NoBlobs(takes func(*model.Entity) bool, instead string) error {
	var errs []error
	for _, e := range db.Table.Entities {
		if len(e.Blobs) > 0 && takes(e) {
			errs = append(errs, fault.Model("%s of table %q has Blobs, whose objects belong to the items of one table: leave it out with Select.Entities, or %s, which copies the objects", e.Name, db.Name, instead))
		}
	}
	return errors.Join(errs...)
}
