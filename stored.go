package ddb

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// stored is an item as a read returned it: its attributes, or where it stands in the JSON of an answer. What reads do with items goes through it, so that
// both are treated alike. The zero stored is none.
type stored struct {
	attrs item
	json  wire.Item
}

// storedItems returns the items of an answer: those of the page that a wire.Call read, else those that the SDK did.
func storedItems(page *wire.Page, items []item) []stored {
	if page == nil {
		out := make([]stored, len(items))
		for i, attrs := range items {
			out[i].attrs = attrs
		}
		return out
	}
	out := make([]stored, page.Len())
	for i := range out {
		out[i].json = page.Item(i)
	}
	return out
}

// loaded returns the item that has these attributes, which other reads, writes and streams have.
func loaded(attrs item) stored { return stored{attrs: attrs} }

// none reports that there is no item.
func (s stored) none() bool { return len(s.attrs) == 0 && s.json.IsZero() }

// attr returns an attribute, nil if there is none.
func (s stored) attr(name string) types.AttributeValue {
	if s.json.IsZero() {
		return s.attrs[name]
	}
	return s.json.Attribute(name)
}

// has reports whether the item has an attribute of that name, and not NULL.
func (s stored) has(name string) bool {
	if !s.json.IsZero() {
		v := s.json.Find(name)
		k := v.Kind()
		return k != wire.None && k != wire.Null
	}
	switch s.attrs[name].(type) {
	case nil, *types.AttributeValueMemberNULL:
		return false
	}
	return true
}

// says reports whether the item has an attribute at path, and not NULL.
func (s stored) says(path []string) bool {
	if len(path) == 1 {
		return s.has(path[0])
	}
	switch lookup(item{path[0]: s.attr(path[0])}, path).(type) {
	case nil, *types.AttributeValueMemberNULL:
		return false
	}
	return true
}

// text returns a string attribute.
func (s stored) text(name string) (text string, ok bool) {
	if !s.json.IsZero() {
		return s.json.String(name)
	}
	av, ok := s.attrs[name].(*types.AttributeValueMemberS)
	if !ok {
		return "", false
	}
	return av.Value, true
}

// scalar returns the type of a key attribute, "" if it is none.
func (s stored) scalar(name string) types.ScalarAttributeType {
	if s.json.IsZero() {
		return scalarType(s.attrs[name])
	}
	switch s.json.Find(name).Kind() {
	case wire.S:
		return types.ScalarAttributeTypeS
	case wire.N:
		return types.ScalarAttributeTypeN
	case wire.B:
		return types.ScalarAttributeTypeB
	}
	return ""
}

// attributes returns the whole item.
func (s stored) attributes() item {
	if s.json.IsZero() {
		return s.attrs
	}
	return s.json.Attributes()
}

// only returns some attributes, nil where there are none.
func (s stored) only(names []string) item {
	out := make(item, len(names))
	for _, name := range names {
		out[name] = s.attr(name)
	}
	return out
}

// begin says that the item is looked at next.
func (s stored) begin() {
	if !s.json.IsZero() {
		s.json.Begin()
	}
}

// decodeItem sets the fields of dst that have attributes.
func (e *entity) decodeItem(s stored, dst reflect.Value) error {
	if s.json.IsZero() {
		return e.codec.Decode(s.attrs, dst)
	}
	return e.codec.DecodeWire(s.json, dst)
}

// number returns the text of a number attribute.
func (s stored) number(attr string) (text string, ok bool) {
	if s.json.IsZero() {
		n, ok := s.attrs[attr].(*types.AttributeValueMemberN)
		if !ok {
			return "", false
		}
		return n.Value, true
	}
	v := s.json.Find(attr)
	if v.Kind() != wire.N {
		return "", false
	}
	return string(v.Text()), true
}
