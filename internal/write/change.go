package write

import (
	"github.com/singletable-go/ddb/internal/model"
)

// Change is an edit or an option, as data.
type Change struct {
	Op   editOp
	Ptr  any
	At   any // an element of the field: an int for a list, a key for a map; nil for the field itself
	Vals []any
	Cond []model.Clause
}

type editOp string

// The kinds of edits, as they are printed.
const (
	EditSet        editOp = "set"
	EditDefault    editOp = "set if absent"
	EditRemove     editOp = "remove"
	EditAdd        editOp = "add"
	EditSub        editOp = "subtract"
	EditAppend     editOp = "append"
	EditPrepend    editOp = "prepend"
	EditAddTo      editOp = "add to"
	EditDeleteFrom editOp = "delete from"
	OptionIf       editOp = "if"
	OptionOld      editOp = "return old"
	OptionOnce     editOp = "once"
	NilEdit        editOp = "nil edit"
)
