package view

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// NewAggregate declares the fields of a target as functions of many sources.
func NewAggregate(name string, from, into *model.Entity, rules func() []Rule) (*View, error) {
	from.Table.Mutable("aggregate " + name)
	a := &aggregate{view: &View{Name: name, Table: from.Table}, source: from, target: into, labels: map[string]bool{}, rooms: map[string]room{}}
	a.view.Kind = a
	b := &aggregateBuilder{a: a}
	b.run(rules)
	if len(b.faults) > 0 {
		return nil, &fault.ModelError{Err: errors.Join(b.faults...)}
	}
	b.join()
	return a.view, nil
}

// aggregate is the view that derives fields of targets from their sources by rules. Immutable.
type aggregate struct {
	view           *View
	source, target *model.Entity
	by             []pairing
	rules          []Rule // in the order of their declaration
	when           []model.Predicate
	conds          []model.Clause // of when
	fills          []*field.Field
	sums           []sumRule
	ranks          []rankRule
	distincts      []distinctRule
	labels         map[string]bool // of the rules
	rooms          map[string]room // of the fields that are added to, by attribute
	keepExpired    bool
	own            bool
}

// pairing is a By rule.
type pairing struct{ from, into *field.Field }

// sumRule is a Sum, or a Count where from is nil.
type sumRule struct {
	label, attr string
	from, into  *field.Field
}

// rankRule is a Min, Max, Latest or Top.
type rankRule struct {
	label    string
	op       ruleOp
	by, from *field.Field // of the source
	at, into *field.Field // of the target
	n        int
	entry    func(reflect.Value) reflect.Value
}

type distinctRule struct {
	label, attr string
	from, into  *field.Field
}

// attrs returns the target's attributes that the aggregate fills.
func (a *aggregate) attrs() (out []string) {
	for _, r := range a.sums {
		out = append(out, r.attr)
	}
	for _, r := range a.distincts {
		out = append(out, r.attr)
	}
	for _, r := range a.ranks {
		out = append(out, r.into.Attr())
		if r.at != nil {
			out = append(out, r.at.Attr())
		}
	}
	return out
}

// aggregateBuilder collects the faults of an aggregate while it is declared.
type aggregateBuilder struct {
	a       *aggregate
	derived []*field.Field
	faults  []error
}

func (b *aggregateBuilder) fault(format string, args ...any) {
	b.faults = append(b.faults, fmt.Errorf("ddb: aggregate %s: %w", b.a.view.Name, fmt.Errorf(format, args...)))
}

func (b *aggregateBuilder) run(rules func() []Rule) {
	a := b.a
	if a.target.Table != a.source.Table {
		b.fault("%s and %s belong to different tables: a view has one table", a.source.Name, a.target.Name)
	}
	b.faults = append(b.faults, a.view.faults()...)
	var rs []Rule
	if err := fault.Safely(func() error { rs = rules(); return nil }); err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		b.fault("the function: %s", text)
		return
	}
	for _, e := range []*model.Entity{a.source, a.target} {
		if err := e.Proto.Changed(); err != nil {
			b.fault("%w", err)
		}
	}
	a.rules = rs
	for _, r := range rs {
		b.rule(r)
	}
	b.complete()
}

func (b *aggregateBuilder) rule(r Rule) {
	a := b.a
	switch r.Op {
	case RuleBy:
		from, into := b.from(r.Op, r.From), b.resolve(r.Op, "target", a.target, r.Into)
		if from == nil || into == nil {
			return
		}
		a.by = append(a.by, pairing{from, into})
	case RuleWhen:
		for _, c := range r.Conds {
			p, err := a.source.Declared(c)
			if err != nil {
				b.fault("when: %w", err)
				continue
			}
			a.when, a.conds = append(a.when, p), append(a.conds, c)
		}
	case RuleKeep:
		a.keepExpired = true
		if a.source.TTL == nil {
			b.fault("keep expired: %s has no TTL", a.source.Name)
		}
	case RuleOwn:
		a.own = true
	case RuleSum, RuleCount, RuleDistinct:
		b.number(r)
	case RuleMin, RuleMax, RuleLatest, RuleTop:
		b.rank(r)
	default:
		b.fault("a Rule is zero: make rules with the functions of this package")
	}
}

