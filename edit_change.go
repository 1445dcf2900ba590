package ddb

import "github.com/singletable-go/ddb/internal/model"

// change is what an edit is made of, or an option.
type change struct {
	op   editOp
	ptr  any
	at   any // the element or entry of the field that is meant, an int or a key; nil is the field itself
	vals []any
	cond []model.Clause
}

type editOp string

const (
	editSet        editOp = "set"
	editDefault    editOp = "set if absent"
	editRemove     editOp = "remove"
	editAdd        editOp = "add"
	editSub        editOp = "subtract"
	editAppend     editOp = "append"
	editPrepend    editOp = "prepend"
	editAddTo      editOp = "add to"
	editDeleteFrom editOp = "delete from"
	optionIf       editOp = "if"
	optionOld      editOp = "return old"
	optionOnce     editOp = "once"
	editNil        editOp = "nil edit"
)
