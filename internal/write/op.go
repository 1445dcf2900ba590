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

// Op is a write as data, run by [DB.Do], [DB.Transact] and [DB.Batch]; it may run many times. It has the item as it
// was given, but for what lies behind its pointers, maps and slices: of that, only what the library keeps is the op's
// own. The zero Op is refused.
type Op struct {
	e         *model.Entity
	Verb      Verb
	item      reflect.Value // addressable
	to        reflect.Value // of a Move
	changes   []Change
	conds     []model.Clause
	ReturnOld bool
	once      bool
	quiet     bool // nothing is asked for back
	alone     bool // it goes as a request of its own
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

// Asks adds the conditions of a check.
func (op Op) Asks(conds []model.Clause) Op {
	op.conds = conds
	return op
}

// MovesTo says where a Move goes.
func (op Op) MovesTo(to reflect.Value) Op {
	op.to = op.e.Owned(to)
	return op
}

// describe says what op is, for errors: "update thing pk=… sk=…".
func (op Op) describe(key attr.Item) string {
	return string(op.Verb) + " " + op.e.Name + " " + op.e.Table.KeyText(key)
}

// Fail names op, entity and key of an error found before any request.
func (op Op) Fail(key attr.Item, err error) error {
	if key == nil {
		return fmt.Errorf("ddb: %s %s: %w", op.Verb, op.e.Name, err)
	}
	return fmt.Errorf("ddb: %s: %w", op.describe(key), err)
}

// partError is an error within another one, which has said already how it begins.
type partError struct {
	prefix string
	err  error
}

func (e *partError) Error() string { return strings.TrimPrefix(e.err.Error(), e.prefix) }

func (e *partError) Unwrap() error { return e.err }

// ofPart returns the error of an op for one that has named the library.
func ofPart(err error) error { return &partError{"ddb: ", err} }

// cause returns an error of the op for one that has named library, op and key.
func (op Op) cause(key string, err error) error {
	said := "ddb: " + string(op.Verb) + " " + op.e.Name
	if with := said + " " + key + ": "; strings.HasPrefix(err.Error(), with) {
		return &partError{with, err}
	}
	return &partError{said + ": ", err}
}

// failedWith names op, entity and the key of an item that a run over many met, each once.
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

// valid refuses ops that no request can be made of.
func (op Op) valid(t *model.Table) error {
	switch {
	case op.e == nil:
		return fault.Model("ddb: an Op of no entity: make it with a verb of an Entity")
	case op.e.Table != t:
		return fault.Model("ddb: %s %s: the entity is of another table than the DB's", op.Verb, op.e.Name)
	}
	if err := op.e.Proto.Changed(); err != nil {
		return fault.Model("ddb: %s %s: %w", op.Verb, op.e.Name, err)
	}
	for _, c := range op.changes {
		if c.Op == NilEdit {
			return fault.Model("ddb: %s %s: a nil edit", op.Verb, op.e.Name)
		}
	}
	return nil
}

// String explains what the op would do: the edits of an Update, each index entry that they rewrite with the source of
// each of its members, what is missing and what to do about it, and the further items that are written with it.
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
		p := newUpdate(op.e, op, &action{e: op.e, verb: op.Verb, key: key}, time.Unix(0, 0))
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
			b.WriteString("; version row")
		}
	}
	if err != nil {
		b.WriteString("; REFUSED: " + strings.TrimPrefix(err.Error(), "ddb: "))
	}
	return b.String()
}
