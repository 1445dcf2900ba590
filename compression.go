package ddb

import (
	"github.com/singletable-go/ddb/internal/codec"
)

// Compression is another way to compress than deflate, for [Definition.Compress].
type Compression interface {
	// Codec returns the header byte and the two directions. The header is stored in front of each value and tells which codec
	// reads it, so a codec keeps its header for as long as there are values of it. It is 128 or more: those below are the
	// library's.
	//
	// Both functions append to dst, which may be nil, and return the result. They do not change or keep src, and are safe for
	// concurrent use. Compress must give the same bytes for the same content. Decompress bounds what it allocates by itself: a
	// content has at most 16 MB.
	Codec() (header byte, compress, decompress func(dst, src []byte) ([]byte, error))
}

// Compress stores values of the field at the address f compressed if they have threshold bytes or more, as DynamoDB counts
// them, and if they become smaller:
//
//	d.Compress(&c.Content, 1024)
//
// The field is one of the item, or of a struct that it embeds without a tag, that is stored as a string, a list or a map. A
// compressed value is a binary: a header byte (1: deflate), the compressed content, and its CRC-32. Other values are stored
// as without Compress. Reads take both forms, whatever the threshold. A value of more than 16 MB is refused with [ErrValue].
//
// The first of with compresses, instead of deflate. All of them, and deflate, are read. So a codec is changed in two
// releases: the first one gives the new codec as the last, the second one as the first. The header of a codec must not be
// given to another one while there are values of it.
//
// Compress in two releases too. A program without it refuses a compressed value with an error and changes nothing of it, but
// it cannot read that item. So first deploy
//
//	d.Compress(&c.Content, math.MaxInt)
//
// to all programs, which reads both forms and writes no compressed value. Then lower the threshold. To stop, raise it to
// math.MaxInt again, and keep the declaration until every compressed value was overwritten. Nothing is rewritten by itself:
// a value changes its form when it is next written, and no write sends a value again that is the same.
//
// DynamoDB does not look into a compressed value. So conditions and filters on the field, and on fields in it, are
// refused with [ErrModel], except [Present] and [Absent]. So are edits, except [Set], [SetIfAbsent] and [Remove], and Select
// of a field in it. An [Expr] on it is not seen, and would compare the compressed bytes. The field can stand in no key, When
// or Unique, and no view fills it. A []byte is refused, because a stored binary cannot be told from a compressed value:
// declare a string, or a struct.
//
// [Entity.Encode] returns what is stored, and [Entity.Decode] takes it. Raw clients, exports and consumers of the stream that
// do not use this library see a binary. [Change] compares the values. An upgrade of [Definition.Schema] gets them too: of a
// field that was bytes in an older schema these bytes, and of an attribute that no field has any more what is stored.
//
// It saves capacity, storage and time on the network. It costs CPU: in the order of 50 ms for each MB of text that is
// written, and 10 ms for each that is read. What a codec of with compressed is decompressed before it is written, and refused
// with [ErrValue] if it is another value then: it would be lost. The 400 KB of an item, and the sizes in errors, are those of
// the compressed value. A value that cannot be decompressed is an error of its item, as any other that cannot be read: see
// [ItemError].
func (d *Definition) Compress(f any, threshold int, with ...Compression) {
	methods := make([]codec.Method, len(with))
	for i, c := range with {
		if c != nil {
			methods[i].Header, methods[i].Compress, methods[i].Decompress = c.Codec()
		}
	}
	d.m.Compress(f, threshold, methods)
}
