package attr

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// Stored is an item as a read returned it: its attributes, or where it stands in the JSON of a response. What reads
// do with items goes through it, so that both are treated alike. The zero Stored is none.
type Stored struct {
	Attrs Item
	JSON  wire.Item
}

// StoredItems returns the items of a response: those of the page that a wire.Call read, else those that the SDK did.
func StoredItems(page *wire.Page, items []Item) []Stored {
	if page == nil {
		out := make([]Stored, len(items))
		for i, attrs := range items {
			out[i].Attrs = attrs
		}
		return out
	}
	out := make([]Stored, page.Len())
	for i := range out {
		out[i].JSON = page.Item(i)
	}
	return out
}

// None reports that there is no item.
func (s Stored) None() bool { return len(s.Attrs) == 0 && s.JSON.IsZero() }

// Attr returns an attribute, nil if there is none.
func (s Stored) Attr(name string) types.AttributeValue {
	if s.JSON.IsZero() {
		return s.Attrs[name]
	}
	return s.JSON.Attribute(name)
}

// Has reports whether the item has an attribute of that name, and not NULL.
func (s Stored) Has(name string) bool {
	if !s.JSON.IsZero() {
		v := s.JSON.Find(name)
		k := v.Kind()
		return k != wire.None && k != wire.Null
	}
	switch s.Attrs[name].(type) {
	case nil, *types.AttributeValueMemberNULL:
		return false
	}
	return true
}

// Says reports whether the item has an attribute at path, and not NULL.
func (s Stored) Says(path []string) bool {
	if len(path) == 1 {
		return s.Has(path[0])
	}
	switch At(Item{path[0]: s.Attr(path[0])}, path).(type) {
	case nil, *types.AttributeValueMemberNULL:
		return false
	}
	return true
}

// Text returns a string attribute.
func (s Stored) Text(name string) (text string, ok bool) {
	if !s.JSON.IsZero() {
		return s.JSON.String(name)
	}
	av, ok := s.Attrs[name].(*types.AttributeValueMemberS)
	if !ok {
		return "", false
	}
	return av.Value, true
}

// Scalar returns the type of a key attribute, "" if it is none.
func (s Stored) Scalar(name string) types.ScalarAttributeType {
	if s.JSON.IsZero() {
		return ScalarType(s.Attrs[name])
	}
	switch s.JSON.Find(name).Kind() {
	case wire.S:
		return types.ScalarAttributeTypeS
	case wire.N:
		return types.ScalarAttributeTypeN
	case wire.B:
		return types.ScalarAttributeTypeB
	}
	return ""
}

// Attributes returns the whole item.
func (s Stored) Attributes() Item {
	if s.JSON.IsZero() {
		return s.Attrs
	}
	return s.JSON.Attributes()
}

// Only returns some attributes, nil where there are none.
func (s Stored) Only(names []string) Item {
	out := make(Item, len(names))
	for _, name := range names {
		out[name] = s.Attr(name)
	}
	return out
}

// Begin says that the item is looked at next.
func (s Stored) Begin() {
	if !s.JSON.IsZero() {
		s.JSON.Begin()
	}
}

// Number returns the text of a number attribute.
func (s Stored) Number(attr string) (text string, ok bool) {
	if s.JSON.IsZero() {
		n, ok := s.Attrs[attr].(*types.AttributeValueMemberN)
		if !ok {
			return "", false
		}
		return n.Value, true
	}
	v := s.JSON.Find(attr)
	if v.Kind() != wire.N {
		return "", false
	}
	return string(v.Text()), true
}
