package partiql

import (
	"strconv"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// selection reads a SELECT after its first word.
func (p *parser) selection() (*Statement, error) {
	s := &Statement{Verb: Select}
	if p.peek().is("DISTINCT") {
		return nil, value.Invalid("Unsupported token in expression: DISTINCT")
	}
	if p.peek().is("VALUE") {
		return nil, value.Invalid("Select projection doesn't support value or pivot keywords")
	}
	if !p.accept("*") {
		if err := p.columns(s); err != nil {
			return nil, err
		}
	}
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
	if err := p.order(s); err != nil {
		return nil, err
	}
	return s, p.clauses()
}

func isClause(t token) bool {
	return t.is("LIMIT") || t.is("GROUP") || t.is("HAVING") || t.is("OFFSET")
}

// clauses rejects the clauses of other dialects.
func (p *parser) clauses() error {
	t := p.peek()
	switch {
	case p.accept("GROUP", "BY"):
		return value.Invalid("Unsupported clause: GROUP BY")
	case p.accept("LIMIT"):
		line, column, size := p.place(p.peek())
		return value.Invalid("Unsupported clause: LIMIT at %d:%d:%d", line, column, size)
	case isClause(t):
		return value.Invalid("Unsupported clause: %s", t.text)
	}
	return nil
}

func (p *parser) columns(s *Statement) error {
	seen := map[string]bool{}
	for {
		t := p.peek()
		call := t.kind == word && len(p.tokens) > 1 && p.tokens[1].is("(")
		if t.kind == end || t.is("FROM") {
			return p.unexpected("projection")
		}
		if call || t.kind != word && t.kind != quoted {
			line, column, size := p.place(t)
			return value.Invalid("Unexpected path component at %d:%d:%d", line, column, size)
		}
		path, err := p.path()
		if err != nil {
			return err
		}
		if p.peek().is("AS") {
			return value.Invalid("Aliasing is not supported")
		}
		c := Column{Name: path.label(), Path: path}
		if seen[c.Name] {
			return value.Invalid("Duplicate identifiers in select clause: %s", c.Name)
		}
		seen[c.Name] = true
		s.Columns = append(s.Columns, c)
		if !p.accept(",") {
			return nil
		}
	}
}

// label returns the column name of a path: its last name, and the positions after it.
func (p Path) label() string {
	label := ""
	for _, s := range p {
		if s.Index {
			label += "[" + strconv.Itoa(s.Position) + "]"
		} else {
			label = s.Name
		}
	}
	return label
}

func (p *parser) order(s *Statement) error {
	if !p.accept("ORDER") {
		return nil
	}
	if err := p.expect("BY"); err != nil {
		return err
	}
	for {
		name, err := p.name()
		if err != nil {
			return err
		}
		o := Order{Name: name, Descending: p.accept("DESC")}
		if !o.Descending {
			p.accept("ASC")
		}
		s.Order = append(s.Order, o)
		if p.accept(",") {
			continue
		}
		if s.Where == nil && !p.peek().is("WHERE") {
			return value.Invalid("Must have WHERE clause in the statement when using ORDER BY clause.")
		}
		return nil
	}
}

// exists reads an EXISTS after its first word.
func (p *parser) exists() (*Statement, error) {
	if err := p.expect("(", "SELECT"); err != nil {
		return nil, err
	}
	s, err := p.selection()
	if err != nil {
		return nil, err
	}
	s.Verb = Exists
	return s, p.expect(")")
}
