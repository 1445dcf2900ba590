package model

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
)

// Loaded returns the item with these attributes.
func Loaded(attrs attr.Item) attr.Stored { return attr.Stored{Attrs: attrs} }

// decodeItem sets the fields of dst that have attributes.
func (e *Entity) decodeItem(s attr.Stored, dst reflect.Value) error {
	if s.JSON.IsZero() {
		return e.Codec.Decode(s.Attrs, dst)
	}
	return e.Codec.DecodeWire(s.JSON, dst)
}
