package write

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
)

// apply adds the edits, the index keys and the guards to the action.
func (p *updatePlan) apply() {
	u, x := &p.a.update, &p.a.x
	for i := range p.edits {
		p.edits[i].addTo(u, x)
	}
	for _, attr := range slices.Sorted(maps.Keys(p.keys)) {
		u.Set(x.Name(attr), x.Value(&types.AttributeValueMemberS{Value: p.keys[attr]}))
	}
	for _, attr := range p.leave {
		if _, set := p.keys[attr]; !set {
			u.Remove(x.Name(attr))
		}
	}
	if p.upsert {
		p.writeKeyFields()
	}
	for _, f := range p.e.Proto.Fields() {
		m, ok := p.members[f]
		if !ok || !m.known() || m.from == "edit" || m.from == "key" {
			continue
		}
		if m.assert && !p.upsert {
			p.a.guard(guardItem, fieldIs{f, m.av})
		}
		if p.upsert && m.av != nil {
			u.Set(x.Path(f.Path), x.Value(m.av))
			if m.assert {
				p.a.guard(guardItem, fieldIs{f, m.av})
			}
		}
	}
}

// writeKeyFields stores the fields of the primary key that have attributes of their own, as a put does. Other programs and
// conditions use these attributes. If the key holds a field in part only, such as by Fold, an existing item keeps its value.
func (p *updatePlan) writeKeyFields() {
	u, x := &p.a.update, &p.a.x
	for _, attr := range attr.SortedNames(p.keyAttrs) {
		u.Set(x.Name(attr), x.Value(p.keyAttrs[attr]))
	}
	for _, attr := range attr.SortedNames(p.partKeyAttrs) {
		known := func(f *field.Field) bool { m, ok := p.members[f]; return ok && m.known() && f.Attr() == attr }
		if !slices.ContainsFunc(p.e.KeyFields(), known) {
			u.Set(x.Name(attr), "if_not_exists("+x.Name(attr)+", "+x.Value(p.partKeyAttrs[attr])+")")
		}
	}
}
