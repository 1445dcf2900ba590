package model

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// Revision makes f the item's revision: each read and write sets it. f must be tagged dynamodbav:"-".
func (d *Definition) Revision(f any) {
	field, err := d.E.Proto.Resolve(f)
	switch {
	case err != nil:
		d.fault("revision: %w", d.foreign(err))
		return
	case d.E.Revision != nil:
		d.fault("revision: declared twice, as %s and as %s: remove one", d.E.Revision.Name, field.Name)
	case !d.atTop("revision", field):
	case field.Stored():
		d.fault("revision: field %s needs the tag `dynamodbav:\"-\"`: the library makes it of attributes that it stores anyway", field.Name)
	}
	d.E.Revision = field
}

// checkRevision checks that the entity has a Version, of which revisions are made.
func (d *Definition) checkRevision() {
	if d.E.Revision != nil && d.E.Version == nil {
		d.fault("revision: the entity has no Version: declare one")
	}
}

// revisionFormat begins each revision, so that the format can change.
const revisionFormat = 1

// State is the content of a revision: version and stamp of an item. Stamp is nil if the item has none.
type State struct {
	Version int64
	Stamp   []byte
}

// Revision returns the text that a Revision field holds for s.
func (s State) Revision() string {
	b := binary.AppendUvarint([]byte{revisionFormat}, uint64(s.Version))
	return base64.RawURLEncoding.EncodeToString(append(b, s.Stamp...))
}

// ParseRevision is the inverse of [State.Revision]. Its error matches ErrConflict.
func ParseRevision(r string) (State, error) {
	b, err := base64.RawURLEncoding.DecodeString(r)
	if err != nil || len(b) < 2 || b[0] != revisionFormat {
		return State{}, fmt.Errorf("%w: %q is not a valid revision: pass one that a read returned", fault.ErrConflict, r)
	}
	version, n := binary.Uvarint(b[1:])
	if n <= 0 || int64(version) < 0 {
		return State{}, fmt.Errorf("%w: %q is not a valid revision: pass one that a read returned", fault.ErrConflict, r)
	}
	out := State{Version: int64(version)}
	if stamp := b[1+n:]; len(stamp) > 0 {
		out.Stamp = stamp
	}
	return out, nil
}

// StateOf returns the state of an item as it was read; ok is false if its version was not read.
func (e *Entity) StateOf(s attr.Stored) (out State, ok bool) {
	version, ok := s.Attr(e.Version.Attr()).(*types.AttributeValueMemberN)
	if !ok {
		return State{}, false
	}
	if _, err := fmt.Sscan(version.Value, &out.Version); err != nil {
		return State{}, false
	}
	if stamp, ok := s.Attr(WriteStampAttr).(*types.AttributeValueMemberB); ok {
		out.Stamp = stamp.Value
	}
	return out, true
}

// setRevision sets the Revision field of an item that was read.
func (e *Entity) setRevision(s attr.Stored, dst reflect.Value) {
	if e.Revision == nil {
		return
	}
	if state, ok := e.StateOf(s); ok {
		e.Revision.Addr(dst).SetString(state.Revision())
	}
}
