package value

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Field is one named value of an item or a map.
type Field struct {
	Name  string
	Value Value
}

// Item is a set of named values, sorted by name and without duplicates. Build
// one with [NewItem], [Item.With] or by decoding; nil is the empty item. Items
// are immutable, and one item may be stored in many places.
type Item []Field

// NewItem returns the item made of fields, in any order; of two fields with
// one name the last wins. It takes ownership of the slice.
func NewItem(fields ...Field) Item {
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	kept := fields[:0]
	for i, f := range fields {
		if i+1 < len(fields) && fields[i+1].Name == f.Name {
			continue
		}
		kept = append(kept, f)
	}
	return Item(kept)
}

// Get returns the value of that name; its kind is None when there is none.
func (it Item) Get(name string) Value {
	if i, ok := it.find(name); ok {
		return it[i].Value
	}
	return Value{}
}

// Has reports whether the item has a value of that name.
func (it Item) Has(name string) bool {
	_, ok := it.find(name)
	return ok
}

// With returns the item with that value set. It copies the slice of fields.
func (it Item) With(name string, v Value) Item {
	i, ok := it.find(name)
	if ok {
		changed := slices.Clone(it)
		changed[i].Value = v
		return changed
	}
	changed := make(Item, len(it)+1)
	copy(changed, it[:i])
	changed[i] = Field{name, v}
	copy(changed[i+1:], it[i:])
	return changed
}

// Without returns the item without the value of that name; when there is none,
// it returns the item itself.
func (it Item) Without(name string) Item {
	i, ok := it.find(name)
	if !ok {
		return it
	}
	changed := make(Item, 0, len(it)-1)
	return append(append(changed, it[:i]...), it[i+1:]...)
}

// Only returns an item with those of the named values that the item has.
func (it Item) Only(names ...string) Item {
	var fields []Field
	for _, name := range names {
		if i, ok := it.find(name); ok {
			fields = append(fields, it[i])
		}
	}
	return NewItem(fields...)
}

// Compact returns an equal item that shares no memory with what the item was
// decoded from: names come from a common table, and the texts of its scalar
// attributes lie side by side in one string.
func (it Item) Compact() Item {
	size := 0
	for _, f := range it {
		size += len(f.Value.text)
	}
	var b strings.Builder
	b.Grow(size)
	for _, f := range it {
		b.WriteString(f.Value.text)
	}
	texts := b.String()
	fields := make(Item, len(it))
	for i, f := range it {
		n := len(f.Value.text)
		v := f.Value
		if v.ref != nil {
			v = v.clone()
		} else {
			v.text, texts = texts[:n], texts[n:]
		}
		fields[i] = Field{intern(f.Name), v}
	}
	return fields
}

// find returns the position of a name, or where it belongs.
func (it Item) find(name string) (int, bool) {
	if len(it) <= 8 {
		for i := range it {
			if it[i].Name >= name {
				return i, it[i].Name == name
			}
		}
		return len(it), false
	}
	return slices.BinarySearchFunc(it, name, func(f Field, name string) int { return cmp.Compare(f.Name, name) })
}

// names is the common table of attribute names. It stops growing at a size
// that no real model reaches, so that generated names cannot fill the memory.
var names struct {
	sync.RWMutex
	known map[string]string
}

const maxNames = 1 << 14

// intern returns one common copy of a name.
func intern(name string) string {
	names.RLock()
	known, ok := names.known[name]
	names.RUnlock()
	if ok {
		return known
	}
	name = strings.Clone(name)
	names.Lock()
	defer names.Unlock()
	if known, ok := names.known[name]; ok {
		return known
	}
	if names.known == nil {
		names.known = make(map[string]string)
	}
	if len(names.known) < maxNames {
		names.known[name] = name
	}
	return name
}
