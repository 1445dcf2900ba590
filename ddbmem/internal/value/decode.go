package value

import (
	"cmp"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// maxDepth is the number of levels that an attribute may have, its own
// included.
const maxDepth = 32

// maxName is the size of the longest name of an attribute, in bytes.
const maxName = 65535

// Input is a JSON object of attribute values as a request carries it: an item,
// a key, or the values of an expression. The zero Input was not in the request.
type Input struct {
	// Item holds the decoded values. It is only to be used once Fault has
	// returned no error.
	Item Item
	// Present distinguishes an empty object from a missing one.
	Present bool

	fault    fault
	deep     bool
	repeated bool
}

// UnmarshalJSON decodes a JSON object of attribute values. Its error is a SerializationException: JSON of the wrong
// shape. Faults of the values themselves are kept for [Input.Fault].
func (in *Input) UnmarshalJSON(data []byte) error {
	*in = Input{}
	d := decoder{scanner: scanner{data: data}}
	if d.null() {
		return nil
	}
	fields, err := d.object()
	if err != nil {
		return err
	}
	if d.skipSpace(); d.pos != len(d.data) {
		return malformed("")
	}
	in.Item, in.Present = NewItem(fields...), true
	in.fault, in.deep, in.repeated = d.verdict(), d.deepest > deepLevels, d.repeated || len(in.Item) < len(fields)
	return nil
}

// MarshalJSON returns the wire form of the item.
func (in Input) MarshalJSON() ([]byte, error) {
	if !in.Present {
		return []byte("null"), nil
	}
	return in.Item.MarshalJSON()
}

// Fault returns the first ValidationException among the values, and its name, nil if all values are allowed.
func (in *Input) Fault() (name string, err error) {
	if in.fault.err == nil {
		return "", nil
	}
	return in.fault.name, in.fault.err
}

// Deep reports whether a value is nested so far beyond the limit that the
// service looks at it later than at others.
func (in *Input) Deep() bool { return in.deep }

// Repeated reports whether a name is there twice, in the input or in a map within
// it, of which the last value was kept.
func (in *Input) Repeated() bool { return in.repeated }

// Parse decodes a single attribute value such as {"S":"text"}, reporting both
// kinds of error.
func Parse(data []byte) (Value, error) { return parse(data, false) }

// ParseParameter decodes an attribute value as [Parse] does, with two
// differences: a number that is [Wide] is none, and the first fault is
// reported, however deep the value.
func ParseParameter(data []byte) (Value, error) { return parse(data, true) }

func parse(data []byte, parameter bool) (Value, error) {
	d := decoder{scanner: scanner{data: data}, parameter: parameter}
	v, err := d.value(1)
	switch {
	case err != nil:
		return Value{}, err
	case parameter && d.sooner: // at whatever depth
		return Value{}, d.nesting.err
	case d.verdict().err != nil:
		return Value{}, d.verdict().err
	}
	if d.skipSpace(); d.pos != len(d.data) {
		return Value{}, malformed("")
	}
	return v, nil
}

// ParseItem decodes a JSON object of attribute values, reporting both kinds of
// error.
func ParseItem(data []byte) (Item, error) {
	var in Input
	if err := in.UnmarshalJSON(data); err != nil {
		return nil, err
	}
	if _, err := in.Fault(); err != nil {
		return nil, err
	}
	return in.Item, nil
}

// decoder reads attribute values and keeps the faults it meets.
type decoder struct {
	scanner
	faults

	parameter bool // of a statement
}

// object reads the values of a whole input.
func (d *decoder) object() ([]Field, error) {
	var fields []Field
	err := d.eachField(func(name string) error {
		d.under = name
		if err := CheckName(name); err != nil {
			d.blame("%s", err.Message)
		}
		v, err := d.value(1)
		fields = append(fields, Field{name, v})
		return err
	})
	return fields, err
}

// CheckName reports a name that no attribute can have.
func CheckName(name string) *Error {
	switch {
	case name == "":
		return Invalid(msgNoName)
	case len(name) > maxName:
		return Invalid(msgLongName)
	}
	return nil
}

// value reads one attribute value at the given level.
func (d *decoder) value(depth int) (Value, error) {
	switch d.next() {
	case '{':
	case '[':
		return Value{}, malformed("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue")
	case 'n':
		if !d.null() {
			return Value{}, malformed("")
		}
		d.blame(msgEmpty)
		return Value{}, nil
	default:
		return Value{}, malformed("Unexpected value type in payload")
	}
	d.level(depth)
	var result Value
	count := 0
	err := d.eachField(func(descriptor string) error {
		kind, ok := KindOf(descriptor)
		if !ok {
			return d.skip()
		}
		if d.null() {
			return nil
		}
		v, err := d.content(kind, depth)
		result = v
		count++
		return err
	})
	switch {
	case err != nil:
		return Value{}, err
	case count == 0:
		d.blame(msgEmpty)
	case count > 1:
		d.blame(msgMany)
	}
	return result, nil
}

// content reads the value after a type descriptor.
func (d *decoder) content(kind Kind, depth int) (Value, error) {
	switch kind {
	case S:
		s, err := d.text("String")
		return String(s), err
	case N:
		s, err := d.text("String")
		return d.number(s), err
	case B:
		s, err := d.blob()
		return Binary(s), err
	case BOOL:
		b, err := d.boolean()
		return Bool(b), err
	case NULL:
		b, err := d.boolean()
		if err == nil && !b {
			d.blame(msgNull)
		}
		return Null(), err
	case M:
		return d.fields(depth)
	case L:
		return d.list(depth)
	default:
		return d.set(kind)
	}
}

func (d *decoder) number(text string) Value {
	v, err := Number(text)
	if err == nil {
		return v
	}
	if d.parameter && Wide(text) {
		err = Invalid(msgNotNumber, text)
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		d.first.note(d.under, refused)
	}
	return Value{kind: N, text: "0"}
}

func (d *decoder) fields(depth int) (Value, error) {
	switch d.next() {
	case '{':
	case '[':
		return Value{}, malformed("Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>")
	default:
		return Value{}, malformed("Unexpected field type")
	}
	var fields []Field
	err := d.eachField(func(name string) error {
		if err := CheckName(name); err != nil {
			d.later.note(d.under, err)
		}
		v, err := d.value(depth + 1)
		fields = append(fields, Field{name, v})
		return err
	})
	item := NewItem(fields...)
	d.repeated = d.repeated || len(item) < len(fields)
	return Map(item), err
}

func (d *decoder) list(depth int) (Value, error) {
	if err := d.expectList(); err != nil {
		return Value{}, err
	}
	var list []Value
	err := d.eachElement(func() error {
		v, err := d.value(depth + 1)
		list = append(list, v)
		return err
	})
	return List(list), err
}

func (d *decoder) expectList() error {
	switch d.next() {
	case '[':
		return nil
	case '{':
		return malformed("Start of structure or map found where not expected")
	default:
		return malformed("Unexpected field type")
	}
}

func (d *decoder) set(kind Kind) (Value, error) {
	if err := d.expectList(); err != nil {
		return Value{}, err
	}
	var members, written []string
	err := d.eachElement(func() error {
		if d.null() {
			d.blame(msgNullMember, map[Kind]string{SS: "string", NS: "number", BS: "binary"}[kind])
			members, written = append(members, ""), append(written, "null")
			return nil
		}
		if kind == BS {
			b, err := d.blob()
			members = append(members, b)
			written = append(written, base64.StdEncoding.EncodeToString([]byte(b)))
			return err
		}
		s, err := d.text("String")
		if kind == NS {
			s = d.number(s).text
		}
		members = append(members, s)
		written = append(written, s)
		return err
	})
	if err != nil {
		return Value{}, err
	}
	count := len(members)
	v := Set(kind, members)
	if count == 0 || len(v.ref.members) < count {
		d.blameSet(kind, written)
	}
	return v, nil
}

// blameSet reports an empty set or one with duplicates. Members of a binary set
// are written in base64.
func (d *decoder) blameSet(kind Kind, written []string) {
	if len(written) == 0 {
		d.blame("%s", map[Kind]string{SS: msgEmptySS, NS: msgEmptyNS, BS: msgEmptyBS}[kind])
		return
	}
	var e *Error
	switch kind {
	case SS:
		e = Invalid(msgDuplicateSS, strings.Join(written, ", "))
		e.Newer = Invalid(msgDuplicateSS, quotedList(repeated(written, written), ", ")).Message
	case BS:
		e = Invalid(msgDuplicateBS, strings.Join(written, ", "))
		e.Newer = Invalid(msgDuplicateBS, quotedList(repeated(written, decoded(written)), ",")).Message
	default:
		e = Invalid(msgDuplicateNS)
		e.Newer = msgDuplicateNewerNS
	}
	d.first.note(d.under, e)
}

// repeated returns the members of a set as the newer messages list them: in order up to the first repetition, the rest
// as written. by holds the sort keys.
func repeated(written, by []string) []string {
	seen := make(map[string]bool, len(by))
	for i, key := range by {
		if !seen[key] {
			seen[key] = true
			continue
		}
		order := make([]int, i)
		for j := range order {
			order[j] = j
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(by[a], by[b]) })
		list := make([]string, 0, len(written))
		for _, j := range order {
			list = append(list, written[j])
		}
		return append(list, written[i:]...)
	}
	return written
}

// decoded returns the bytes of base64 texts.
func decoded(written []string) []string {
	all := make([]string, len(written))
	for i, w := range written {
		b, _ := base64.StdEncoding.DecodeString(w) // which was decoded before
		all[i] = string(b)
	}
	return all
}

func quotedList(list []string, separator string) string {
	return `"` + strings.Join(list, `"`+separator+`"`) + `"`
}
