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

// Part is one piece of a key: a [Prefix], or a field wrapped by [Str], [Fold], [Num], [Time], [Text], [Shard] or
// [Native]. Only this package makes them.
type Part interface{ part() model.Part }

// Prefix is literal text in a key: what stands before a field, between two, or alone.
//
// It is a type of its own so that a bare string does not compile where a field is meant; give each one a name:
//
//	const course ddb.Prefix = "c#"
type Prefix string

func (p Prefix) part() model.Part { return model.Part{Kind: template.Literal, Text: string(p)} }

// Template describes one key: literals and fields, in order. Its zero value is no key at all and is refused by
// [Define]. A Template is immutable and may stand in many definitions of the same entity.
type Template struct{ parts model.Parts }

// Key returns the template that joins parts. Adjacent literals are one: Key(progress, enroll, …) begins with "g#e#".
//
//	const sep ddb.Prefix = "#"
//	ddb.Key(order, ddb.Str(&l.OrderID), sep, ddb.Str(&l.ID)) // order#{OrderID}#{ID}
//
// Two tuples of values never share a key, and keys sort as their values do, part by part (for text before a literal, see
// [Str]). A template that could break this is a
// fault of the definition; a value that would (one in which the literal that follows begins, invalid UTF-8, a number
// too wide) is refused when it is written, with a [KeyError].
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

// Str is a string field as it is. The value must be valid UTF-8 and not empty, and must not contain the literal that
// follows it in the template. No Unicode normalization is applied. Text sorts by its bytes; where a literal follows, text and
// literal sort together, so that before "#" the value "a b" comes ahead of "a".
func Str[S ~string](f *S) Part { return keyPart{model.Part{Kind: template.Str, Ptr: f}} }

// Fold is a string field in lower case, by a table frozen in this module, so that a new Unicode version changes no
// key. It cannot be turned back: the field needs an attribute of its own.
func Fold[S ~string](f *S) Part { return keyPart{model.Part{Kind: template.Fold, Ptr: f}} }

// Num is an integer field as width bytes, 1 to 20, that sort as numbers do: digits behind zeros, and for a negative
// number "-" and the nines' complement, so that width 4 holds -999 to 9999. A number that needs more is refused when it
// is written.
func Num[N integer](f *N, width int) Part {
	return keyPart{model.Part{Kind: template.Num, Ptr: f, Width: width}}
}

// Time is a time in UTC to the nanosecond, in one fixed-width layout that sorts as text:
// 2026-11-20T09:30:00.000000000Z. The zero time is empty, and years outside 1 to 9999 are refused.
func Time(f *time.Time) Part { return keyPart{model.Part{Kind: template.Time, Ptr: f}} }

// Text is a field that writes and reads itself as text, such as a UUID. Its order is that of the text. Two values with one
// text would share a key: a value whose text reads back as another one is refused when it is written, where the type has a
// method Equal(T) bool or == compares what it holds (no pointers). Of other types nothing can tell: their text must be one to one.
func Text[T any, P interface {
	*T
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}](f P) Part {
	return keyPart{model.Part{Kind: template.Text, Ptr: f}}
}

// Native is a field whose own attribute is the key attribute: a string, a number or binary. DynamoDB keeps such an
// index itself, so that [Add] on a Native score moves the item in its leaderboard. Text is valid UTF-8, and does not begin
// with "~" in the table's partition key; that holds for keys given to reads and deletes, too, since
// such keys are the library's own. An item that somebody else wrote there is one that no entity claims: delete it with the SDK's
// DeleteItem. A number under omitempty needs [Present] of it in [Row.When].
func Native[V ~string | ~[]byte | number](f *V) Part {
	return keyPart{model.Part{Kind: template.Native, Ptr: f}}
}

// Shard is one of n shard numbers, computed from a field by a hash frozen in this module: it spreads a hot partition.
// A query that leaves the field empty reads all shards and merges them in order, at n requests a page; what stands at one sort key
// comes in the order of the shards. A cursor goes on behind the last item in every shard. With a filter, what a shard has left out behind its
// last item is read again with each page once the shard is at its end. A primary key that holds nothing but shards is a fault, found by
// [Table.Check] and [New], since items of one shard would overwrite each other: the totals of an aggregate with [OwnItems] alone are such items.
func Shard[S ~string](f *S, n int) Part {
	return keyPart{model.Part{Kind: template.Shard, Ptr: f, N: n}}
}

type keyPart struct{ m model.Part }

func (p keyPart) part() model.Part { return p.m }
