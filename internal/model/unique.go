package model

import (
	"crypto/sha256"
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// Unique is a unique constraint of an entity. For each value there is a further item with the key of the item that holds it.
type Unique struct {
	Name     string
	Template template.Template
	Fields   []*field.Field // the fields that the primary key does not hold in full
}

// Unique declares the unique constraint name: no two items of the entity have the same value of parts.
func (d *Definition) Unique(name string, parts Parts) {
	ix := &Index{Name: "unique " + name}
	u := &Unique{Name: name, Template: d.template(ix, "value", parts, 1)}
	switch {
	case name == "" || strings.ContainsAny(name, "~=") || !utf8.ValidString(name):
		d.fault("unique: name %q must be valid UTF-8, not be empty, and not contain ~ or =", name)
	case u.Template.Native():
		d.fault("unique %s: Native parts are for index keys: use Str, Fold, Num or Text", name)
	case slices.ContainsFunc(u.Template.Parts(), func(p template.Part) bool { return p.Kind == template.Shard }):
		d.fault("unique %s: %q has a Shard, which many values share: use Str or Fold", name, u.Template)
	case len(parts) > 0 && len(u.Template.Fields()) == 0 && !u.Template.IsZero():
		d.fault("unique %s: %q has no field", name, u.Template)
	}
	for _, other := range d.E.Uniques {
		if other.Name == name {
			d.fault("unique %s: declared twice: remove one", name)
		}
	}
	d.E.Uniques = append(d.E.Uniques, u)
}

// checkUniques checks that the table can store unique constraints.
func (d *Definition) checkUniques() {
	for _, u := range d.E.Uniques {
		for _, f := range u.Template.Fields() {
			if !d.E.Primary.HoldsInFull(f) {
				u.Fields = append(u.Fields, f)
			}
		}
		for attr, t := range d.E.Primary.keyTypes() {
			if t != types.ScalarAttributeTypeS {
				d.fault("unique %s: key attribute %q has type %s, but items of the library's own need string keys", u.Name, attr, t)
			}
		}
	}
}

// Text returns the unique value of an item, "" if it has none.
func (u *Unique) Text(it reflect.Value) (string, error) {
	s, err := u.Template.Encode(it)
	if err != nil && u.Template.Lacks(it) { // the error may be about another part
		return "", nil
	}
	return s, err
}

// Key returns the key of the constraint for a value. A value that is too long for a key is hashed.
func (u *Unique) Key(e *Entity, text string) attr.Item {
	s := UniquePrefix + e.Name + "~" + u.Name + "=" + text
	if len(s) > MaxSortBytes {
		sum := sha256.Sum256([]byte(text))
		s = UniquePrefix + e.Name + "~" + u.Name + "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	key := attr.Item{}
	for _, attr := range e.Table.Primary.Attrs() {
		key[attr] = &types.AttributeValueMemberS{Value: s}
	}
	return key
}

// Holder decodes a stored item without an upgrade of its schema: it holds the unique values that were written. It is the zero
// Value if the item cannot be decoded that way.
func (e *Entity) Holder(attrs attr.Item) reflect.Value {
	it := e.NewItem()
	if e.Codec.Decode(attrs, it) != nil || e.DecodeKey(Loaded(attrs), it) != nil {
		return reflect.Value{}
	}
	return it
}
