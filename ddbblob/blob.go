package ddbblob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Errors of a Blob. They are wrapped, so use errors.Is.
var (
	// ErrNoObject: the store has no object of this key. The item that refers to it was changed, and the object was deleted
	// since: read the item again.
	ErrNoObject = errors.New("no such object")
	// ErrDamaged: the object has another size or another SHA-256 than the item says.
	ErrDamaged = errors.New("the object is damaged")
	// ErrNoStore: it is not known which store the object is in.
	ErrNoStore = errors.New("the store is not known: set Options.Blobs of the ddb.DB that reads the item, or call Blob.In")
	// ErrNew: the content is not stored yet, so there is no reference to it.
	ErrNew = errors.New("the content of the Blob is not stored yet: write the item with a ddb.DB")
)

// Blob is a large value: content that is in a [Store], or new content that a write is going to store there. Use it as the
// type of a field; methods of its own encode it. The zero Blob is no content, and has no attribute. An empty content is
// another thing: [New] of no bytes has an object.
//
// Only DynamoDB attributes keep it: a Blob that went through JSON is the zero Blob, and a Put of that removes the content.
//
// A Blob does not change; it is safe for concurrent use if its Store is, and its content. A conditional write can ask
// whether a field is Present or Absent, and nothing else.
type Blob struct {
	ref     Ref
	content *io.SectionReader
	store   Store
}

// Ref says which object has the content of a [Blob].
type Ref struct {
	Key    string
	Size   int64
	SHA256 [32]byte
}

// New returns a Blob with new content. It keeps content, which must not change until it is written.
func New(content []byte) Blob { return Reader(bytes.NewReader(content), int64(len(content))) }

// FromString is [New] of a text.
func FromString(content string) Blob {
	return Reader(strings.NewReader(content), int64(len(content)))
}

// Reader returns a Blob whose new content are the first size bytes of r, such as a file. They are read when the item is
// written, twice or more often, and must not change until then.
func Reader(r io.ReaderAt, size int64) Blob {
	return Blob{content: io.NewSectionReader(r, 0, size)}
}

// Stored returns the Blob of an object that is in store. Reads of items return such Blobs. In an item that is written it
// is copied, unless it is the one that the item has.
func Stored(ref Ref, store Store) Blob { return Blob{ref: ref, store: store} }

// IsZero reports whether the Blob has no content.
func (b Blob) IsZero() bool { return b.content == nil && b.ref.Key == "" }

// Size returns the size of the content in bytes, 0 for the zero Blob.
func (b Blob) Size() int64 {
	if b.content != nil {
		return b.content.Size()
	}
	return b.ref.Size
}

// Ref returns which object has the content, for example to make a signed URL of it; the zero Ref if the content is new, or
// there is none.
func (b Blob) Ref() Ref { return b.ref }

// Content returns the new content, which is in no store yet; nil if there is none.
func (b Blob) Content() *io.SectionReader {
	if b.content == nil {
		return nil
	}
	return io.NewSectionReader(b.content, 0, b.content.Size())
}

// Store returns the store that the object is in; nil if that is not known, or the content is new.
func (b Blob) Store() Store { return b.store }

// In returns the Blob of the same object in store. A Blob that a [ddb.DB] with Options.Blobs has read needs none. One that
// was decoded without such a DB does, as by [ddb.Entity.Decode], or in a [ddb.Mux] without Maintain.
func (b Blob) In(store Store) Blob {
	if b.ref.Key != "" {
		b.store = store
	}
	return b
}

// Load returns the content, of the zero Blob nil. It is one Get of the store, whose error it wraps. Other errors match
// [ErrNoObject], [ErrDamaged] or [ErrNoStore].
func (b Blob) Load(ctx context.Context) ([]byte, error) {
	if b.IsZero() {
		return nil, nil
	}
	r, err := b.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := bytes.NewBuffer(make([]byte, 0, min(b.Size(), 32<<20)+bytes.MinRead)) // what an item says is not trusted
	if _, err := out.ReadFrom(r); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Open returns a reader of the content, for what should not be in memory as a whole. Close it. Size and SHA-256 are
// compared at the end: instead of io.EOF the last Read then returns an error that matches [ErrDamaged]. Otherwise it is as
// [Blob.Load].
func (b Blob) Open(ctx context.Context) (io.ReadCloser, error) {
	switch {
	case b.content != nil:
		return io.NopCloser(b.Content()), nil
	case b.ref.Key == "":
		return io.NopCloser(strings.NewReader("")), nil
	case b.store == nil:
		return nil, fmt.Errorf("ddbblob: load %q: %w", b.ref.Key, ErrNoStore)
	}
	r, err := b.store.Get(ctx, b.ref.Key)
	switch {
	case errors.Is(err, ErrNoObject):
		return nil, fmt.Errorf("ddbblob: load %q: %w: it was deleted after the item stopped to refer to it: read the item again", b.ref.Key, err)
	case err != nil:
		return nil, fmt.Errorf("ddbblob: load %q: %w", b.ref.Key, err)
	}
	return newChecked(r, b.ref), nil
}

// String names the object and its size; the content is not in it.
func (b Blob) String() string {
	switch {
	case b.content != nil:
		return fmt.Sprintf("new content of %d bytes", b.content.Size())
	case b.ref.Key == "":
		return "no content"
	}
	return fmt.Sprintf("%s of %d bytes", b.ref.Key, b.ref.Size)
}