// number adds a rule whose field is a number that is added to.
func (b *aggregateBuilder) number(r Rule) {
	into := b.into(r.Op, r.Into)
	var from *field.Field
	if r.Op != RuleCount {
		if from = b.from(r.Op, r.From); from == nil {
			return
		}
	}
	if into == nil {
		return
	}
	if !model.IsNumber(into.Type) || into.AsString || into.Marshals() {
		b.fault("%s: field %s of %s is not stored as a number", r.Op, into.Name, b.a.target.Name)
		return
	}
	attr := into.Attr()
	b.a.rooms[attr], b.a.labels[r.label(attr)] = roomOf(into), true
	if r.Op == RuleDistinct {
		b.a.distincts = append(b.a.distincts, distinctRule{r.label(attr), attr, from, into})
		return
	}
	b.a.sums = append(b.a.sums, sumRule{r.label(attr), attr, from, into})
}

// rank adds a rule whose field is that of the first of its sources.
func (b *aggregateBuilder) rank(r Rule) {
	rank := rankRule{op: r.Op, n: 1, by: b.from(r.Op, r.By), into: b.into(r.Op, r.Into), entry: r.Entry}
	if rank.by == nil || rank.into == nil {
		return
	}
	if !ordered(rank.by.Type) {
		b.fault("%s: field %s of %s is a %s, which has no order here: use numbers, text, time.Time or []byte", r.Op, rank.by.Name, b.a.source.Name, rank.by.Type)
	}
	switch r.Op {
	case RuleLatest:
		rank.from, rank.at = b.from(r.Op, r.From), b.into(r.Op, r.At)
		if rank.from == nil || rank.at == nil {
			return
		}
		rank.label = r.label(rank.at.Attr())
	case RuleTop:
		if rank.n = r.N; r.N < 1 || r.N > 100 {
			b.fault("top: %d sources: 1 to 100", r.N)
		}
		if r.Entry == nil {
			b.fault("top: entry is nil")
		} else if least := leastEntry(rank.into); r.N*least > attr.MaxItemBytes {
			b.fault("top: %d entries of at least %d bytes each do not fit into field %s: an item has %d bytes", r.N, least, rank.into.Name, attr.MaxItemBytes)
		}
		rank.label = r.label(rank.into.Attr())
	default:
		rank.label = r.label(rank.into.Attr())
	}
	b.a.labels[rank.label] = true
	b.a.ranks = append(b.a.ranks, rank)
}

func ordered(t reflect.Type) bool {
	return model.IsNumber(t) || t.Kind() == reflect.String || model.IsBytes(t) || t == reflect.TypeFor[time.Time]()
}

func (b *aggregateBuilder) resolve(op ruleOp, side string, e *model.Entity, ptr any) *field.Field {
	f, err := e.Proto.Resolve(ptr)
	if err != nil {
		b.fault("%s: %s: %w", op, side, err)
		return nil
	}
	return f
}

// from resolves a field of the source.
func (b *aggregateBuilder) from(op ruleOp, ptr any) *field.Field {
	f := b.resolve(op, "source", b.a.source, ptr)
	if f != nil && b.a.source == b.a.target && b.a.source.DerivedBy(f) != "" {
		b.fault("%s: field %s of %s is derived by %s, so the view would depend on itself", op, f.Name, b.a.source.Name, b.a.source.DerivedBy(f))
	}
	return f
}

// into resolves a field of the target that the aggregate is to fill.
func (b *aggregateBuilder) into(op ruleOp, ptr any) *field.Field {
	t := b.a.target
	f := b.resolve(op, "target", t, ptr)
	if f == nil {
		return nil
	}
	if model.IsBlob(f.Type) {
		b.fault("%s: field %s of %s is a Blob, whose object belongs to one item: derive another field", op, f.Name, t.Name)
	}
	if by := t.DerivedBy(f); by != "" {
		b.fault("%s: field %s of %s is derived by %s already", op, f.Name, t.Name, by)
	}
	if slices.ContainsFunc(b.derived, f.Overlaps) {
		b.fault("%s: field %s of %s is filled by two rules", op, f.Name, t.Name)
	}
	b.derived = append(b.derived, f)
	switch {
	case !f.Stored():
		b.fault("%s: field %s of %s has no attribute", op, f.Name, t.Name)
		return nil
	case f.Packing != nil:
		b.fault("%s: field %s of %s is compressed, and a view changes its fields inside DynamoDB: remove Compress, or use another field", op, f.Name, t.Name)
		return nil
	case f.Nested():
		b.fault("%s: field %s of %s is inside attribute %q: use a top-level field", op, f.Name, t.Name, f.Attr())
		return nil
	}
	for _, kept := range []*field.Field{t.Version, t.TTL, t.Created, t.Updated} {
		if kept == f {
			b.fault("%s: the library sets field %s of %s: use another field", op, f.Name, t.Name)
		}
	}
	for _, r := range append(t.AllKeys(), t.Also...) {
		b.inIndexKey(op, f, r)
	}
	return f
}

