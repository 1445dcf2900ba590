package ddbblob

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"
)

// Store keeps objects by their keys. Its methods are called concurrently. A key has up to 1,024 bytes: letters, digits and
// the characters "/%_.=-", never two slashes in a row.
type Store interface {
	// Put stores an object as a whole, or not at all. When it returns nil, the object is kept as safely as the store keeps
	// any, and Get finds it. The library puts each key once; a repeated request of the store's own may put it again.
	Put(ctx context.Context, key string, content *io.SectionReader) error

	// Get returns an object, which the caller closes. If there is none the error matches [ErrNoObject].
	Get(ctx context.Context, key string) (io.ReadCloser, error)

	// Delete deletes an object. If there is none, that is no error.
	Delete(ctx context.Context, key string) error

	// List yields the objects whose keys begin with prefix and come after the key after, sorted by the bytes of their keys.
	// An object that was there before the call and still is must be among them. An error ends it, with the zero Object.
	List(ctx context.Context, prefix, after string) iter.Seq2[Object, error]
}

// Copier is a [Store] that copies an object by itself. If from does not exist the error of Copy matches [ErrNoObject].
type Copier interface {
	Copy(ctx context.Context, from, to string) error
}

// Object is an object in a list of a [Store].
type Object struct {
	Key  string
	Size int64
	Time time.Time // when it was put, or when the store began to put it, by its own clock; never zero
}

// copyAll copies all of the content, until ctx ends. Less than its size is an error: a file may have become shorter.
func copyAll(ctx context.Context, w io.Writer, content *io.SectionReader) error {
	n, err := io.Copy(w, untilEnd{ctx, content})
	if err == nil && n != content.Size() {
		err = fmt.Errorf("%w: the content has %d bytes, %d were announced", io.ErrUnexpectedEOF, n, content.Size())
	}
	return err
}

// untilEnd reads until ctx ends.
type untilEnd struct {
	ctx context.Context
	io.Reader
}

func (r untilEnd) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
