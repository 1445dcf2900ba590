package write

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// entryPlan describes the change of one index entry, for [Op.String].
type entryPlan struct {
	keys    *model.IndexKeys
	out     bool // the item will not be in the index
	members []*field.Field
}

// touched reports whether an edit overlaps one of fs.
func (p *updatePlan) touched(fs []*field.Field) bool {
	return slices.ContainsFunc(p.edits, func(x edit) bool { return slices.ContainsFunc(fs, x.f.Overlaps) })
}

// planEntry plans the change of one index entry.
func (p *updatePlan) planEntry(r *model.IndexKeys) error {
	keys := r.Keys()
	changed := make([]bool, len(keys))
	whenTouched, any := p.touched(conditionFields(r)), false
	for i, k := range keys {
		changed[i] = p.touched(k.Template.Fields())
		any = any || changed[i]
	}
	any = any || whenTouched
	if !any && !p.upsert {
		return nil
	}
	if len(r.When) > 0 && r.NativeOnly {
		p.entries = append(p.entries, entryPlan{keys: r})
		return p.render(r, changed)
	}
	in, unknown := p.included(r, !any)
	switch {
	case in && p.upsert || whenTouched && in:
		for i := range changed {
			changed[i] = true
		}
	case !in && len(unknown) == 0:
		p.entries = append(p.entries, entryPlan{keys: r, out: true, members: conditionFields(r)})
		if whenTouched {
			p.leave = append(p.leave, r.Owns()...)
		}
		return nil
	}
	plan := entryPlan{keys: r, members: slices.Clone(conditionFields(r))}
	need := func(f *field.Field) {
		if !slices.Contains(plan.members, f) {
			plan.members = append(plan.members, f)
		}
		if !p.member(f).known() && !slices.Contains(unknown, f) {
			unknown = append(unknown, f)
		}
	}
	for i, k := range keys {
		switch {
		case !changed[i]:
		case !k.Template.Native():
			for _, f := range k.Template.Fields() {
				need(f)
			}
		case p.upsert:
			for _, f := range k.Template.Fields() {
				if !p.touched([]*field.Field{f}) { // an edit gives a new item a value
					need(f)
				}
			}
		}
	}
	p.entries = append(p.entries, plan)
	if len(unknown) > 0 {
		p.addMissing(r, unknown)
		return nil
	}
	return p.render(r, changed)
}

// included reports whether the item is in the index of r after the edits; unknown are the fields whose values decide that
// and are not known. If no edit touches the index entry, an existing item stays as it is. Then it is enough that a new item,
// in which unknown fields are absent, is not in the index.
func (p *updatePlan) included(r *model.IndexKeys, untouched bool) (in bool, unknown []*field.Field) {
	for i, c := range r.When {
		attrs := attr.Item{}
		var lacks, either []*field.Field
		for _, f := range p.e.FieldsOf(c) {
			m := p.member(f)
			switch {
			case !m.known():
				lacks = append(lacks, f)
				attr.SetPath(attrs, f.Path, p.e.Zero(f))
			case m.empty != nil && !slices.Contains(either, f):
				either = append(either, f)
			default:
				attr.SetPath(attrs, f.Path, m.av)
			}
		}
		holds, sure := p.evaluate(r.Unless[i], attrs, either)
		if !sure {
			lacks = append(lacks, either...)
		}
		if (len(lacks) == 0 || untouched) && sure && !holds {
			return false, nil
		}
		unknown = append(unknown, lacks...)
	}
	return len(unknown) == 0, unknown
}

// evaluate evaluates a condition on attrs. Each field of either may be absent or empty; sure is false if the result depends
// on that.
func (p *updatePlan) evaluate(holds model.Predicate, attrs attr.Item, either []*field.Field) (result, sure bool) {
	if len(either) == 0 {
		return holds(attrs), true
	}
	f, rest := either[0], either[1:]
	without, sure := p.evaluate(holds, attrs, rest)
	if !sure {
		return false, false
	}
	attrs, _ = attr.DeepCopy(&types.AttributeValueMemberM{Value: attrs}).(*types.AttributeValueMemberM).Value, true
	attr.SetPath(attrs, f.Path, p.member(f).empty)
	with, sure := p.evaluate(holds, attrs, rest)
	return with, sure && with == without
}

// addMissing records the fields that an index entry needs and the op does not give.
func (p *updatePlan) addMissing(r *model.IndexKeys, fs []*field.Field) {
	var missing []string
	for _, f := range fs {
		m := p.member(f)
		if m.fault == "MISSING" {
			missing = append(missing, f.Name)
			continue
		}
		if m.known() { // by an Eq of an empty value
			m.fault = "Eq of an empty value holds for an absent attribute and for an empty one, which differ for this index: use Absent"
		}
		p.refused = append(p.refused, fmt.Sprintf("%s is part of %s: %s; set it%s",
			f.Name, r.Index.Name, strings.TrimPrefix(m.fault, "REFUSED: "), orModify(p.e)))
	}
	if len(missing) > 0 {
		why := "the edit touches its key"
		if p.upsert {
			why = "a new item would be in it"
		}
		p.missing = append(p.missing, fmt.Sprintf("%s needs %s (%s): give it in If(Eq(…)), or in the key given by example%s",
			r.Index.Name, strings.Join(missing, " and "), why, orModify(p.e)))
	}
}

// render renders the keys of an index entry.
func (p *updatePlan) render(r *model.IndexKeys, changed []bool) error {
	it, attrs := p.e.NewItem(), attr.Item{}
	for _, k := range r.Keys() {
		for _, f := range k.Template.Fields() {
			if m := p.member(f); m.known() {
				f.Addr(it).Set(m.v)
				attr.SetPath(attrs, f.Path, m.av)
			}
		}
	}
	for i, k := range r.Keys() {
		if k.Template.Native() {
			if err := p.native(r, k, attrs); err != nil {
				return err
			}
			continue
		}
		if !changed[i] || p.e.Table.Primary.IsKey(k.Attrs[0]) { // the request's own key has it
			continue
		}
		s, err := r.Render(string(p.op.Verb), k, it)
		if err != nil {
			return err
		}
		p.keys[k.Attrs[0]] = s
	}
	return nil
}

// native refuses edits that give a Native key a value that is invalid in a key.
func (p *updatePlan) native(r *model.IndexKeys, k model.Key, attrs attr.Item) error {
	for i, part := range k.Template.Parts() {
		at := slices.IndexFunc(p.edits, func(x edit) bool { return x.f == part.Field })
		if at < 0 || !p.edits[at].whole() {
			continue
		}
		if p.edits[at].value == nil {
			if len(r.When) > 0 && r.NativeOnly {
				continue // it leaves the index
			}
			attrs = attr.Item{}
		}
		one := model.Key{Side: k.Side, Attrs: k.Attrs[i : i+1], Template: template.New(part), MaxBytes: k.MaxBytes}
		if err := r.CheckNative(string(p.op.Verb), one, attrs); err != nil {
			return err
		}
	}
	return nil
}
