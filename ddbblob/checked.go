package ddbblob

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// checked reads an object, and compares it at the end with what the item says of it.
type checked struct {
	io.ReadCloser
	ref  Ref
	sum  hash.Hash
	read int64
	err  error
}

func newChecked(r io.ReadCloser, ref Ref) *checked {
	return &checked{ReadCloser: r, ref: ref, sum: sha256.New()}
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	c.read += int64(n)
	switch {
	case c.read > c.ref.Size:
		err = fmt.Errorf("%w: it has more than %d bytes", ErrDamaged, c.ref.Size)
	case errors.Is(err, io.EOF) && c.read < c.ref.Size:
		err = fmt.Errorf("%w: it has %d bytes, the item says %d", ErrDamaged, c.read, c.ref.Size)
	case errors.Is(err, io.EOF) && [32]byte(c.sum.Sum(nil)) != c.ref.SHA256:
		err = fmt.Errorf("%w: it has another SHA-256 than the item says", ErrDamaged)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("ddbblob: load %q: %w", c.ref.Key, err)
	}
	c.err = err
	return n, err
}
