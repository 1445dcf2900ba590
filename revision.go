package ddb

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// Revision fills f, which must be tagged dynamodbav:"-", with the revision of the item in each read and write. A write that
// is given one that is not empty asserts it, else the error matches [ErrConflict]: Put, Replace, Update, Modify, Move,
// Delete, Take, Check, and Upsert where there is an item. Create takes no notice of it. The entity must declare a Version.
//
// Without it, writes assert the version number alone. An item that was deleted and created anew since it was read starts
// again with version 1, and is then taken for the one that was read. A version that [History] or [Query.Select] returns
// has no revision, and neither has an item from before [Definition.Version] was declared: its first Update gives it one. What
// views write (derived fields) makes no other state.
func (d *mDefinition) Revision(f any) {
	field, err := d.e.proto.Resolve(f)
	switch {
	case err != nil:
		d.fault("revision: %w", d.foreign(err))
		return
	case d.e.revision != nil:
		d.fault("revision: declared twice, as %s and as %s", d.e.revision.Name, field.Name)
	case !d.atTop("revision", field):
	case field.Stored():
		d.fault("revision: field %s needs the tag `dynamodbav:\"-\"`: it is made of what the library stores anyway", field.Name)
	}
	d.e.revision = field
	d.e.notes = append(d.e.notes, "revision\t"+field.Name+"\t")
}

// checkRevision makes sure that there is something to make revisions of.
func (d *mDefinition) checkRevision() {
	if d.e.revision != nil && d.e.version == nil {
		d.fault("revision: the entity has no Version: declare one")
	}
}

// revisionFormat begins each revision, so that it can change.
const revisionFormat = 1

// state is what a revision is made of: version and stamp of an item, nil where it has none.
type state struct {
	version int64
	stamp   []byte
}

func (s state) revision() string {
	b := binary.AppendUvarint([]byte{revisionFormat}, uint64(s.version))
	return base64.RawURLEncoding.EncodeToString(append(b, s.stamp...))
}

// parse is the inverse of revision.
func parseRevision(r string) (state, error) {
	b, err := base64.RawURLEncoding.DecodeString(r)
	if err != nil || len(b) < 2 || b[0] != revisionFormat {
		return state{}, fmt.Errorf("%w: %q is no revision of an item", fault.ErrConflict, r)
	}
	version, n := binary.Uvarint(b[1:])
	if n <= 0 || int64(version) < 0 {
		return state{}, fmt.Errorf("%w: %q is no revision of an item", fault.ErrConflict, r)
	}
	out := state{version: int64(version)}
	if stamp := b[1+n:]; len(stamp) > 0 {
		out.stamp = stamp
	}
	return out, nil
}

// stateOf returns the state of an item as it was read; ok is false where the read did not bring its version.
func (e *mEntity) stateOf(s attr.Stored) (out state, ok bool) {
	version, ok := s.Attr(e.version.Attr()).(*types.AttributeValueMemberN)
	if !ok {
		return state{}, false
	}
	if _, err := fmt.Sscan(version.Value, &out.version); err != nil {
		return state{}, false
	}
	if stamp, ok := s.Attr(writeStampAttr).(*types.AttributeValueMemberB); ok {
		out.stamp = stamp.Value
	}
	return out, true
}

// setRevision fills in the revision of an item as it was read.
func (e *mEntity) setRevision(s attr.Stored, dst reflect.Value) {
	if e.revision == nil {
		return
	}
	if state, ok := e.stateOf(s); ok {
		e.revision.Addr(dst).SetString(state.revision())
	}
}

// wrote fills in the revision that the write makes.
func (w *write) wrote(dst reflect.Value) {
	if w.e.revision == nil {
		return
	}
	stamp, _ := w.stamp.(*types.AttributeValueMemberB)
	made := state{version: w.e.version.Get(dst).Int(), stamp: stamp.Value}
	w.e.revision.Addr(dst).SetString(made.revision())
}

// revision returns the state that the caller has seen; ok is false where none was given.
func (w *write) revision() (seen state, ok bool, err error) {
	if w.e.revision == nil || w.op.verb == verbCreate {
		return state{}, false, nil
	}
	r := w.e.revision.Get(w.op.item).String()
	if r == "" {
		return state{}, false, nil
	}
	seen, err = parseRevision(r)
	return seen, true, err
}

// expect asserts the version and the revision that the caller gave, on what the write is about.
func (w *write) expect(a *action) error {
	if v := w.given(); v != 0 {
		a.guard(guardItem, hasVersion{v})
	}
	return w.expectRevision(a)
}

func (w *write) expectRevision(a *action) error {
	seen, ok, err := w.revision()
	if err != nil {
		return &fault.WriteError{Op: w.index, Verb: string(w.op.verb), Entity: w.e.name, Key: w.e.table.keyText(a.key), Err: err}
	}
	if ok {
		a.guard(guardItem, isState{seen})
	}
	return nil
}

// isState asks that the item is in the state that the caller has seen.
type isState struct{ seen state }

func (t isState) text(a *action) string {
	stamp := "attribute_not_exists(" + a.x.Name(writeStampAttr) + ")"
	if t.seen.stamp != nil {
		stamp = a.x.Name(writeStampAttr) + " = " + a.x.Value(&types.AttributeValueMemberB{Value: t.seen.stamp})
	}
	return hasVersion{t.seen.version}.text(a) + " AND " + stamp
}

func (t isState) holds(a *action, old attr.Item) (bool, bool) {
	have, _ := a.e.stateOf(loaded(old))
	return have.version == t.seen.version && string(have.stamp) == string(t.seen.stamp), true
}

func (t isState) why(*action, attr.Item) error {
	return fmt.Errorf("%w: the item is not in the revision given: it was written since, or deleted and created anew", fault.ErrConflict)
}
