package codec

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"sync"
)

// maxContent is the most that one value may have before it is compressed, in bytes: 40 times the largest item. So what an
// item of 400 KB makes a reader allocate is bounded, whatever it contains.
const maxContent = 16 << 20

// Method is one way to compress. Both functions append to dst, and do not keep it or src.
type Method struct {
	Header     byte
	Compress   func(dst, src []byte) ([]byte, error)
	Decompress func(dst, src []byte) ([]byte, error)
}

// Deflate is the library's own method: raw deflate, RFC 1951. Its header stays: it is stored.
var Deflate = Method{Header: 1, Compress: deflate, Decompress: inflate}

// FirstOther is the first header of the methods that are not the library's own.
const FirstOther = 128

var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic(err) // of a level that exists
	}
	return w
}}

func deflate(dst, src []byte) ([]byte, error) {
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	to := bytes.NewBuffer(dst)
	w.Reset(to)
	if _, err := w.Write(src); err != nil {
		return nil, err
	}
	err := w.Close()
	return to.Bytes(), err
}

// inflater is a reader of one text after another.
type inflater struct {
	from bytes.Reader
	z    io.ReadCloser
}

var inflaters = sync.Pool{New: func() any {
	f := &inflater{}
	f.z = flate.NewReader(&f.from)
	return f
}}

// inflate stops soon after [maxContent] bytes, and refuses what stands behind the end.
func inflate(dst, src []byte) ([]byte, error) {
	f := inflaters.Get().(*inflater)
	defer inflaters.Put(f)
	f.from.Reset(src)
	defer f.from.Reset(nil)
	if err := f.z.(flate.Resetter).Reset(&f.from, nil); err != nil {
		return nil, err
	}
	before := len(dst)
	dst = slices.Grow(dst, min(4*len(src)+bytes.MinRead, maxContent))
	for {
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, len(dst)-before+bytes.MinRead)
		}
		n, err := f.z.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case len(dst)-before > maxContent:
			return nil, errContent
		case err == io.EOF && f.from.Len() > 0:
			return nil, fmt.Errorf("%d bytes stand behind its end", f.from.Len())
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return nil, err
		}
	}
}
