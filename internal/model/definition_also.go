package model

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/template"
)

// fillAlsoIn fills in the index keys declared by AlsoIn, from the fields and keys that set the index's attributes.
func (d *Definition) fillAlsoIn() {
	for _, r := range d.E.Also {
		var ok bool
		if r.Partition, ok = d.implied(r.Index.Partition); ok {
			r.Sort, ok = d.implied(r.Index.Sort)
		}
		r.Mixed = mixed(r.Index.Partition, r.Partition) || mixed(r.Index.Sort, r.Sort)
		r.types = d.impliedTypes(r.Index.Attrs())
		switch {
		case slices.ContainsFunc(d.E.Indexed, func(o *IndexKeys) bool { return o.Index == r.Index }):
			d.fault("also in %s: declared with Index too: remove AlsoIn", r.Index.Name)
		case !ok:
			d.fault("also in %s: the items lack a key attribute of %v, so they are not in the index: remove AlsoIn", r.Index.Name, r.Index.Attrs())
		}
	}
}

// implied returns the template of key attributes that other index keys of the entity, or its fields, set.
func (d *Definition) implied(attrs []string) (template.Template, bool) {
	var parts []template.Part
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			parts = append(parts, template.Part{Kind: template.Native, Field: f})
			continue
		}
		i := slices.IndexFunc(d.E.AllKeys(), func(r *IndexKeys) bool { return r.Index.IsKey(attr) })
		if i < 0 {
			return template.Template{}, false
		}
		for _, k := range d.E.AllKeys()[i].Keys() {
			if at := slices.Index(k.Attrs, attr); at >= 0 {
				if len(attrs) == 1 {
					return k.Template, true
				}
				if ps := k.Template.Parts(); k.Template.Native() && at < len(ps) {
					parts = append(parts, ps[at])
				} else {
					parts = append(parts, ps...)
				}
			}
		}
	}
	return template.New(parts...), true
}

// impliedTypes returns the types of key attributes that other index keys of the entity, or its fields, set.
func (d *Definition) impliedTypes(attrs []string) map[string]types.ScalarAttributeType {
	out := map[string]types.ScalarAttributeType{}
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			out[attr] = nativeType(f)
			continue
		}
		for _, r := range d.E.AllKeys() {
			if t, ok := r.keyTypes()[attr]; ok {
				out[attr] = t
			}
		}
	}
	return out
}

// mixed reports whether, of several key attributes, one is not stored by a field.
func mixed(attrs []string, t template.Template) bool {
	return len(attrs) > 1 && slices.ContainsFunc(t.Parts(), func(p template.Part) bool { return p.Kind != template.Native })
}

// checkMembership reports indexes that the items are in without a declaration, because of their attributes.
func (d *Definition) checkMembership() {
	wrong := d.E.Table.faults().in
	for _, ix := range d.E.Table.Indexes {
		if d.E.KeysIn(ix) != nil || wrong[ix] {
			continue
		}
		if _, in := d.implied(ix.Attrs()); in {
			d.fault("the items have all key attributes of %s %v, so they are in it without a declaration: call Index, or AlsoIn to accept that", ix.Name, ix.Attrs())
		}
	}
}
