package ddb

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
)

// loaded returns the item that has these attributes, which other reads, writes and streams have.
func loaded(attrs attr.Item) attr.Stored { return attr.Stored{Attrs: attrs} }

// decodeItem sets the fields of dst that have attributes.
func (e *mEntity) decodeItem(s attr.Stored, dst reflect.Value) error {
	if s.Json.IsZero() {
		return e.codec.Decode(s.Attrs, dst)
	}
	return e.codec.DecodeWire(s.Json, dst)
}
