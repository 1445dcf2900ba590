package read

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// position is what a cursor holds.
type position struct {
	query uint64        // the fingerprint of the query
	keys  []keyPosition // one for each segment of a scan or shard of a partition, else one in all
}

// keyPosition is the position of one part of a read.
type keyPosition struct {
	state keyState
	key   []types.AttributeValue // in the order of the index's key attributes, then of the table's
}

type keyState byte

const (
	notStarted keyState = iota
	afterKey
	atEnd
)

const (
	cursorFormat = 2 // 1 was not bound to a table
	tagSize      = 16
)

var errMalformed = errors.New("it is malformed, modified, or signed with another key: start without a cursor")

// encodeCursor writes p, signed if there is a key.
func (db *DB) encodeCursor(p position) string {
	b := []byte{cursorFormat}
	b = binary.BigEndian.AppendUint64(b, p.query)
	b = binary.AppendUvarint(b, uint64(len(p.keys)))
	for _, k := range p.keys {
		b = append(b, byte(k.state))
		if k.state != afterKey {
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(k.key)))
		for _, av := range k.key {
			b = attr.AppendKeyValue(b, av)
		}
	}
	return db.Seal(b)
}

// Seal returns the text of a cursor's body, which begins with its format; it is signed if there is a key.
func (db *DB) Seal(body []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(body, cursorTag(db.Opts.CursorKey, body)...))
}

// Open is the inverse of Seal. The body has a format and eight bytes at least.
func (db *DB) Open(c string) (body []byte, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(c)
	if err != nil || strings.ContainsAny(c, "\r\n") || // the decoder would skip them
		len(b) < 1+8+tagSize {
		return nil, fmt.Errorf("%w: %w", fault.ErrCursor, errMalformed)
	}
	body, tag := b[:len(b)-tagSize], b[len(b)-tagSize:]
	if !slices.ContainsFunc(db.cursorKeys(), func(key []byte) bool { return hmac.Equal(tag, cursorTag(key, body)) }) {
		return nil, fmt.Errorf("%w: %w", fault.ErrCursor, errMalformed)
	}
	return body, nil
}

// decodeCursor is the inverse of encodeCursor.
func (db *DB) decodeCursor(c string) (position, error) {
	body, err := db.Open(c)
	if err != nil {
		return position{}, err
	}
	if body[0] != cursorFormat {
		return position{}, fmt.Errorf("%w: it has format %d, this release reads %d: start without a cursor", fault.ErrCursor, body[0], cursorFormat)
	}
	r := CursorReader{Rest: body[9:]}
	p := position{query: binary.BigEndian.Uint64(body[1:])}
	for range r.count() {
		k := keyPosition{state: keyState(r.byte())}
		if k.state == afterKey {
			for range r.count() {
				k.key = append(k.key, r.Value())
			}
		}
		p.keys = append(p.keys, k)
	}
	if r.bad || len(r.Rest) > 0 {
		return position{}, fmt.Errorf("%w: %w", fault.ErrCursor, errMalformed)
	}
	return p, nil
}

// cursorKeys returns the keys of accepted cursors; a nil key accepts unsigned ones.
func (db *DB) cursorKeys() [][]byte {
	keys := [][]byte{db.Opts.CursorKey}
	if db.Opts.OldCursorKey != nil {
		keys = append(keys, db.Opts.OldCursorKey)
	}
	if db.Opts.AcceptUnsignedCursors {
		keys = append(keys, nil)
	}
	return keys
}

// cursorTag is the signature; without a key it is a checksum that detects accidental changes.
func cursorTag(secret, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return mac.Sum(nil)[:tagSize]
}

// CursorReader reads the body of a cursor; bad is true if it ended too early.
type CursorReader struct {
	Rest []byte
	bad  bool
}

func (r *CursorReader) byte() byte {
	if len(r.Rest) == 0 {
		r.bad = true
		return 0
	}
	c := r.Rest[0]
	r.Rest = r.Rest[1:]
	return c
}

// count reads a length, which is at most the number of bytes left.
func (r *CursorReader) count() int {
	n, size := binary.Uvarint(r.Rest)
	if size <= 0 || n > uint64(len(r.Rest)) {
		r.bad = true
		r.Rest = nil
		return 0
	}
	r.Rest = r.Rest[size:]
	return int(n)
}

// Value reads a key value, nil if there is none left or it is malformed.
func (r *CursorReader) Value() types.AttributeValue {
	kind := r.byte()
	n := r.count()
	if n > len(r.Rest) {
		r.bad = true
		return nil
	}
	text := r.Rest[:n]
	r.Rest = r.Rest[n:]
	switch kind {
	case 'S':
		return &types.AttributeValueMemberS{Value: string(text)}
	case 'N':
		return &types.AttributeValueMemberN{Value: string(text)}
	case 'B':
		return &types.AttributeValueMemberB{Value: append([]byte(nil), text...)}
	}
	r.bad = true
	return nil
}

// startKey returns key values as the ExclusiveStartKey of ix.
func startKey(ix *model.Index, values []types.AttributeValue) (attr.Item, error) {
	names := ix.Position()
	if len(values) != len(names) {
		return nil, fmt.Errorf("%w: %w", fault.ErrCursor, errMalformed)
	}
	key := make(attr.Item, len(names))
	for i, name := range names {
		if have, want := attr.ScalarType(values[i]), ix.Table.KeyType(name); have != want {
			return nil, fmt.Errorf("%w: key attribute %q has type %s in the cursor, %s in the model: start without a cursor", fault.ErrCursor, name, have, want)
		}
		key[name] = values[i]
	}
	return key, nil
}
