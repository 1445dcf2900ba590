package ddb

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// wOp is a write as data: made by the verbs of an [Entity], run by [DB.Do], [DB.Transact] and [DB.Batch]. It does
// nothing by itself, can be printed, and may run many times. It has the item as it was given, but for what lies behind its
// pointers, maps and slices: of that, only what the library keeps is the op's own. The zero Op is refused.
type wOp struct {
	e         *model.Entity
	verb      verb
	item      reflect.Value // addressable
	to        reflect.Value // of a Move
	changes   []change
	conds     []model.Clause
	returnOld bool
	once      bool
	quiet     bool // nothing is asked for back
	alone     bool // it goes as a request of its own
	modify    func(item reflect.Value) error
}

type verb string

const (
	verbCreate      verb = "create"
	verbPut         verb = "put"
	verbReplace     verb = "replace"
	verbUpdate      verb = "update"
	verbUpsert      verb = "upsert"
	verbModify      verb = "modify"
	verbMove        verb = "move"
	verbDelete      verb = "delete"
	verbTake        verb = "take"
	verbCheck       verb = "check"
	verbCheckAbsent verb = "check absent"
)

// NewOp makes the op of a verb on an item, addressable.
func newOp(e *model.Entity, v verb, it reflect.Value) wOp {
	return wOp{e: e, verb: v, item: e.Owned(it)}
}

// with adds edits, and the options among them.
func (op wOp) with(changes []change) wOp {
	for _, c := range changes {
		switch c.op {
		case optionIf:
			op.conds = append(op.conds, c.cond...)
		case optionOld:
			op.returnOld = true
		case optionOnce:
			op.once = true
		default:
			op.changes = append(op.changes, c)
		}
	}
	return op
}

// asks adds the conditions of a check.
func (op wOp) asks(conds []model.Clause) wOp {
	op.conds = conds
	return op
}

// movesTo says where a Move goes.
func (op wOp) movesTo(to reflect.Value) wOp {
	op.to = op.e.Owned(to)
	return op
}

// describe says what op is, for errors: "update thing pk=… sk=…".
func (op wOp) describe(key attr.Item) string {
	return string(op.verb) + " " + op.e.Name + " " + op.e.Table.KeyText(key)
}

// fail names op, entity and key of an error found before any request.
func (op wOp) fail(key attr.Item, err error) error {
	if key == nil {
		return fmt.Errorf("ddb: %s %s: %w", op.verb, op.e.Name, err)
	}
	return fmt.Errorf("ddb: %s: %w", op.describe(key), err)
}

// partError is an error within another one, which has said already how it begins.
type partError struct {
	said string
	err  error
}

func (e *partError) Error() string { return strings.TrimPrefix(e.err.Error(), e.said) }

func (e *partError) Unwrap() error { return e.err }

// ofPart returns the error of an op for one that has named the library.
func ofPart(err error) error { return &partError{"ddb: ", err} }

// cause returns an error of the op for one that has named library, op and key.
func (op wOp) cause(key string, err error) error {
	said := "ddb: " + string(op.verb) + " " + op.e.Name
	if with := said + " " + key + ": "; strings.HasPrefix(err.Error(), with) {
		return &partError{with, err}
	}
	return &partError{said + ": ", err}
}

// failedWith names op, entity and the key of an item that a run over many met, each once.
func (op wOp) failedWith(attrs attr.Item, err error) error {
	key := op.e.Table.KeyOf(model.Loaded(attrs))
	text := op.e.Table.KeyText(key)
	if err = op.cause(text, err); strings.HasPrefix(err.Error(), "ddb: ") {
		err = ofPart(err)
	}
	if strings.Contains(err.Error(), text) {
		key = nil
	}
	return op.fail(key, err)
}

// valid refuses ops that no request can be made of.
func (op wOp) valid(t *model.Table) error {
	switch {
	case op.e == nil:
		return fault.Model("ddb: an Op of no entity: make it with a verb of an Entity")
	case op.e.Table != t:
		return fault.Model("ddb: %s %s: the entity is of another table than the DB's", op.verb, op.e.Name)
	}
	if err := op.e.Proto.Changed(); err != nil {
		return fault.Model("ddb: %s %s: %w", op.verb, op.e.Name, err)
	}
	for _, c := range op.changes {
		if c.op == editNil {
			return fault.Model("ddb: %s %s: a nil edit", op.verb, op.e.Name)
		}
	}
	return nil
}

// String explains what the op would do: the edits of an Update, each index row that they rewrite with the source of
// each of its members, what is missing and what to do about it, and the further items that are written with it.
func (op wOp) String() string {
	if op.e == nil {
		return "no op"
	}
	var b strings.Builder
	b.WriteString(string(op.verb) + " " + op.e.Name)
	key, err := op.e.Key(string(op.verb), op.item)
	if err == nil {
		b.WriteString(" " + op.e.Table.KeyText(key))
	}
	switch op.verb {
	case verbUpdate, verbUpsert:
		p := newUpdate(op.e, op, &action{e: op.e, verb: op.verb, key: key}, time.Unix(0, 0))
		perr := p.plan()
		b.WriteString(p.String())
		if perr != nil && len(p.missing) == 0 && len(p.refused) == 0 {
			err = perr
		}
	case verbMove:
		if to, terr := op.e.Key("move", op.to); terr == nil {
			b.WriteString(" to " + op.e.Table.KeyText(to))
		}
	}
	for _, c := range op.conds {
		b.WriteString("; if " + op.e.Describe(c))
	}
	if op.verb != verbCheck && op.verb != verbCheckAbsent {
		for _, u := range op.e.Uniques {
			b.WriteString("; unique " + u.Name)
		}
		if op.e.History != nil {
			b.WriteString("; version row")
		}
	}
	if err != nil {
		b.WriteString("; REFUSED: " + strings.TrimPrefix(err.Error(), "ddb: "))
	}
	return b.String()
}
