package expr

import (
	"cmp"
	"errors"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Action is one entry of AttributeUpdates.
type Action struct {
	Name   string
	Action string      // PUT, ADD or DELETE
	Value  value.Value // none when the request has none
}

// Check reports an action without the value that it needs, or with one that it cannot take.
func (a Action) Check() error {
	kind := a.Value.Kind()
	switch {
	case kind == value.None && a.Action != "DELETE":
		return value.Invalid(msgActionValue)
	case kind != value.None && a.Action == "DELETE" && !kind.IsSet():
		return value.Invalid(msgActionType, "DELETE action with value", kind)
	case a.Action == "ADD" && !kind.IsSet() && kind != value.N && kind != value.L:
		return value.Invalid(msgActionType, "ADD action", kind)
	}
	return nil
}

// clause returns the clause of an update expression that does the same.
func (a Action) clause() *clause {
	c := &clause{section: "SET", target: attributePath(a.Name)}
	switch {
	case a.Value.IsZero():
		c.section = "REMOVE"
		return c
	case a.Action != "PUT":
		c.section = a.Action
	}
	c.left = &operand{placeholder: legacyValue, value: a.Value}
	return c
}

// Act returns the update that actions make. They are applied in the order of their names.
func Act(all []Action) *Update {
	u := &Update{legacy: true}
	slices.SortFunc(all, func(a, b Action) int { return cmp.Compare(a.Name, b.Name) })
	for _, a := range all {
		u.clauses = append(u.clauses, a.clause())
		u.paths = append(u.paths, attributePath(a.Name))
	}
	u.changed = newBranch(u.paths)
	return u
}

// worded returns the error of a clause in the words that belong to where the clause came from.
func (u *Update) worded(err error) error {
	if refused, ok := errors.AsType[*value.Error](err); ok && u.legacy && refused.Message == msgBadOperand {
		return value.Invalid(msgMismatch)
	}
	return err
}
