package write

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// setRevision sets the Revision field to the state that the write stores.
func (w *prepared) setRevision(dst reflect.Value) {
	if w.e.Revision == nil {
		return
	}
	stamp, _ := w.stamp.(*types.AttributeValueMemberB)
	made := model.State{Version: w.e.Version.Get(dst).Int(), Stamp: stamp.Value}
	w.e.Revision.Addr(dst).SetString(made.Revision())
}

// revision returns the state that the caller has read; ok is false if the item has no revision.
func (w *prepared) revision() (seen model.State, ok bool, err error) {
	if w.e.Revision == nil || w.op.Verb == VerbCreate {
		return model.State{}, false, nil
	}
	r := w.e.Revision.Get(w.op.item).String()
	if r == "" {
		return model.State{}, false, nil
	}
	seen, err = model.ParseRevision(r)
	return seen, true, err
}

// expect asserts the version and the revision that the caller gave.
func (w *prepared) expect(a *action) error {
	if v := w.givenVersion(); v != 0 {
		a.guard(guardItem, hasVersion{v})
	}
	return w.expectRevision(a)
}

func (w *prepared) expectRevision(a *action) error {
	seen, ok, err := w.revision()
	if err != nil {
		return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: w.e.Table.KeyText(a.key), Err: err}
	}
	if ok {
		a.guard(guardItem, isState{seen})
	}
	return nil
}

// isState requires the state that the caller has read.
type isState struct{ seen model.State }

func (t isState) text(a *action) string {
	stamp := "attribute_not_exists(" + a.x.Name(model.WriteStampAttr) + ")"
	if t.seen.Stamp != nil {
		stamp = a.x.Name(model.WriteStampAttr) + " = " + a.x.Value(&types.AttributeValueMemberB{Value: t.seen.Stamp})
	}
	return hasVersion{t.seen.Version}.text(a) + " AND " + stamp
}

func (t isState) holds(a *action, old attr.Item) (bool, bool) {
	have, _ := a.e.StateOf(model.Loaded(old))
	return have.Version == t.seen.Version && string(have.Stamp) == string(t.seen.Stamp), true
}

func (t isState) why(*action, attr.Item) error {
	return fmt.Errorf("%w: the item no longer has the given revision: read it again", fault.ErrConflict)
}
