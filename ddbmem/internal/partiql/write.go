package partiql

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// insertion reads an INSERT after its first word.
func (p *parser) insertion() (*Statement, error) {
	s := &Statement{Verb: Insert}
	if err := p.expect("INTO"); err != nil {
		return nil, err
	}
	if err := p.table(s); err != nil {
		return nil, err
	}
	if p.isName() && !p.peek().is("VALUE") {
		return nil, leftover()
	}
	if err := p.expect("VALUE"); err != nil {
		return nil, err
	}
	if t := p.peek(); !t.is("{") {
		line, column, size := p.place(t)
		return nil, value.Invalid("Unsupported format in item expression. Please use struct format {...} to express item values "+
			"for insert statement. at %d:%d:%d", line, column, size)
	}
	var err error
	if s.Item, err = p.item(); err != nil {
		return nil, err
	}
	if p.peek().is("RETURNING") {
		return nil, value.Invalid("RETURNING is not supported in INSERT")
	}
	return s, nil
}

// update reads an UPDATE after its first word: the changes and the condition, which come first if it begins with FROM.
func (p *parser) update(parts ...func(*Statement) error) (*Statement, error) {
	s := &Statement{Verb: Update}
	if err := p.table(s); err != nil {
		return nil, err
	}
	if err := p.noAlias(); err != nil {
		return nil, err
	}
	for _, part := range parts {
		if err := part(s); err != nil {
			return nil, err
		}
	}
	return s, p.returning(s)
}

// changes reads what an UPDATE sets and removes.
func (p *parser) changes(s *Statement) error {
	p.clause = inSet
	defer func() { p.clause = elsewhere }()
	for {
		var err error
		switch {
		case p.accept("SET"):
			err = p.assignments(s)
		case p.accept("REMOVE"):
			var path Path
			path, err = p.path()
			s.Changes = append(s.Changes, Change{Path: path, Remove: true})
		case s.Changes == nil:
			return p.unexpected("'SET' or 'REMOVE'")
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (p *parser) assignments(s *Statement) error {
	for {
		path, err := p.path()
		if err != nil {
			return err
		}
		if err := p.expect("="); err != nil {
			return err
		}
		c := Change{Path: path}
		call := p.peek()
		if c.Left, err = p.operand(); err != nil {
			return err
		}
		if err := p.checkSetFunction(c, call); err != nil {
			return err
		}
		for _, sign := range []string{"+", "-"} {
			if c.Sign == "" && p.accept(sign) {
				c.Sign = sign
				if c.Right, err = p.operand(); err != nil {
					return err
				}
			}
		}
		s.Changes = append(s.Changes, c)
		if !p.accept(",") {
			return nil
		}
	}
}

// setFunctions are the functions for actions of an update expression.
var setFunctions = map[string]string{"set_add": "ADD", "set_delete": "DELETE"}

// checkSetFunction rejects a call that does not change the set to which it is assigned.
func (p *parser) checkSetFunction(c Change, call token) error {
	if setFunctions[c.Left.Function] == "" {
		return nil
	}
	name := strings.ToUpper(c.Left.Function)
	switch args := c.Left.Args; {
	case len(args) != 2:
		return value.Invalid("%s must have exactly two arguments%s", name, p.at(call))
	case !slices.Equal(args[0].Path, c.Path):
		return value.Invalid("The first argument to %s must equal the assignment value%s", name, p.at(call))
	case !args[1].Value.Kind().IsSet():
		return value.Invalid("The second argument to %s must be a value with type SET%s", name, p.at(args[0].token))
	}
	return nil
}

// deletion reads a DELETE after its first word.
func (p *parser) deletion() (*Statement, error) {
	s := &Statement{Verb: Delete}
	if err := p.expect("FROM"); err != nil {
		return nil, err
	}
	if err := p.table(s); err != nil {
		return nil, err
	}
	if err := p.noAlias(); err != nil {
		return nil, err
	}
	if err := p.where(s); err != nil {
		return nil, err
	}
	return s, p.returning(s)
}

func (p *parser) returning(s *Statement) error {
	if !p.accept("RETURNING") {
		return nil
	}
	part := strings.ToUpper(p.take().text)
	age := strings.ToUpper(p.take().text)
	if part != "ALL" && part != "MODIFIED" || age != "OLD" && age != "NEW" || !p.accept("*") {
		return malformed("Expected returning variant after RETURNING")
	}
	if s.Verb == Delete && (part != "ALL" || age != "OLD") {
		return value.Invalid("Invalid returning clause: RETURNING %s %s *. Only RETURNING ALL OLD * is allowed in DELETE statements.", part, age)
	}
	s.Returning = strings.Replace(part, "MODIFIED", "UPDATED", 1) + "_" + age
	return nil
}