// inIndexKey refuses a derived field that an index key is made of, unless the field's own attribute is the key.
func (b *aggregateBuilder) inIndexKey(op ruleOp, f *field.Field, r *model.IndexKeys) {
	for _, k := range r.Keys() {
		if slices.Contains(k.Template.Fields(), f) && (!k.Template.Native() || r.Index.Kind == model.PrimaryIndex) {
			b.fault("%s: field %s of %s is part of its %s key %q, which would go stale: use Native, or another field", op, f.Name, b.a.target.Name, r.Index.Name, k.Template)
		}
	}
	for _, c := range r.When {
		if mentions(b.a.target, c, f) {
			b.fault("%s: field %s of %s is in a When of %s, which would go stale", op, f.Name, b.a.target.Name, r.Index.Name)
		}
	}
}

// mentions reports whether a condition is about f, or about what lies inside it or around it.
func mentions(e *model.Entity, cl model.Clause, f *field.Field) bool {
	if cl.Op == model.OpNil {
		return false
	}
	if slices.ContainsFunc(cl.Kids, func(k model.Clause) bool { return mentions(e, k, f) }) {
		return true
	}
	g, err := e.Proto.Resolve(cl.Ptr)
	return err == nil && g.Overlaps(f)
}

// complete checks the rules as a whole.
func (b *aggregateBuilder) complete() {
	a := b.a
	var given []*field.Field
	for _, p := range a.by {
		if slices.Contains(given, p.into) {
			b.fault("by: field %s of %s is given twice", p.into.Name, a.target.Name)
		}
		given = append(given, p.into)
	}
	key := a.target.Primary.Fields()
	for _, f := range key {
		if !slices.Contains(given, f) {
			b.fault("no By gives %s, which is part of %s's primary key %s", f.Name, a.target.Name, a.target.Shape())
		}
	}
	for _, f := range given {
		if !slices.Contains(key, f) && !a.own {
			b.fault("by: field %s of %s is not part of its primary key %s", f.Name, a.target.Name, a.target.Shape())
		}
	}
	if len(b.derived) == 0 {
		b.fault("no rule fills a field")
	}
	if a.own {
		b.owned(given)
	}
	if n := 1 + 2*len(a.ranks) + 2*len(a.distincts); n > 90 {
		b.fault("%d ranks and values are more than one transaction holds", len(a.ranks)+len(a.distincts))
	}
}

// owned checks that the aggregate sets all attributes of its target.
func (b *aggregateBuilder) owned(given []*field.Field) {
	t := b.a.target
	known := func(f *field.Field) bool { return slices.Contains(given, f) || slices.Contains(b.derived, f) }
	for _, f := range t.Proto.Fields() {
		if f.Stored() && !f.Nested() && !known(f) {
			b.fault("own items: nothing fills field %s of %s", f.Name, t.Name)
		}
	}
	for _, r := range t.Indexed {
		if len(r.When) > 0 {
			b.fault("own items: %s has a When in %s", t.Name, r.Index.Name)
		}
	}
}

// join makes the aggregate part of its target's description.
func (b *aggregateBuilder) join() {
	a := b.a
	a.view.Table.AddView(a.view.Name, a.design)
	a.target.Made = a.target.Made || a.own
	a.fills = b.derived
	for _, f := range b.derived {
		a.target.Derive(f, a.view.Name)
	}
}

// faults returns the faults of a view, apart from its rules.
func (v *View) faults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: view %q: %w", v.Name, fmt.Errorf(format, args...)))
	}
	faults = append(faults, v.nameFaults()...)
	if !v.Table.HasCompanions() {
		fault("the items of the view need a table whose partition key and sort key are strings")
	}
	return faults
}
