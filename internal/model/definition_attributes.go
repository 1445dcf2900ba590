package model

import (
	"strings"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// maxAttributeName is DynamoDB's limit for the name of an attribute that is in no key.
const maxAttributeName = 65535

// checkAttributes checks that each key attribute has one source: a template, or a Native field.
func (d *Definition) checkAttributes() {
	source := map[string]string{}
	for _, r := range d.E.AllKeys() {
		for _, k := range r.Keys() {
			parts := k.Template.Parts()
			for i, attr := range k.Attrs {
				if r.faulty {
					continue // reported already
				}
				text := k.Template.String()
				f := d.attribute(attr)
				if k.Template.Native() {
					if i >= len(parts) {
						continue // reported with the template
					}
					text = template.New(parts[i]).String()
					d.checkNative(r, parts[i].Field, attr)
				} else if f != nil {
					d.fault("%s: key attribute %q is also field %s: use Native(&…), or tag the field with another name", r.Index.Name, attr, f.Name)
				}
				if have, ok := source[attr]; ok && have != text {
					d.fault("%s: key attribute %q has two templates, %q and %q: indexes that share an attribute need the same template", r.Index.Name, attr, have, text)
				}
				source[attr] = text
			}
		}
	}
}

func (d *Definition) checkNative(r *IndexKeys, f *field.Field, attr string) {
	if f.Stored() && !f.Nested() && f.Attr() != attr {
		d.fault("%s: Native(%s) is stored as %q, the key attribute is %q: tag the field with that name", r.Index.Name, f.Name, strings.Join(f.Path, "."), attr)
	}
}

// attribute returns the field that is stored as the top-level attribute attr, nil if there is none.
func (d *Definition) attribute(attr string) *field.Field {
	for _, f := range d.E.Proto.Fields() {
		if f.Attr() == attr && !f.Nested() {
			return f
		}
	}
	return nil
}
