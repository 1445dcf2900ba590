package ddbmem

import (
	"crypto/md5" //nolint:gosec // spreads keys, protects nothing
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Limits on keys, in bytes.
const (
	maxHashKey  = 2048
	maxRangeKey = 1024
)

// hashLen is the length of the hash that begins every key of a tree.
const hashLen = 8

// keyAttr is an attribute of a key schema.
type keyAttr struct {
	name string
	kind value.Kind
}

// schema is a key schema. It orders the items of a table or an index. A table has one hash attribute and at most one
// range attribute; a global index has up to four of each.
type schema struct {
	hash []keyAttr
	rng  []keyAttr
}

// all returns the attributes, hash attributes first.
func (s *schema) all() []keyAttr {
	return append(append(make([]keyAttr, 0, len(s.hash)+len(s.rng)), s.hash...), s.rng...)
}

func (s *schema) has(name string) bool {
	for _, k := range s.hash {
		if k.name == name {
			return true
		}
	}
	for _, k := range s.rng {
		if k.name == name {
			return true
		}
	}
	return false
}

// appendPartition appends the common prefix of the tree keys of all items with these hash attributes: a hash, which
// spreads partitions and orders scans, then the values.
func (s *schema) appendPartition(dst []byte, it value.Item) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, hashLen)...)
	if len(s.hash) == 1 {
		dst = value.AppendKeyPart(dst, it.Get(s.hash[0].name))
	} else {
		for _, k := range s.hash {
			dst = value.AppendKeyPart(dst, it.Get(k.name))
		}
	}
	sum := md5.Sum(dst[at+hashLen:]) //nolint:gosec // see above
	copy(dst[at:], sum[:hashLen])
	return dst
}

// appendKey appends the tree key of an item that has all attributes of the schema.
func (s *schema) appendKey(dst []byte, it value.Item) []byte {
	dst = s.appendPartition(dst, it)
	for _, k := range s.rng {
		dst = value.AppendKeyPart(dst, it.Get(k.name))
	}
	return dst
}

// covers reports whether the item has every attribute of the schema, of the right type, not empty and not too long.
func (s *schema) covers(it value.Item) bool {
	for _, k := range s.hash {
		if v := it.Get(k.name); !k.fits(v) || v.Size() > maxHashKey {
			return false
		}
	}
	for _, k := range s.rng {
		if v := it.Get(k.name); !k.fits(v) || v.Size() > maxRangeKey {
			return false
		}
	}
	return true
}

// keyType returns the key type of an attribute of the schema.
func (s *schema) keyType(name string) string {
	if slices.ContainsFunc(s.hash, func(k keyAttr) bool { return k.name == name }) {
		return "HASH"
	}
	return "RANGE"
}

func (k keyAttr) fits(v value.Value) bool {
	return v.Kind() == k.kind && (k.kind == value.N || v.Text() != "")
}

// only returns the attributes of the schema that the item has.
func (s *schema) only(it value.Item) value.Item {
	names := make([]string, 0, 8)
	for _, k := range s.hash {
		names = append(names, k.name)
	}
	for _, k := range s.rng {
		names = append(names, k.name)
	}
	return it.Only(names...)
}

// segmentOf returns which of total scan segments a tree key belongs to.
func segmentOf(key string, total uint64) uint64 {
	hi, _ := bits.Mul64(binary.BigEndian.Uint64([]byte(key[:hashLen])), total)
	return hi
}

// segmentStart returns the smallest tree key of a scan segment.
func segmentStart(segment, total uint64) string {
	if segment == 0 {
		return ""
	}
	// The smallest h with h*total >= segment<<64.
	q, r := bits.Div64(segment%total, 0, total)
	if r > 0 {
		q++
	}
	return string(binary.BigEndian.AppendUint64(nil, q))
}

// checkKey reports what is wrong with the Key of a request against the table's schema.
func (s *schema) checkKey(key value.Item) *apiError {
	if len(key) != len(s.hash)+len(s.rng) {
		return invalid("The provided key element does not match the schema")
	}
	for _, k := range s.all() {
		if key.Get(k.name).Kind() != k.kind {
			return invalid("The provided key element does not match the schema")
		}
	}
	return s.checkValues(key)
}

// keyed reports whether an item has all attributes of the schema, of the right types.
func (s *schema) keyed(it value.Item) bool {
	return !slices.ContainsFunc(s.all(), func(k keyAttr) bool { return it.Get(k.name).Kind() != k.kind })
}

// checkItem reports what is wrong with the key attributes of a whole item.
func (s *schema) checkItem(it value.Item) *apiError {
	for _, k := range s.all() {
		v := it.Get(k.name)
		if v.IsZero() {
			return parameter("Missing the key %s in the item", k.name)
		}
		if v.Kind() != k.kind {
			return parameter("Type mismatch for key %s expected: %s actual: %s", k.name, k.kind, v.Kind())
		}
	}
	return s.checkValues(it)
}

// checkValues rejects empty and oversized keys.
func (s *schema) checkValues(it value.Item) *apiError {
	for _, k := range s.all() {
		if v := it.Get(k.name); k.kind != value.N && v.Text() == "" {
			failed := invalid("One or more parameter values are not valid. The AttributeValue for a key attribute "+
				"cannot contain an empty %s value. Key: %s", kindWord(k.kind), k.name)
			failed.atOnce = true
			return failed
		}
	}
	for _, k := range s.hash {
		if it.Get(k.name).Size() > maxHashKey {
			return parameter("Size of hashkey has exceeded the maximum size limit of%s bytes", strconv.Itoa(maxHashKey))
		}
	}
	for _, k := range s.rng {
		if it.Get(k.name).Size() > maxRangeKey {
			return parameter("Aggregated size of all range keys has exceeded the size limit of %d bytes", maxRangeKey)
		}
	}
	return nil
}

func kindWord(k value.Kind) string {
	if k == value.B {
		return "binary"
	}
	return "string"
}
