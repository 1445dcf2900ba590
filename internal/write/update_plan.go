package write

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// updatePlan finds out what an Update or an Upsert writes beside its edits: the keys of the index rows that they
// touch, made of members whose values it must know.
type updatePlan struct {
	op     Op
	e      *model.Entity
	a      *action
	now    time.Time
	upsert bool

	edits   []edit // the library's own included
	asked   int    // how many of them are the caller's
	given   map[*field.Field]member
	members map[*field.Field]member
	keys    map[string]string // index key attributes to set, by name
	leave   []string          // those to remove
	keyed   attr.Item         // attributes of fields that the primary key says, of an Upsert
	kept    attr.Item         // those of which it says something

	rows    []rowPlan
	missing []string
	refused []string
}

// member is what is known of a field.
type member struct {
	v      reflect.Value
	av     types.AttributeValue // nil where the attribute is absent
	empty  types.AttributeValue // of what may be absent or this: that it equals an empty value holds for both
	from   string
	assert bool
	fault  string // why it cannot be known
}

func (m member) known() bool { return m.fault == "" }

// rowPlan is what becomes of one index row, for [Op.String].
type rowPlan struct {
	row     *model.IndexKeys
	out     bool // the item leaves the index, or is not in it
	members []*field.Field
}

func newUpdate(e *model.Entity, op Op, a *action, now time.Time) *updatePlan {
	return &updatePlan{
		op: op, e: e, a: a, now: now, upsert: op.Verb == VerbUpsert,
		given: map[*field.Field]member{}, members: map[*field.Field]member{}, keys: map[string]string{},
	}
}

// plan resolves edits and rows, or says what is wrong.
func (p *updatePlan) plan() error {
	edits, err := editsOf(p.e, p.op.changes)
	if err != nil {
		return err
	}
	p.edits, p.asked = edits, len(edits)
	if err := p.readIf(p.op.conds); err != nil {
		return err
	}
	p.keep()
	for _, r := range p.e.Indexed {
		if err := p.row(r); err != nil {
			return err
		}
	}
	for i := range p.e.Lone {
		lone := &p.e.Lone[i]
		for _, x := range p.edits {
			if x.f != lone.Field || x.at != nil || x.value == nil {
				continue
			}
			if err := lone.Check(string(p.op.Verb), attr.Item{lone.Key.Attrs[0]: x.value}); err != nil {
				return err
			}
		}
	}
	if p.upsert {
		p.nested()
		if p.keyed, p.kept, err = p.e.KeyAttributes(p.op.item); err != nil {
			return err
		}
	}
	if len(p.refused) > 0 || len(p.missing) > 0 {
		return fault.Model("%s", strings.Join(append(slices.Clone(p.refused), p.missing...), "; "))
	}
	return nil
}

// nested refuses what an Upsert would store inside a struct, list or map: a new item has none.
func (p *updatePlan) nested() {
	refuse := func(what, name string) {
		outer, _, _ := strings.Cut(name, ".")
		p.refused = append(p.refused, fmt.Sprintf("%s: a new item has nothing that it could be stored in; set the whole of %s", what, outer))
	}
	for i := range p.edits[:p.asked] {
		if x := &p.edits[i]; x.f.Nested() || x.at != nil {
			refuse(x.String(), x.f.Name)
		}
	}
	for f, m := range p.members {
		if f.Nested() && m.known() && m.from != "edit" && m.from != "key" && m.av != nil {
			refuse(f.Name+", known from "+m.from, f.Name)
		}
	}
	slices.Sort(p.refused)
}

// keep adds the edits of the library's own: version and timestamps, which index keys may hold.
func (p *updatePlan) keep() {
	set := func(f *field.Field, op editOp, v any) {
		x := edit{op: op, f: f, v: reflect.ValueOf(v)}
		x.value, _ = codec.EncodeField(model.KeepEmpty(f), x.v)
		p.edits = append(p.edits, x)
	}
	if f := p.e.Version; f != nil {
		if n := f.Get(p.op.item).Int(); n != 0 && !p.upsert {
			set(f, EditSet, n+1)
		} else {
			set(f, EditAdd, int64(1))
		}
	}
	if f := p.e.Updated; f != nil {
		set(f, EditSet, p.now.Truncate(Precision(f)))
	}
	if f := p.e.Created; f != nil && p.upsert {
		at, _ := reflect.TypeAssert[time.Time](f.Get(p.op.item))
		if at.IsZero() {
			at = p.now.Truncate(Precision(f))
		}
		set(f, EditDefault, at)
	}
}

