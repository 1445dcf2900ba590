package write

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
)

// guard is one condition of an action. If several fail, the error names the first one. Guards are rendered as an expression
// only when the request is made.
type guard struct {
	op   int // the position of the op that it belongs to
	kind guardKind
	test test
}

type guardKind uint8

const (
	guardItem  guardKind = iota // a condition of the caller
	guardRead                   // the item is as the library read it; if not, try again
	guardStamp                  // the item was not written by an earlier attempt of this write
	guardOlder                  // the item has the entity's schema; if not, rewrite it and try again
)

// test is what a guard requires of the stored item.
type test interface {
	// text writes the test as a condition of a.
	text(a *action) string
	// holds evaluates the test on an item, nil if there is none; known is false if only DynamoDB can evaluate it.
	holds(a *action, old attr.Item) (holds, known bool)
	// why returns the error for an item for which the test does not hold.
	why(a *action, old attr.Item) error
}

// isAbsent requires that there is no item, or an expired one. For an update it requires that nothing is stored at all: an
// update would keep attributes of an expired item, see [action.resurrects].
type isAbsent struct{ as absence }

// absence says why the item must be absent, and so which error an existing item means.
type absence uint8

const (
	absentToCreate  absence = iota // the item exists already
	absentAtZero                   // the caller gave version 0, the item has another one
	absentAsRead                   // the item was created after the read
	absentNoVersion                // another write used the number of the version
)

func (t isAbsent) text(a *action) string {
	text := "attribute_not_exists(" + a.pk() + ")"
	if a.e.TTL != nil && a.role == roleItem && a.kind != updateAction {
		text += " OR " + a.x.Path(a.e.TTL.Path) + " <= " + a.x.Value(model.TTLOf(a.now))
	}
	return text
}

func (isAbsent) holds(_ *action, old attr.Item) (bool, bool) { return old == nil, true }

func (t isAbsent) why(a *action, old attr.Item) error {
	switch t.as {
	case absentAtZero:
		return staleVersion(a.e, 0, old)
	case absentAsRead:
		return fmt.Errorf("%w: another write created the item", fault.ErrConflict)
	case absentNoVersion:
		return fmt.Errorf("%w: another write stored this version", fault.ErrConflict)
	default:
		return fault.ErrExists
	}
}

// isThere requires an item that has not expired. version is the one that the caller gave, 0 if none.
type isThere struct{ version int64 }

func (isThere) text(a *action) string {
	return plan.And("attribute_exists("+a.pk()+")", a.aliveText())
}

func (isThere) holds(_ *action, old attr.Item) (bool, bool) { return old != nil, true }

func (t isThere) why(a *action, old attr.Item) error {
	if t.version != 0 {
		return staleVersion(a.e, t.version, old)
	}
	return fault.ErrNotFound
}

// hasVersion requires the version that the caller gave.
type hasVersion struct{ n int64 }

func (t hasVersion) text(a *action) string {
	path := a.x.Path(a.e.Version.Path)
	text := path + " = " + a.x.Value(attr.Number(t.n))
	if t.n == 0 { // an item written before the entity had a Version
		text += " OR attribute_not_exists(" + path + ")"
	}
	return text
}

func (t hasVersion) holds(a *action, old attr.Item) (bool, bool) {
	have := attr.At(old, a.e.Version.Path)
	return have == nil && t.n == 0 || have != nil && attr.Equal(have, attr.Number(t.n)), true
}

func (t hasVersion) why(a *action, old attr.Item) error { return staleVersion(a.e, t.n, old) }

func staleVersion(e *model.Entity, n int64, old attr.Item) error {
	have, _ := attr.At(old, e.Version.Path).(*types.AttributeValueMemberN)
	switch {
	case old == nil:
		return fmt.Errorf("%w: version %d was given, no item is stored: read it again", fault.ErrConflict, n)
	case have == nil:
		return fmt.Errorf("%w: version %d was given, the stored item has none: read it again", fault.ErrConflict, n)
	}
	return fmt.Errorf("%w: version %d was given, %s is stored: read it again", fault.ErrConflict, n, have.Value)
}

