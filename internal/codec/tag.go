package codec

import (
	"strings"

	"github.com/singletable-go/ddb/internal/field"
)

// tag is the set of options that attributevalue reads from a dynamodbav tag.
type tag uint16

const (
	omitEmpty tag = 1 << iota
	omitEmptyElem
	nullEmpty
	nullEmptyElem
	asString
	binarySet
	numberSet
	stringSet
	unixTime
)

var optionNames = [...]string{"omitempty", "omitemptyelem", "nullempty", "nullemptyelem", "string", "binaryset", "numberset", "stringset", "unixtime"}

func tagOf(o field.Options) tag {
	var t tag
	for bit, set := range [...]bool{
		o.OmitEmpty, o.OmitEmptyElem, o.NullEmpty, o.NullEmptyElem, o.AsString, o.BinarySet, o.NumberSet, o.StringSet, o.UnixTime,
	} {
		if set {
			t |= 1 << bit
		}
	}
	return t
}

func fieldTag(f *field.Field) tag {
	return tagOf(field.Options{
		OmitEmpty: f.OmitEmpty, OmitEmptyElem: f.OmitEmptyElem, NullEmpty: f.NullEmpty, NullEmptyElem: f.NullEmptyElem,
		AsString: f.AsString, BinarySet: f.BinarySet, NumberSet: f.NumberSet, StringSet: f.StringSet, UnixTime: f.UnixTime,
	})
}

// elem returns the options under which the elements of a list, set or map are encoded.
func (t tag) elem() tag {
	var e tag
	if t&omitEmptyElem != 0 {
		e |= omitEmpty | omitEmptyElem
	}
	if t&nullEmptyElem != 0 {
		e |= nullEmpty
	}
	return e
}

// String returns the options as a struct tag spells them, each after a comma.
func (t tag) String() string {
	var b strings.Builder
	for bit, name := range optionNames {
		if t&(1<<bit) != 0 {
			b.WriteString("," + name)
		}
	}
	return b.String()
}