// readIf takes from the conditions what they say about fields.
func (p *updatePlan) readIf(conds []model.Clause) error {
	for _, cl := range conds {
		if cl.Op == model.OpNil {
			return fault.Model("If: a nil condition")
		}
		switch cl.Op {
		case model.OpAnd:
			if err := p.readIf(cl.Kids); err != nil {
				return err
			}
		case model.OpEq, model.OpAbsent:
			f, vals, err := p.e.Operands(cl)
			if err != nil {
				return fmt.Errorf("If: %w", err)
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
			p.given[f] = m
		default: // says nothing certain
		}
	}
	return nil
}

// member says what f is after the edits.
func (p *updatePlan) member(f *field.Field) member {
	if m, ok := p.members[f]; ok {
		return m
	}
	m := p.find(f)
	p.members[f] = m
	return m
}

func (p *updatePlan) find(f *field.Field) member {
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
	if m, ok := p.given[f]; ok {
		return m
	}
	v := f.Get(p.op.item)
	if p.e.Primary.Keeps(f) {
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

// edited says what an edit of f, or of a struct that f is in, makes of f.
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

// touched reports whether an edit overlaps one of fs.
func (p *updatePlan) touched(fs []*field.Field) bool {
	return slices.ContainsFunc(p.edits, func(x edit) bool { return slices.ContainsFunc(fs, x.f.Overlaps) })
}

// row plans one index row.
func (p *updatePlan) row(r *model.IndexKeys) error {
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
	if len(r.When) > 0 && r.Kept {
		p.rows = append(p.rows, rowPlan{row: r})
		return p.render(r, changed)
	}
	in, unknown := p.included(r, !any)
	switch {
	case in && p.upsert || whenTouched && in:
		for i := range changed {
			changed[i] = true
		}
	case !in && len(unknown) == 0:
		p.rows = append(p.rows, rowPlan{row: r, out: true, members: conditionFields(r)})
		if whenTouched {
			p.leave = append(p.leave, r.Owns()...)
		}
		return nil
	}
	plan := rowPlan{row: r, members: slices.Clone(conditionFields(r))}
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
				if !p.touched([]*field.Field{f}) { // any edit gives a new item a value
					need(f)
				}
			}
		}
	}
	p.rows = append(p.rows, plan)
	if len(unknown) > 0 {
		p.lacks(r, unknown)
		return nil
	}
	return p.render(r, changed)
}

// included says whether the item is in the row's index after the edits, as far as that is known; unknown are the
// fields that are needed to tell. Where the row is untouched, an item that was there is left as it is; so it is enough
// to know that a new one, in which what is not known is absent, is not in the index.
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
		holds, sure := p.whether(r.Unless[i], attrs, either)
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

// whether evaluates a condition on attrs, in which each of some fields may be absent or empty; sure is false where that
// makes a difference.
func (p *updatePlan) whether(holds model.Predicate, attrs attr.Item, either []*field.Field) (result, sure bool) {
	if len(either) == 0 {
		return holds(attrs), true
	}
	f, rest := either[0], either[1:]
	without, sure := p.whether(holds, attrs, rest)
	if !sure {
		return false, false
	}
	attrs, _ = attr.DeepCopy(&types.AttributeValueMemberM{Value: attrs}).(*types.AttributeValueMemberM).Value, true
	attr.SetPath(attrs, f.Path, p.member(f).empty)
	with, sure := p.whether(holds, attrs, rest)
	return with, sure && with == without
}

// lacks records what a row needs and nobody has said.
func (p *updatePlan) lacks(r *model.IndexKeys, fs []*field.Field) {
	var missing []string
	for _, f := range fs {
		m := p.member(f)
		if m.fault == "MISSING" {
			missing = append(missing, f.Name)
			continue
		}
		if m.known() { // of an If that does not say which
			m.fault = "Eq of an empty value holds for an absent attribute and for an empty one, and the index tells them apart: ask for Absent"
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

// render makes the keys of a row that the item is in.
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
		if !changed[i] || p.e.Table.Primary.IsKey(k.Attrs[0]) { // which the key of the request says
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

// native refuses edits that leave a Native key without a value it can have.
func (p *updatePlan) native(r *model.IndexKeys, k model.Key, attrs attr.Item) error {
	for i, part := range k.Template.Parts() {
		at := slices.IndexFunc(p.edits, func(x edit) bool { return x.f == part.Field })
		if at < 0 || !p.edits[at].whole() {
			continue
		}
		if p.edits[at].value == nil {
			if len(r.When) > 0 && r.Kept {
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

// write adds the edits, the index keys and the assertions to the action.
func (p *updatePlan) write() {
	u, x := &p.a.update, &p.a.x
	for i := range p.edits {
		p.edits[i].write(u, x)
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

// writeKeyFields stores the attributes of the fields of the primary key, as a put does: what looks at an item looks at its
// attributes. Of what the key does not say in full, such as the case of a Fold, an item that is there keeps its own.
func (p *updatePlan) writeKeyFields() {
	u, x := &p.a.update, &p.a.x
	for _, attr := range attr.SortedNames(p.keyed) {
		u.Set(x.Name(attr), x.Value(p.keyed[attr]))
	}
	for _, attr := range attr.SortedNames(p.kept) {
		known := func(f *field.Field) bool { m, ok := p.members[f]; return ok && m.known() && f.Attr() == attr }
		if !slices.ContainsFunc(p.e.KeyFields(), known) {
			u.Set(x.Name(attr), "if_not_exists("+x.Name(attr)+", "+x.Value(p.kept[attr])+")")
		}
	}
}

// String prints the edits and, for each row that they touch, where its members come from.
func (p *updatePlan) String() string {
	var b strings.Builder
	for i := range p.edits[:p.asked] {
		b.WriteString(map[bool]string{true: ": ", false: ", "}[i == 0] + p.edits[i].String())
	}
	for _, r := range p.rows {
		b.WriteString("; " + r.row.Index.Name)
		if r.out {
			b.WriteString(" left")
		}
		for i, f := range r.members {
			m := p.member(f)
			b.WriteString(map[bool]string{true: " from ", false: ", "}[i == 0] + f.Name)
			switch {
			case m.known():
				b.WriteString(" (" + m.from + ")")
			case m.fault == "MISSING" && r.out:
				b.WriteString(" (not needed)")
			case m.fault == "MISSING":
				b.WriteString(" MISSING: give it in If(Eq(…)) or in the example" + orModify(p.e))
			default:
				b.WriteString(" " + m.fault)
			}
		}
	}
	return b.String()
}

// orModify is the further way that an entity with a Version has.
func orModify(e *model.Entity) string {
	if e.Version == nil {
		return ""
	}
	return ", or use Modify"
}
