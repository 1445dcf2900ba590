package write

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Op is a write as data, for [DB.Do], [DB.Transact] and [DB.Batch]. It may run many times. It has a shallow copy of the
// item: pointers, maps and slices are shared with the caller, except for fields that the library sets. The zero Op is an
// error.
type Op struct {
	e         *model.Entity
	Verb      Verb
	item      reflect.Value // addressable
	to        reflect.Value // of a Move
	changes   []Change
	conds     []model.Clause
	ReturnOld bool
	once      bool
	quiet     bool      // the caller wants no item back
	seen      attr.Item // what the item is to be still, nil for anything
	Modify    func(item reflect.Value) error
}

// Verb is the verb of an [Op], as errors print it.
type Verb string

// The verbs of ops.
const (
	VerbCreate      Verb = "create"
	VerbPut         Verb = "put"
	VerbReplace     Verb = "replace"
	VerbUpdate      Verb = "update"
	VerbUpsert      Verb = "upsert"
	VerbModify      Verb = "modify"
	VerbMove        Verb = "move"
	VerbDelete      Verb = "delete"
	VerbTake        Verb = "take"
	VerbCheck       Verb = "check"
	VerbCheckAbsent Verb = "check absent"
)

// NewOp makes the op of a verb on an item, addressable.
func NewOp(e *model.Entity, v Verb, it reflect.Value) Op {
	return Op{e: e, Verb: v, item: e.Owned(it)}
}

// Entity returns the entity of the op, nil for the zero Op.
func (op Op) Entity() *model.Entity { return op.e }

// Items returns the items that the op was given: the key or the item, and the new item of a Move.
func (op Op) Items() []reflect.Value {
	if op.to.IsValid() {
		return []reflect.Value{op.item, op.to}
	}
	return []reflect.Value{op.item}
}

// With adds an edit, or an option.
func (op Op) With(c Change) Op {
	switch c.Op {
	case OptionIf:
		op.conds = append(op.conds, c.Cond...)
	case OptionOld:
		op.ReturnOld = true
	case OptionOnce:
		op.once = true
	default:
		op.changes = append(op.changes, c)
	}
	return op
}

// Asks sets the conditions of a check.
func (op Op) Asks(conds []model.Clause) Op {
	op.conds = conds
	return op
}

// MovesTo sets the new item of a Move.
func (op Op) MovesTo(to reflect.Value) Op {
	op.to = op.e.Owned(to)
	return op
}

// describe names op, entity and key for errors: "update thing pk=… sk=…".
func (op Op) describe(key attr.Item) string {
	return string(op.Verb) + " " + op.e.Name + " " + op.e.Table.KeyText(key)
}

// Fail adds op, entity and key to an error found before any request.
func (op Op) Fail(key attr.Item, err error) error {
	if key == nil {
		return fmt.Errorf("ddb: %s %s: %w", op.Verb, op.e.Name, err)
	}
	return fmt.Errorf("ddb: %s: %w", op.describe(key), err)
}

// partError prints err without a prefix that the error around it prints.
type partError struct {
	prefix string
	err    error
}

func (e *partError) Error() string { return strings.TrimPrefix(e.err.Error(), e.prefix) }

func (e *partError) Unwrap() error { return e.err }

// ofPart returns err without the prefix "ddb: ".
func ofPart(err error) error { return &partError{"ddb: ", err} }

// cause returns err without the prefix that names library, op and key.
func (op Op) cause(key string, err error) error {
	said := "ddb: " + string(op.Verb) + " " + op.e.Name
	if with := said + " " + key + ": "; strings.HasPrefix(err.Error(), with) {
		return &partError{with, err}
	}
	return &partError{said + ": ", err}
}

// failedWith adds op, entity and key to an error of one item of a scan, each once.
func (op Op) failedWith(attrs attr.Item, err error) error {
	key := op.e.Table.KeyOf(model.Loaded(attrs))
	text := op.e.Table.KeyText(key)
	if err = op.cause(text, err); strings.HasPrefix(err.Error(), "ddb: ") {
		err = ofPart(err)
	}
	if strings.Contains(err.Error(), text) {
		key = nil
	}
	return op.Fail(key, err)
}

// valid returns an error for an op that cannot become a request.
func (op Op) valid(t *model.Table) error {
	switch {
	case op.e == nil:
		return fault.Model("ddb: the Op has no entity: make it with a method of an Entity, such as Put")
	case op.e.Table != t:
		return fault.Model("ddb: %s %s: the entity belongs to another table: use the DB of that table", op.Verb, op.e.Name)
	}
	if err := op.e.Proto.Changed(); err != nil {
		return fault.Model("ddb: %s %s: %w", op.Verb, op.e.Name, err)
	}
	for _, c := range op.changes {
		if c.Op == NilEdit {
			return fault.Model("ddb: %s %s: an edit is nil: remove it", op.Verb, op.e.Name)
		}
	}
	return nil
}

// String explains the op: the edits of an Update, the index entries that they change with the source of each field, what is
// missing and what to do about it, and the further items that are written in the same transaction.
func (op Op) String() string {
	if op.e == nil {
		return "no op"
	}
	var b strings.Builder
	b.WriteString(string(op.Verb) + " " + op.e.Name)
	key, err := op.e.Key(string(op.Verb), op.item)
	if err == nil {
		b.WriteString(" " + op.e.Table.KeyText(key))
	}
	switch op.Verb {
	case VerbUpdate, VerbUpsert:
		p := newUpdate(op.e, op.withoutContent(), &action{e: op.e, verb: op.Verb, key: key}, time.Unix(0, 0))
		perr := p.plan()
		b.WriteString(p.String())
		if perr != nil && len(p.missing) == 0 && len(p.refused) == 0 {
			err = perr
		}
	case VerbMove:
		if to, terr := op.e.Key("move", op.to); terr == nil {
			b.WriteString(" to " + op.e.Table.KeyText(to))
		}
	}
	for _, c := range op.conds {
		b.WriteString("; if " + op.e.Describe(c))
	}
	if op.Verb != VerbCheck && op.Verb != VerbCheckAbsent {
		for _, u := range op.e.Uniques {
			b.WriteString("; unique " + u.Name)
		}
		if op.e.History != nil {
			b.WriteString("; version item")
		}
	}
	if err != nil {
		b.WriteString("; REFUSED: " + strings.TrimPrefix(err.Error(), "ddb: "))
	}
	return b.String()
}
