package template

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/singletable-go/ddb/internal/field"
)

// Faults returns everything that is wrong with the template itself, nil if nothing is. The errors are fragments that
// follow the template's place and text. The other methods require a template without faults.
func (t Template) Faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if t.blank {
		fault("holds an empty literal")
	}
	if len(t.parts) == 0 {
		return append(faults, errors.New("is empty"))
	}
	if strings.HasPrefix(t.Head(), string(reserved)) {
		fault(`begins with "~", as the keys of the library do`)
	}
	natives, shards := 0, 0
	for i, p := range t.parts {
		switch {
		case p.Kind > Shard:
			fault("part %d is of no kind", i+1)
			continue
		case p.Kind == Literal:
			if !utf8.ValidString(p.Text) {
				fault("the literal %q is not valid UTF-8", p.Text)
			}
			if strings.Contains(p.Text, Last) {
				fault("the literal %q contains U+10FFFF, which is reserved for the ends of ranges", p.Text)
			}
			continue
		case p.Field == nil:
			fault("part %d has no field", i+1)
			continue
		case p.Kind == Native:
			natives++
		case p.Kind == Shard:
			shards++
		}
		if i > 0 && t.parts[i-1].open() && p.Kind != Native {
			fault("needs a literal between %s and %s", t.parts[i-1], p)
		}
		if clashes(t.parts[:i], p) {
			fault("holds %s twice", p.Field.Name)
		}
		faults = append(faults, p.faults()...)
	}
	if natives > 0 && natives < len(t.parts) {
		fault("mixes Native with other parts")
	}
	if natives > maxNative {
		fault("has %d Native parts, and an index allows %d", natives, maxNative)
	}
	if shards > 1 {
		fault("has %d Shard parts: one spreads a partition", shards)
	}
	return faults
}

// clashes reports whether an earlier part already reports the faults of p.
func clashes(before []Part, p Part) bool {
	for _, b := range before {
		if b.Kind != Literal && b.Field == p.Field && (b.Kind == p.Kind || b.Lossless() && p.Lossless()) {
			return true
		}
	}
	return false
}

func (p Part) faults() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	f, name := p.Field, p.Field.Name
	if p.Kind != Literal && f.Type.Kind() == reflect.String && f.Type.Implements(numberType) {
		fault("%s is a %s, which is stored as a number: DynamoDB writes 1.0 as 1, and the key would be another; use Num with an integer, Native with a number, or a string", name, f.Type)
		return faults
	}
	kind := f.Type.Kind()
	switch p.Kind {
	case Str, Fold, Shard:
		if kind != reflect.String {
			fault("%s is a %s, not a string", name, f.Type)
		}
		if p.Kind == Shard && (p.N < minShards || p.N > maxShards) {
			fault("Shard(%s) into %d is not %d to %d", name, p.N, minShards, maxShards)
		}
	case Num:
		if !integer(kind) {
			fault("%s is a %s, not an integer", name, f.Type)
		}
		if p.Width < 1 || p.Width > maxDigits {
			fault("width %d of {%s} is not 1 to %d", p.Width, name, maxDigits)
		}
	case Time:
		if f.Type != reflect.TypeFor[time.Time]() {
			fault("%s is a %s, not a time.Time", name, f.Type)
		}
		if f.Stored() && f.UnixTime {
			fault("Time(%s) holds nanoseconds and the attribute seconds: without \",unixtime\", or the key of an item that was read would be another", name)
		}
	case Text:
		faults = append(faults, textFaults(f)...)
	case Native:
		faults = append(faults, nativeFaults(f)...)
	case Literal:
	}
	return faults
}

// A string with these methods is stored as a number, as attributevalue.Number is.
var numberType = reflect.TypeFor[interface {
	Float64() (float64, error)
	Int64() (int64, error)
	String() string
}]()

var marshalerType = reflect.TypeFor[attributevalue.Marshaler]()

func textFaults(f *field.Field) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if f.Type == reflect.TypeFor[time.Time]() {
		fault("Text(%s) does not sort: use Time", f.Name)
		return faults
	}
	ptr := reflect.PointerTo(f.Type)
	if !ptr.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || !ptr.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		fault("%s is a %s, which does not write and read itself as text", f.Name, f.Type)
	}
	return faults
}

func nativeFaults(f *field.Field) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	kind := f.Type.Kind()
	number := integer(kind) || kind == reflect.Float32 || kind == reflect.Float64
	if !number && kind != reflect.String && (kind != reflect.Slice || f.Type.Elem().Kind() != reflect.Uint8) {
		fault("Native(%s) is a %s: a key attribute is a string, a number or bytes", f.Name, f.Type)
	}
	if !f.Stored() {
		fault("Native(%s) has no attribute: it is dynamodbav:\"-\"", f.Name)
	}
	if f.Nested() {
		fault("Native(%s) lies inside the attribute %q: a key attribute is not nested", f.Name, f.Attr())
	}
	if number && f.AsString {
		fault("Native(%s) is stored as text by \",string\", which does not sort as numbers do", f.Name)
	}
	if f.StringSet || f.NumberSet || f.BinarySet {
		fault("Native(%s) is stored as a set", f.Name)
	}
	if reflect.PointerTo(f.Type).Implements(marshalerType) {
		fault("Native(%s) is a %s, which has a marshaler: a key attribute is a plain string, number or bytes", f.Name, f.Type)
	}
	return faults
}

func integer(k reflect.Kind) bool {
	return signed(k) || k >= reflect.Uint && k <= reflect.Uint64
}
