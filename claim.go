package ddb

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
)

// claim returns the entity that an item belongs to, by the shape of its primary key with the type attribute as
// cross-check; nil for a companion item, which the library keeps for itself, and for a version row.
func (t *mTable) claim(s attr.Stored) (*mEntity, error) {
	s.Begin()
	if t.companion(s) || t.historyOf(s) != nil {
		return nil, nil
	}
	if t.reserved(s) {
		return nil, fmt.Errorf("%w: item %s has a key that begins with ~, and is none of the library's own", fault.ErrUnknown, t.keyText(t.keyOf(s)))
	}
	name, typed := t.typeOf(s)
	if !typed && t.typeAttr != "" && s.Has(t.typeAttr) {
		return nil, fmt.Errorf("%w: item %s has a type attribute %q that is no string", fault.ErrUnknown, t.keyText(t.keyOf(s)), t.typeAttr)
	}
	if e := t.byName[name]; typed && e != nil {
		if e.shaped(s) {
			return e, nil
		}
		return nil, fmt.Errorf("%w: item %s says it is a %s, but its key is not of the shape %s", fault.ErrUnknown, t.keyText(t.keyOf(s)), name, e.shape())
	}
	var found *mEntity
	for _, e := range t.entities {
		if e.shaped(s) {
			found = e
			break // two cannot share a shape: the definition saw to that
		}
	}
	switch {
	case found == nil && typed:
		return nil, fmt.Errorf("%w: item %s says it is a %q", fault.ErrUnknown, t.keyText(t.keyOf(s)), name)
	case found == nil:
		return nil, fmt.Errorf("%w: item %s has a key of no entity's shape", fault.ErrUnknown, t.keyText(t.keyOf(s)))
	case typed && !isName(name):
		return nil, fmt.Errorf("%w: item %s says it is a %q, which is no name of an entity, and its key is that of a %s: write its type attribute %q anew", fault.ErrUnknown, t.keyText(t.keyOf(s)), name, found.name, t.typeAttr)
	case typed:
		return nil, fmt.Errorf("%w: item %s says it is a %q, but its key is that of a %s; Alias(%q) in its definition would accept it", fault.ErrUnknown, t.keyText(t.keyOf(s)), name, found.name, name)
	}
	return found, nil
}

// typeOf returns what the item's type attribute says, if it has one.
func (t *mTable) typeOf(s attr.Stored) (name string, ok bool) {
	if t.typeAttr == "" {
		return "", false
	}
	return s.Text(t.typeAttr)
}

// reserved reports whether the key of the item begins with ~, as those of the library's own do, of all versions.
func (t *mTable) reserved(s attr.Stored) bool {
	key, ok := s.Text(t.primary.partition[0])
	return ok && strings.HasPrefix(key, "~")
}

// companions are what the keys of the library's own items begin with.
var companions = []string{ledgerPrefix, rankPrefix, distinctPrefix, uniquePrefix, leasePrefix, "~lstart#"}

// companion reports whether the item is one of the library's own. What somebody else wrote under a key that begins with ~
// is an item like any other that no entity claims.
func (t *mTable) companion(s attr.Stored) bool {
	key, ok := s.Text(t.primary.partition[0])
	return ok && strings.HasPrefix(key, "~") &&
		(key == gapPartition || slices.ContainsFunc(companions, func(prefix string) bool { return strings.HasPrefix(key, prefix) }))
}

// shaped reports whether the primary key of s has the shape of e's.
func (e *mEntity) shaped(s attr.Stored) bool {
	for _, k := range e.primary.keys() {
		if k.template.Native() {
			for i, p := range k.template.Parts() {
				if s.Scalar(k.attrs[i]) != nativeType(p.Field) {
					return false
				}
			}
			continue
		}
		if text, ok := s.Text(k.attrs[0]); !ok || !k.template.Match(text) {
			return false
		}
	}
	return true
}

// shape renders the primary key's templates.
func (e *mEntity) shape() string {
	ks := e.primary.keys()
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = k.template.String()
	}
	return strings.Join(out, " / ")
}

// decode fills dst, an addressable zero struct, from an item that e claims. What only the key holds comes from the
// key; where the key and an attribute disagree, that is an error.
func (e *mEntity) decode(s attr.Stored, dst reflect.Value) error {
	s, err := e.inSchema(s)
	if err != nil {
		return err
	}
	return e.decodeCurrent(s, dst)
}

// recovered makes a panic of a function of the program's, which reads a value, an error of that item.
func (e *mEntity) recovered(s attr.Stored, err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = fmt.Errorf("decode %s %s: panic: %w\n%s", e.name, e.table.keyText(e.table.keyOf(s)), p, debug.Stack())
	default:
		*err = fmt.Errorf("decode %s %s: panic: %v\n%s", e.name, e.table.keyText(e.table.keyOf(s)), p, debug.Stack())
	}
}

// decodeCurrent is decode for an item in the entity's own schema.
func (e *mEntity) decodeCurrent(s attr.Stored, dst reflect.Value) (err error) {
	defer e.recovered(s, &err)
	if err := e.decodeItem(s, dst); err != nil {
		return fmt.Errorf("decode %s %s: %w", e.name, e.table.keyText(e.table.keyOf(s)), err)
	}
	e.setRevision(s, dst)
	if err := e.agreeing(s, dst); err != nil {
		return err
	}
	return e.decodeKey(s, dst)
}

// inSchema returns the item in the entity's own schema.
func (e *mEntity) inSchema(s attr.Stored) (attr.Stored, error) {
	if e.schema == 0 || schemaOf(s) >= e.schema {
		return s, nil
	}
	attrs, err := e.upgraded(s.Attributes())
	return loaded(attrs), err
}

// decodeKey sets what the primary key says in dst, and compares it with what dst holds already.
func (e *mEntity) decodeKey(s attr.Stored, dst reflect.Value) error {
	for _, k := range e.primary.keys() {
		if k.template.Native() {
			for i, p := range k.template.Parts() {
				if err := codec.DecodeField(p.Field, s.Attr(k.attrs[i]), p.Field.Addr(dst)); err != nil {
					return fmt.Errorf("decode %s %s: %w", e.name, e.table.keyText(e.table.keyOf(s)), err)
				}
			}
			continue
		}
		text, ok := s.Text(k.attrs[0])
		if !ok {
			return fmt.Errorf("decode %s: the item has no %s key %q", e.name, k.side, k.attrs[0])
		}
		if err := k.template.Decode(text, dst); err != nil {
			return fmt.Errorf("decode %s %s: %w", e.name, e.table.keyText(e.table.keyOf(s)), err)
		}
	}
	return nil
}

// agreeing compares the fields of the key that are zero because their attributes say so, where decodeKey takes a zero field
// for one that was not read.
func (e *mEntity) agreeing(s attr.Stored, dst reflect.Value) error {
	for _, k := range e.primary.keys() {
		for _, f := range k.template.Fields() {
			if k.template.Native() || !f.Stored() || !f.Get(dst).IsZero() || !s.Says(f.Path) {
				continue
			}
			text, _ := s.Text(k.attrs[0])
			if err := k.template.AgreesOn(f, text, dst); err != nil {
				return fmt.Errorf("decode %s %s: %w", e.name, e.table.keyText(e.table.keyOf(s)), err)
			}
		}
	}
	return nil
}

// claims reports whether e claims the item.
func (t *mTable) claims(e *mEntity, s attr.Stored) bool {
	claimed, err := t.claim(s)
	return err == nil && claimed == e
}
