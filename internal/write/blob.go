package write

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// BlobHooks disable parts of the protocol in tests that show why each part is needed.
type BlobHooks struct {
	ItemFirst bool // the item is written before its objects
	NoAssert  bool // a reference that the caller gives is not asserted
	Share     bool // an object of another item is not copied
	NoLimit   bool // an object may be of any age when its item is written
}

// BlobHooksKey is the key of the [BlobHooks] in a context.
type BlobHooksKey struct{}

// objects are those that the tries of one op store, once each.
type objects struct {
	hooks BlobHooks
	sums  map[ddbblob.Blob][32]byte // of new content
	made  map[objectID]*object
}

// objectID tells an object of an op from its others: where it belongs, and what is in it.
type objectID struct {
	folder string
	size   int64
	sum    [32]byte
}

// object is stored before an item refers to it.
type object struct {
	blob   ddbblob.Blob // as the item refers to it
	from   ddbblob.Blob // new content, or an object that is copied
	begun  time.Time    // before it was stored
	stored bool
}

// placed are the Blobs of a compiled write.
type placed struct {
	objects []*object
	kept    []keepsBlob
}

// keeping says when a reference of the item's own is kept. All others are copied.
type keeping uint8

const (
	keepNone     keeping = iota // the item is new, or may be
	keepAsserted                // if the stored item has it, which is asserted
	keepSame                    // if the item that was read has it
)

func newObjects(ctx context.Context) *objects {
	hooks, _ := ctx.Value(BlobHooksKey{}).(BlobHooks)
	return &objects{hooks: hooks, sums: map[ddbblob.Blob][32]byte{}, made: map[objectID]*object{}}
}

// placeBlobs gives the Blobs of an item to write the references that it stores. before is the item as it was read, for
// keepSame.
func (db *DB) placeBlobs(w *prepared, it reflect.Value, key attr.Item, how keeping, before reflect.Value) error {
	for _, f := range w.e.Blobs {
		same := how != keepSame || model.BlobOf(f, before).Ref() == model.BlobOf(f, it).Ref()
		b, err := db.placeBlob(w, f, model.BlobOf(f, it), key, how != keepNone && same, how == keepAsserted)
		if err != nil {
			return err
		}
		setBlob(f, it, b)
	}
	return nil
}

func setBlob(f *field.Field, it reflect.Value, b ddbblob.Blob) { f.Addr(it).Set(reflect.ValueOf(b)) }

// placeEdits does so for the edits of an Update or an Upsert.
func (db *DB) placeEdits(w *prepared, key attr.Item) error {
	w.op.changes = slices.Clone(w.op.changes)
	for i := range w.op.changes {
		c := &w.op.changes[i]
		f, b := blobEdit(w.e, *c)
		if f == nil {
			continue
		}
		b, err := db.placeBlob(w, f, b, key, c.Op == EditSet && w.op.Verb == VerbUpdate, true)
		if err != nil {
			return err
		}
		c.Vals = []any{b}
	}
	return nil
}

// blobEdit returns the field and the Blob of an edit that sets one; nil of another edit.
func blobEdit(e *model.Entity, c Change) (*field.Field, ddbblob.Blob) {
	f, err := e.Proto.Resolve(c.Ptr)
	if err != nil || !model.IsBlob(f.Type) || len(c.Vals) == 0 || c.At != nil {
		return nil, ddbblob.Blob{}
	}
	b, ok := c.Vals[0].(ddbblob.Blob)
	if !ok {
		return nil, b
	}
	return f, b
}

// placeBlob returns the Blob as it is stored in the field of an item: a reference of the item's own if that may be kept, else
// that of an object that is yet to be stored.
func (db *DB) placeBlob(w *prepared, f *field.Field, b ddbblob.Blob, key attr.Item, keep, assert bool) (ddbblob.Blob, error) {
	if b.IsZero() {
		return b, nil
	}
	t := w.tries
	if t.objects == nil {
		t.objects = newObjects(context.Background())
	}
	if w.placed == nil {
		w.placed = &placed{}
	}
	folder := db.Table.ObjectFolder(db.Name, key, f.Attr())
	stored := b.Content() == nil
	if keep = keep && db.inStore(b) && isIn(folder, b.Ref().Key); stored && (keep || t.objects.hooks.Share) {
		if keep && assert && !t.objects.hooks.NoAssert {
			w.placed.kept = append(w.placed.kept, keepsBlob{f, b})
		}
		return b.In(db.Opts.Blobs), nil
	}
	if db.Opts.Blobs == nil {
		return b, w.op.Fail(key, fault.Model("field %s has content, and the DB has no store for it: set Options.Blobs", f.Name))
	}
	id := objectID{folder: folder, size: b.Size(), sum: b.Ref().SHA256}
	if !stored {
		var err error
		if id.sum, err = t.objects.sumOf(b); err != nil {
			return b, w.op.Fail(key, fmt.Errorf("field %s: read the new content: %w", f.Name, err))
		}
	}
	o := t.objects.made[id]
	if o == nil {
		ref := ddbblob.Ref{Key: folder + rand.Text(), Size: id.size, SHA256: id.sum}
		if n := len(ref.Key); n > model.MaxObjectKey {
			return b, &fault.KeyError{
				Op: string(w.op.Verb), Entity: w.e.Name, Index: model.PrimaryName, Template: w.e.Shape(), Field: f.Name, Key: db.Table.KeyText(key),
				Err: fmt.Errorf("would have an object whose key has %d bytes, of at most %d: it names the table, the item's key and the attribute, escaped: use shorter ones", n, model.MaxObjectKey),
			}
		}
		o = &object{blob: ddbblob.Stored(ref, db.Opts.Blobs), from: b}
		t.objects.made[id] = o
	}
	w.placed.objects = append(w.placed.objects, o)
	return o.blob, nil
}

