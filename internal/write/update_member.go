package write

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// member is the value of a field after the update, as far as it is known.
type member struct {
	v      reflect.Value
	av     types.AttributeValue // nil if the attribute is absent
	empty  types.AttributeValue // if the attribute may also be this empty value: an Eq of an empty value allows both
	from   string               // the source of the value: an edit, a condition, the key or the example
	assert bool                 // the update asserts the value
	fault  string               // why the value is not known
}

func (m member) known() bool { return m.fault == "" }

// readIf takes the values of fields from the conditions.
func (p *updatePlan) readIf(conds []model.Clause) error {
	for _, cl := range conds {
		if cl.Op == model.OpNil {
			return fault.Model("If: a condition is nil: remove it")
		}
		switch cl.Op {
		case model.OpAnd:
			if err := p.readIf(cl.Kids); err != nil {
				return err
			}
		case model.OpEq, model.OpAbsent:
			f, vals, err := p.e.Operands(cl)
			if err != nil {
				return fmt.Errorf("If: %w", err) //nolint:staticcheck // If is the name of the option
			}
			m := member{v: reflect.Zero(f.Type), av: p.e.Zero(f), from: "If"}
			if cl.Op == model.OpEq {
				if rv := reflect.ValueOf(cl.Vals[0]); rv.IsValid() {
					m.v = rv
				}
				if m.av = vals[0]; model.Omitted(f, m.av) {
					m.av, m.empty = nil, vals[0]
				}
			}
			p.fromIf[f] = m
		default: // determines no value
		}
	}
	return nil
}

// member returns the value of f after the edits.
func (p *updatePlan) member(f *field.Field) member {
	if m, ok := p.members[f]; ok {
		return m
	}
	m := p.resolveMember(f)
	p.members[f] = m
	return m
}

// resolveMember looks for the value of f in the edits, the conditions, the key and the example, in that order.
func (p *updatePlan) resolveMember(f *field.Field) member {
	for i := range p.edits {
		x := &p.edits[i]
		if !x.f.Overlaps(f) {
			continue
		}
		if x.whole() && (x.f == f || len(x.f.Index) < len(f.Index)) {
			return p.edited(x, f)
		}
		return member{fault: fmt.Sprintf("REFUSED: %s leaves a value that only DynamoDB knows", x)}
	}
	if m, ok := p.fromIf[f]; ok {
		return m
	}
	v := f.Get(p.op.item)
	if p.e.Primary.HoldsInFull(f) {
		av, err := p.e.Value(f, v)
		if err != nil {
			return member{fault: err.Error()}
		}
		return member{v: v, av: av, from: "key"}
	}
	if v.IsZero() {
		return member{fault: "MISSING"}
	}
	av, err := p.e.Value(f, v)
	if err != nil {
		return member{fault: err.Error()}
	}
	m := member{v: v, av: av, from: "example, asserted", assert: true}
	if av != nil && model.Omitted(f, av) {
		m.empty = av
	}
	return m
}

// edited returns the value of f after an edit of f, or of a struct that contains f.
func (p *updatePlan) edited(x *edit, f *field.Field) member {
	m := member{v: x.v, av: x.value, from: "edit"}
	if x.f == f {
		if m.av == nil {
			m.av = p.e.Zero(f)
		}
		return m
	}
	scratch := p.e.NewItem()
	x.f.Addr(scratch).Set(x.v)
	m.v, m.av = f.Get(scratch), nil
	switch outer, ok := x.value.(*types.AttributeValueMemberM); {
	case ok:
		m.av = attr.At(outer.Value, f.Path[len(x.f.Path):])
	case x.f.Type.Kind() == reflect.Struct:
		m.av = p.e.Zero(f)
	}
	return m
}
