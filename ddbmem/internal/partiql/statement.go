// Package partiql reads the statements of PartiQL that DynamoDB knows: SELECT, INSERT, UPDATE, DELETE and, in a
// transaction, EXISTS.
//
// [Parse] returns a statement with its parameters filled in. What it asks of items is turned by [Statement.Condition]
// and [Statement.Update] into the expressions of the other operations, so that both are evaluated by the same code.
package partiql

import "github.com/singletable-go/ddb/ddbmem/internal/value"

// Verb is what a statement does.
type Verb string

// The statements.
const (
	Select Verb = "SELECT"
	Insert Verb = "INSERT"
	Update Verb = "UPDATE"
	Delete Verb = "DELETE"
	Exists Verb = "EXISTS" // holds what the SELECT within it does
)

// Statement is one statement.
type Statement struct {
	Verb      Verb
	Table     string
	Index     string
	Columns   []Column // of SELECT; nil for *
	Where     *Condition
	Order     []Order    // of SELECT
	Item      value.Item // of INSERT
	Changes   []Change   // of UPDATE
	Returning string     // as ReturnValues calls it; empty without a RETURNING clause
}

// Writes reports whether the statement belongs among writes.
func (s *Statement) Writes() bool { return s.Verb != Select }

// Column is one column of a SELECT.
type Column struct {
	Name string
	Path Path
}

// Order is one column of an ORDER BY clause.
type Order struct {
	Name       string
	Descending bool
}

// Change is one SET or REMOVE of an UPDATE.
type Change struct {
	Path   Path
	Remove bool
	Left   *Operand
	Sign   string // "+" or "-" before Right, empty without
	Right  *Operand
}

// Condition is a node of a WHERE clause: AND, OR or NOT of other nodes, a comparison, BETWEEN or IN of operands, or a
// call, which has no operator.
type Condition struct {
	Operator string
	Parts    []*Condition
	Operands []*Operand
}

// Conjuncts returns the conditions that must all be true.
func (c *Condition) Conjuncts() []*Condition {
	switch {
	case c == nil:
		return nil
	case c.Operator != "AND":
		return []*Condition{c}
	}
	var all []*Condition
	for _, p := range c.Parts {
		all = append(all, p.Conjuncts()...)
	}
	return all
}

// Calls reports whether the condition is the call of a function, or of one negated.
func (c *Condition) Calls() bool {
	if c.Operator == "NOT" {
		return c.Parts[0].Calls()
	}
	return c.Operator == ""
}

// Operand is a path, a value or a call.
type Operand struct {
	Path     Path
	Value    value.Value
	Function string
	Args     []*Operand
	token    token // the first
}

// Attribute returns the name of the attribute that the operand is, empty when it is something else.
func (o *Operand) Attribute() string {
	if len(o.Path) == 1 {
		return o.Path[0].Name
	}
	return ""
}

// Step is one part of a path: a name, or a position when Index is true.
type Step struct {
	Name     string
	Position int
	Index    bool
}

// Path is a document path.
type Path []Step

// In returns the value at the path within an item, none when there is none.
func (p Path) In(item value.Item) value.Value {
	v := item.Get(p[0].Name)
	for _, s := range p[1:] {
		elements := v.Elements()
		switch {
		case !s.Index:
			v = v.Fields().Get(s.Name)
		case s.Position < len(elements):
			v = elements[s.Position]
		default:
			return value.Value{}
		}
	}
	return v
}

// Project returns the columns of an item; it is never nil.
func (s *Statement) Project(item value.Item) value.Item {
	if s.Columns == nil {
		return item
	}
	fields := []value.Field{}
	for _, c := range s.Columns {
		if v := c.Path.In(item); !v.IsZero() {
			fields = append(fields, value.Field{Name: c.Name, Value: v})
		}
	}
	return value.NewItem(fields...)
}