// isIn reports whether an object is one of a folder.
func isIn(folder, object string) bool {
	name, ok := strings.CutPrefix(object, folder)
	return ok && name != "" && !strings.Contains(name, "/")
}

// inStore reports whether the object of a Blob is in the store of db, as far as the Blob says.
func (db *DB) inStore(b ddbblob.Blob) bool {
	return db.Opts.Blobs == nil || b.Store() == nil || sameStore(b.Store(), db.Opts.Blobs)
}

func sameStore(a, b ddbblob.Store) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Type() == y.Type() && x.Comparable() && y.Comparable() && a == b
}

// sumOf returns the SHA-256 of new content.
func (o *objects) sumOf(b ddbblob.Blob) ([32]byte, error) {
	if sum, ok := o.sums[b]; ok {
		return sum, nil
	}
	hash, content := sha256.New(), b.Content()
	n, err := io.Copy(hash, content)
	if err == nil && n != content.Size() {
		err = fmt.Errorf("%w: it has %d bytes, %d were announced", io.ErrUnexpectedEOF, n, content.Size())
	}
	if err != nil {
		return [32]byte{}, err
	}
	o.sums[b] = [32]byte(hash.Sum(nil))
	return o.sums[b], nil
}

// withoutContent is the op with edits that can be encoded before their content is stored, to be printed.
func (op Op) withoutContent() Op {
	if len(op.e.Blobs) == 0 {
		return op
	}
	op.changes = slices.Clone(op.changes)
	for i, c := range op.changes {
		if f, b := blobEdit(op.e, c); f != nil && b.Content() != nil {
			op.changes[i].Vals = []any{ddbblob.Stored(ddbblob.Ref{Key: "new", Size: b.Size()}, nil)}
		}
	}
	return op
}

// keeps reports whether the write asserts a reference that it stores again.
func (w *prepared) keeps() bool { return w.placed != nil && len(w.placed.kept) > 0 }

// guardKept asserts that the item has the references that the write stores again: a sweep may have deleted the objects of
// others.
func (w *prepared) guardKept(a *action) {
	if w.placed == nil {
		return
	}
	for _, k := range w.placed.kept {
		a.guard(guardItem, k)
	}
}

// guardBlobs asserts that the references of the item are those that were read.
func (w *prepared) guardBlobs(a *action) {
	for _, f := range w.e.Blobs {
		a.guard(guardRead, attributeIs{f.Attr(), w.old()[f.Attr()]})
	}
}

// keepsBlob requires that the item has a reference which the caller gave.
type keepsBlob struct {
	f    *field.Field
	blob ddbblob.Blob
}

// path is that of the object's key, which no other object has.
func (t keepsBlob) path() []string { return []string{t.f.Attr(), model.BlobKeyAttr} }

func (t keepsBlob) text(a *action) string {
	return a.x.Path(t.path()) + " = " + a.x.Value(&types.AttributeValueMemberS{Value: t.blob.Ref().Key})
}

func (t keepsBlob) holds(_ *action, old attr.Item) (bool, bool) {
	have, ok := attr.At(old, t.path()).(*types.AttributeValueMemberS)
	return ok && have.Value == t.blob.Ref().Key, true
}

func (t keepsBlob) why(_ *action, old attr.Item) error {
	var have ddbblob.Blob
	if have.UnmarshalDynamoDBAttributeValue(old[t.f.Attr()]) != nil {
		return fmt.Errorf("%w: %s refers to %s, the stored item has no such reference: read it again, or set the content again", fault.ErrConflict, t.f.Name, t.blob)
	}
	return fmt.Errorf("%w: %s refers to %s, the stored item has %s: its object may be deleted: read it again, or set the content again", fault.ErrConflict, t.f.Name, t.blob, have)
}