// fieldIs requires that a field has the value that the caller gave. Another value is a concurrent modification.
type fieldIs struct {
	f    *field.Field
	want types.AttributeValue
}

func (t fieldIs) text(a *action) string {
	return model.Comparison(&a.x, model.OpEq, t.f, []types.AttributeValue{t.want})
}

func (t fieldIs) holds(_ *action, old attr.Item) (bool, bool) {
	return model.Holds(model.OpEq, t.f, attr.At(old, t.f.Path), []types.AttributeValue{t.want}), true
}

func (t fieldIs) why(_ *action, old attr.Item) error {
	return fmt.Errorf("%w: %s was given as %s, %s is stored: read it again", fault.ErrConflict, t.f.Name, attr.Text(t.want), attr.Text(attr.At(old, t.f.Path)))
}

// attributeIs requires that a top-level attribute is as it was read; want is nil if it was absent.
type attributeIs struct {
	attr string
	want types.AttributeValue
}

func (t attributeIs) text(a *action) string {
	if t.want == nil {
		return "attribute_not_exists(" + a.x.Name(t.attr) + ")"
	}
	return a.x.Name(t.attr) + " = " + a.x.Value(t.want)
}

func (t attributeIs) holds(_ *action, old attr.Item) (bool, bool) {
	have := old[t.attr]
	return have == nil && t.want == nil || have != nil && t.want != nil && attr.Equal(have, t.want), true
}

func (t attributeIs) why(_ *action, old attr.Item) error {
	return fmt.Errorf("%w: %s was read as %s, %s is stored", fault.ErrConflict, t.attr, attr.Text(t.want), attr.Text(old[t.attr]))
}

// meets requires a condition of an If or a Check.
type meets struct {
	cond     model.Clause
	compiled model.Compiled
}

func (t *meets) text(a *action) string { return t.compiled.Text(&a.x) }

func (t *meets) holds(_ *action, old attr.Item) (bool, bool) {
	if !t.compiled.Local() {
		return false, false
	}
	return t.compiled.Holds(old), true
}

func (t *meets) why(a *action, _ attr.Item) error {
	return fmt.Errorf("%w: %s", fault.ErrCondition, a.e.Describe(t.cond))
}

// inSchema requires that the item has no newer schema; with exactly, that it has this program's schema.
type inSchema struct{ exactly bool }

func (t inSchema) text(a *action) string {
	attr, own := a.x.Name(model.SchemaAttr), a.x.Value(attr.Number(int64(a.e.Schema)))
	if t.exactly {
		return attr + " = " + own
	}
	return "attribute_not_exists(" + attr + ") OR " + attr + " <= " + own
}

func (t inSchema) holds(a *action, old attr.Item) (bool, bool) {
	have := model.SchemaOf(model.Loaded(old))
	return have == a.e.Schema || have < a.e.Schema && !t.exactly, true
}

func (inSchema) why(a *action, old attr.Item) error { return a.e.OtherSchema(old) }

// notOwnWrite keeps a write from being applied twice: if the response of an attempt is lost, the next attempt finds the
// stamp of the first one.
type notOwnWrite struct{ stamp types.AttributeValue }

func (t notOwnWrite) text(a *action) string {
	return a.x.Name(model.WriteStampAttr) + " <> " + a.x.Value(t.stamp)
}

func (t notOwnWrite) holds(_ *action, old attr.Item) (bool, bool) {
	have := old[model.WriteStampAttr]
	return have == nil || !attr.Equal(have, t.stamp), true
}

func (notOwnWrite) why(*action, attr.Item) error {
	return fmt.Errorf("%w: an earlier attempt of this write was applied", fault.ErrConflict)
}
