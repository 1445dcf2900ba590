package expr

import (
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Update is a parsed update expression.
type Update struct {
	clauses []*clause
	paths   []path
	changed *branch // the paths of all clauses
	legacy  bool    // made by [Act]
}

// clause is one change that an update expression asks for.
type clause struct {
	section string // SET, REMOVE, ADD or DELETE
	target  path
	sign    string   // of SET: "+" or "-" between two operands, or empty
	left    *operand // of SET: the operand; of ADD and DELETE: the value
	right   *operand // of SET: the second operand
}

// Creates reports whether the update makes an item where there is none: all do but those that only remove.
func (u *Update) Creates() bool {
	return len(u.clauses) == 0 || slices.ContainsFunc(u.clauses, (*clause).creates)
}

// creates reports whether the clause makes something where there is nothing.
func (c *clause) creates() bool { return c.section == "SET" || c.section == "ADD" }

// Heads returns the names of the top-level attributes that the update changes.
func (u *Update) Heads() []string { return heads(u.paths, false) }

// NestedHeads returns the names of the attributes within which the update
// changes something or looks something up.
func (u *Update) NestedHeads() []string {
	paths := u.paths
	for _, c := range u.clauses {
		for _, o := range c.operands() {
			o.each(func(o *operand) {
				if o.isPath() {
					paths = append(paths[:len(paths):len(paths)], o.path)
				}
			})
		}
	}
	return heads(paths, true)
}

// Changed returns the part of an item that lies on the paths of the update:
// of the old item what UPDATED_OLD returns, of the new one UPDATED_NEW.
func (u *Update) Changed(item value.Item) value.Item { return u.changed.selectFields(item) }

// Kinds returns the types that top-level attributes are known to get before
// the update sees any item, in the order of the expression.
func (u *Update) Kinds() []KeyAttribute {
	var kinds []KeyAttribute
	for _, c := range u.clauses {
		if kind := c.kind(); kind != value.None && len(c.target) == 1 {
			kinds = append(kinds, KeyAttribute{c.target[0].name, kind})
		}
	}
	return kinds
}

// kind returns the type that a clause is known to give its target.
func (c *clause) kind() value.Kind {
	switch {
	case c.sign != "":
		return value.N
	case c.section == "ADD", c.section == "SET":
		return c.left.result()
	default:
		return value.None
	}
}

// result returns the type that an operand of SET is known to have; that of
// if_not_exists is the type of its second operand.
func (o *operand) result() value.Kind {
	switch o.function {
	case "list_append":
		return value.L
	case "if_not_exists":
		return o.args[1].result()
	default:
		return o.kind()
	}
}

func (c *clause) operands() []*operand {
	switch {
	case c.right != nil:
		return []*operand{c.left, c.right}
	case c.left != nil:
		return []*operand{c.left}
	default:
		return nil
	}
}

func parseUpdate(text string, s *scope) (*Update, error) {
	p := newParser(text)
	u := &Update{}
	repeated := ""
	sections := make(map[string]bool)
	for p.peek().kind != tokenEOF || len(sections) == 0 {
		section := p.peek().word
		switch {
		case p.peek().kind != tokenKeyword:
			return nil, p.fail()
		case !p.accept("SET") && !p.accept("REMOVE") && !p.accept("ADD") && !p.accept("DELETE"):
			return nil, p.fail()
		}
		if sections[section] && repeated == "" {
			repeated = section
		}
		sections[section] = true
		if err := p.section(section, u); err != nil {
			return nil, err
		}
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return u, u.check(s, repeated)
}

// section reads the clauses of one section.
func (p *parser) section(section string, u *Update) error {
	for {
		target, err := p.path()
		if err != nil {
			return err
		}
		c := &clause{section: section, target: target}
		u.clauses = append(u.clauses, c)
		u.paths = append(u.paths, target)
		switch section {
		case "SET":
			err = p.assignment(c)
		case "ADD", "DELETE":
			if p.peek().kind != tokenValue {
				return p.fail()
			}
			c.left, err = p.plainOperand()
		}
		if err != nil {
			return err
		}
		if !p.accept(",") {
			return nil
		}
	}
}

// assignment reads the right-hand side of SET: an operand, or two with a sign
// between them, all or each in parentheses or not.
func (p *parser) assignment(c *clause) error {
	if err := p.expect("="); err != nil {
		return err
	}
	enclosed, err := p.sum(c)
	if err != nil || c.sign != "" || !enclosed {
		return err
	}
	return p.signed(c)
}

// sum reads a right-hand side and reports whether it stood in parentheses.
func (p *parser) sum(c *clause) (enclosed bool, err error) {
	if !p.accept("(") {
		c.left, err = p.plainOperand()
		if err != nil {
			return false, err
		}
		return false, p.signed(c)
	}
	doubled, err := p.sum(c)
	if err != nil {
		return false, err
	}
	if doubled && c.sign == "" {
		if err := p.signed(c); err != nil {
			return false, err
		}
		doubled = c.sign == ""
	}
	p.redundant = p.redundant || doubled
	return true, p.expect(")")
}

// signed reads a sign and the second operand when they follow.
func (p *parser) signed(c *clause) error {
	sign := p.peek().word
	if !p.accept("+") && !p.accept("-") {
		return nil
	}
	p.operators++
	c.sign = sign
	var err error
	c.right, err = p.operand()
	return err
}

// check reports the first error of an update, in DynamoDB's order.
func (u *Update) check(s *scope, repeated string) error {
	if err := u.first(func(o *operand) error { return s.reserved(o.path) }, s.reserved); err != nil {
		return err
	}
	for _, check := range []func(*operand) error{checkUpdateFunction, checkNested} {
		if err := u.first(check, nil); err != nil {
			return err
		}
	}
	if repeated != "" {
		return value.Invalid(msgSection, repeated)
	}
	if err := u.first(func(o *operand) error { return s.path(o.path) }, s.path); err != nil {
		return err
	}
	if err := checkPaths(u.paths); err != nil {
		return err
	}
	if err := u.first(s.literal, nil); err != nil {
		return err
	}
	for _, c := range u.clauses {
		if err := c.checkClauseType(); err != nil {
			return err
		}
	}
	for _, c := range u.clauses {
		if err := c.checkCalls(); err != nil {
			return err
		}
	}
	u.changed = newBranch(u.paths)
	return nil
}

// first returns the first error from left to right: of targets when there is a
// check for them, and of operands.
func (u *Update) first(check func(*operand) error, target func(path) error) error {
	for _, c := range u.clauses {
		if target != nil {
			if err := target(c.target); err != nil {
				return err
			}
		}
		if err := firstOf(c.operands(), check); err != nil {
			return err
		}
	}
	return nil
}

func checkUpdateFunction(o *operand) error {
	if !o.calls {
		return nil
	}
	if _, ok := updateFunctions[o.function]; ok {
		return nil
	}
	if _, ok := conditionFunctions[o.function]; ok {
		return value.Invalid(msgNotInUpdate, o.function)
	}
	return value.Invalid(msgFunction, o.function)
}

// checkNested reports an invalid call among the operands of another: of the update functions, only if_not_exists can be
// nested.
func checkNested(o *operand) error {
	for _, arg := range o.args {
		if arg.calls && arg.function != "if_not_exists" {
			return value.Invalid(msgMisused, arg.function)
		}
	}
	return nil
}

// longNames are the names of types in the message about ADD and DELETE.
var longNames = map[value.Kind]string{
	value.S: "STRING", value.N: "NUMBER", value.B: "BINARY", value.BOOL: "BOOLEAN",
	value.NULL: "NULL", value.M: "MAP", value.L: "LIST",
}

// checkClauseType reports a value that ADD or DELETE cannot take.
func (c *clause) checkClauseType() error {
	switch c.section {
	case "ADD", "DELETE":
	default:
		return nil
	}
	kind := c.left.kind()
	if kind.IsSet() || c.section == "ADD" && kind == value.N {
		return nil
	}
	return value.Invalid(msgClauseType, c.section, longNames[kind])
}

// checkCalls checks the functions and the signs of SET.
func (c *clause) checkCalls() error {
	if err := firstOf(c.operands(), checkUpdateCall); err != nil {
		return err
	}
	if c.sign == "" {
		return nil
	}
	for _, o := range c.operands() {
		if err := o.allow(c.sign, value.N); err != nil {
			return err
		}
	}
	return nil
}

func checkUpdateCall(o *operand) error {
	if err := checkOperandCount(o); err != nil {
		return err
	}
	switch o.function {
	case "if_not_exists":
		if !o.args[0].isPath() {
			return value.Invalid(msgNeedsPath, o.function)
		}
	case "list_append":
		for _, arg := range o.args {
			if err := arg.allow(o.function, value.L); err != nil {
				return err
			}
		}
	}
	return nil
}
