package write

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// updatePlan plans what an Update or an Upsert writes beside its edits: the index keys that hold edited fields. To render a
// key it must know the values of all fields in it, its members.
type updatePlan struct {
	op     Op
	e      *model.Entity
	a      *action
	now    time.Time
	upsert bool

	edits   []edit // including those of the library
	asked   int    // the number of edits of the caller, which come first
	fromIf  map[*field.Field]member
	members map[*field.Field]member
	keys    map[string]string // index key attributes to set, by name
	leave   []string          // index key attributes to remove

	keyAttrs     attr.Item // for an Upsert: attributes of fields that the primary key holds in full
	partKeyAttrs attr.Item // likewise, of fields that it holds in part

	entries []entryPlan
	missing []string
	refused []string
}

func newUpdate(e *model.Entity, op Op, a *action, now time.Time) *updatePlan {
	return &updatePlan{
		op: op, e: e, a: a, now: now, upsert: op.Verb == VerbUpsert,
		fromIf: map[*field.Field]member{}, members: map[*field.Field]member{}, keys: map[string]string{},
	}
}

// plan resolves the edits and plans the index entries. It returns an error if something is wrong or missing.
func (p *updatePlan) plan() error {
	edits, err := editsOf(p.e, p.op.changes)
	if err != nil {
		return err
	}
	p.edits, p.asked = edits, len(edits)
	if err := p.readIf(p.op.conds); err != nil {
		return err
	}
	p.addKeptEdits()
	for _, r := range p.e.Indexed {
		if err := p.planEntry(r); err != nil {
			return err
		}
	}
	for i := range p.e.IndexFields {
		lone := &p.e.IndexFields[i]
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
		if p.keyAttrs, p.partKeyAttrs, err = p.e.KeyAttributes(p.op.item); err != nil {
			return err
		}
	}
	if len(p.refused) > 0 || len(p.missing) > 0 {
		return fault.Model("%s", strings.Join(append(slices.Clone(p.refused), p.missing...), "; "))
	}
	return nil
}

// nested refuses edits of an Upsert inside a struct, list or map: in a new item it does not exist.
func (p *updatePlan) nested() {
	refuse := func(what, name string) {
		outer, _, _ := strings.Cut(name, ".")
		p.refused = append(p.refused, fmt.Sprintf("%s: a new item has no %[2]s to change: set the whole of %[2]s", what, outer))
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

// addKeptEdits adds edits of the version and the timestamps, which index keys may hold.
func (p *updatePlan) addKeptEdits() {
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
