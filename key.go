package ddb

import (
	"encoding"
	"time"

	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type number interface{ integer | ~float32 | ~float64 }

// Part is one part of a key: a [Prefix], or a field wrapped by [Str], [Fold], [Num], [Time], [Text], [Shard] or
// [Native]. Only this package makes them.
type Part interface{ part() model.Part }

// Prefix is literal text in a key: before a field, between two fields, or alone.
//
// It has a type of its own, so that a bare string does not compile where a field is meant. Give each one a name:
//
//	const course ddb.Prefix = "c#"
type Prefix string

func (p Prefix) part() model.Part { return model.Part{Kind: template.Literal, Text: string(p)} }

// Template describes one key: literals and fields, in order. The zero Template is no key and is refused by [Define]. A
// Template is immutable and may stand in many definitions of the same entity.
type Template struct{ parts model.Parts }

// Key returns the template that joins parts. Adjacent literals are one: Key(progress, enroll, …) begins with "g#e#".
//
//	const sep ddb.Prefix = "#"
//	ddb.Key(order, ddb.Str(&l.OrderID), sep, ddb.Str(&l.ID)) // order#{OrderID}#{ID}
//
// Two different tuples of values never share a key, and keys sort as their values do, part by part (for text before a
// literal, see [Str]). A template that could break this is a fault of the definition. A value that would break it is
// refused when it is written, with a [KeyError]: text that contains the literal that follows it, invalid UTF-8, a
// number that is too wide.
func Key(parts ...Part) Template {
	t := Template{parts: make(model.Parts, len(parts))}
	for i, p := range parts {
		if p == nil {
			t.parts[i].Missing = true // a fault of the definition
			continue
		}
		t.parts[i] = p.part()
	}
	return t
}

// Str is a string field, stored unchanged. The value must be valid UTF-8 and not empty, and must not contain the
// literal that follows it in the template. There is no Unicode normalization. Text sorts by its bytes. If a literal
// follows, text and literal sort together: before "#", the value "a b" sorts ahead of "a".
func Str[S ~string](f *S) Part { return keyPart{model.Part{Kind: template.Str, Ptr: f}} }

// Fold is a string field in lower case. The case table is frozen in this module, so a new Unicode version changes no
// key. The original cannot be restored from the key: the field needs an attribute of its own.
func Fold[S ~string](f *S) Part { return keyPart{model.Part{Kind: template.Fold, Ptr: f}} }

// Num is an integer field as width bytes, 1 to 20, that sort as numbers do. Numbers are padded with zeros; a negative
// number is "-" and the nines' complement, so that width 4 holds -999 to 9999. A number that needs more is refused when
// it is written.
func Num[N integer](f *N, width int) Part {
	return keyPart{model.Part{Kind: template.Num, Ptr: f, Width: width}}
}

// Time is a time in UTC to the nanosecond, in one fixed-width layout that sorts as text:
// 2026-11-20T09:30:00.000000000Z. The zero time counts as empty. Years outside 1 to 9999 are refused.
func Time(f *time.Time) Part { return keyPart{model.Part{Kind: template.Time, Ptr: f}} }

// Text is a field that marshals itself as text, such as a UUID. It sorts as that text.
//
// Two values with the same text would share a key. So a value whose text reads back as another value is refused when it
// is written. That needs a type with a method Equal(T) bool, or one whose values == compares in full (no pointers). For
// other types it cannot be checked: their text must be one to one.
func Text[T any, P interface {
	*T
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}](f P) Part {
	return keyPart{model.Part{Kind: template.Text, Ptr: f}}
}

// Native is a field whose own attribute is the key attribute: a string, a number or binary. DynamoDB maintains such an
// index entry itself, so that [Add] on a Native score moves the item in its leaderboard.
//
// Text must be valid UTF-8, and must not begin with "~" in the table's partition key, since such keys belong to the
// library. That also holds for keys given to reads and deletes. An item that another program wrote there is claimed by
// no entity: delete it with the SDK's DeleteItem. A number under omitempty needs [Present] of it in [IndexKeys.When].
func Native[V ~string | ~[]byte | number](f *V) Part {
	return keyPart{model.Part{Kind: template.Native, Ptr: f}}
}

// Shard is one of n shard numbers, computed from a field by a hash frozen in this module: it spreads a hot partition.
//
// A query that leaves the field empty reads all shards and merges them in order, at n requests for each page. Items
// with the same sort key come in the order of the shards. A cursor continues after the last item in every shard. With a
// filter, the items that a shard dropped after its last item are read again for each page, once the shard is at its
// end.
//
// A primary key of shards alone is a fault, found by [Table.Check] and [New], since items of one shard would overwrite
// each other. The exception are the totals of an aggregate with OwnItems.
func Shard[S ~string](f *S, n int) Part {
	return keyPart{model.Part{Kind: template.Shard, Ptr: f, N: n}}
}

type keyPart struct{ m model.Part }

func (p keyPart) part() model.Part { return p.m }
