package partiql

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// maxDepth bounds how deep conditions and literals are nested.
const maxDepth = 100

// parser reads the tokens of one statement.
type parser struct {
	statement  string
	tokens     []token
	parameters []value.Value
	depth      int
	under      []string // the steps from the attribute whose literal is read to where it is read
	clause     clause
}

// clause is a part of a statement with its own functions.
type clause uint8

const (
	elsewhere clause = iota
	inWhere
	inSet
)

// Parse reads a statement, with a parameter for each question mark in it. Its errors are those of the service.
func Parse(statement string, parameters []value.Value) (*Statement, error) {
	tokens, err := lex(statement)
	if err != nil {
		return nil, err
	}
	p := &parser{statement: statement, tokens: tokens, parameters: parameters}
	s, err := p.parse()
	if err != nil {
		return nil, err
	}
	p.accept(";")
	if p.peek().kind != end {
		return nil, leftover()
	}
	return s, nil
}

// leftover is the error for a token after a complete statement.
func leftover() error { return malformed("Unexpected token after expression") }

func (p *parser) parse() (*Statement, error) {
	switch {
	case p.accept("FROM"):
		return p.update(p.where, p.changes)
	case p.accept("SELECT"):
		return p.selection()
	case p.accept("INSERT"):
		return p.insertion()
	case p.accept("UPDATE"):
		return p.update(p.changes, p.where)
	case p.accept("DELETE"):
		return p.deletion()
	case p.accept("EXISTS"):
		return p.exists()
	}
	return nil, malformed("Expected data manipulation")
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) take() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// is reports whether the next token is this keyword or symbol.
func (t token) is(what string) bool {
	switch t.kind {
	case word:
		return strings.EqualFold(t.text, what)
	case symbol:
		return t.text == what
	default:
		return false
	}
}

// accept takes keywords or a symbol when they come next.
func (p *parser) accept(words ...string) bool {
	if len(p.tokens) < len(words) {
		return false
	}
	for i, w := range words {
		if !p.tokens[i].is(w) {
			return false
		}
	}
	p.tokens = p.tokens[len(words):]
	return true
}

func (p *parser) expect(words ...string) error {
	for _, w := range words {
		if !p.accept(w) {
			return p.unexpected("'" + w + "'")
		}
	}
	return nil
}

func (p *parser) unexpected(wanted string) error {
	t := p.peek()
	if t.kind == end {
		return malformed("Expected %s", wanted)
	}
	return malformed("Expected %s but got '%s'", wanted, p.statement[t.at:t.at+t.size])
}

// place returns the position of a token as the service reports it: line, column and length.
func (p *parser) place(t token) (line, column, size int) {
	before := p.statement[:t.at]
	return strings.Count(before, "\n") + 1, t.at - strings.LastIndexByte(before, '\n'), t.size
}

// name reads an identifier.
func (p *parser) name() (string, error) {
	if !p.isName() {
		return "", p.unexpected("identifier")
	}
	return p.take().text, nil
}

// isKeyword reports whether a word cannot be a name without quotes.
func isKeyword(s string) bool {
	switch strings.ToUpper(s) {
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "MISSING", "TRUE", "FALSE", "ORDER", "BY", "ASC", "DESC",
		"INSERT", "INTO", "VALUE", "VALUES", "UPDATE", "SET", "REMOVE", "DELETE", "RETURNING", "ALL", "EXISTS", "LIKE", "AS", "DISTINCT":
		return true
	default:
		return false
	}
}

// joins are keywords that are also names, except after a dot.
var joins = []string{"CROSS", "FULL", "INNER", "JOIN", "LEFT", "NATURAL", "OUTER", "RIGHT"}

// table reads the name of a table, and of an index after it.
func (p *parser) table(s *Statement) (err error) {
	if s.Table, err = p.name(); err != nil {
		return err
	}
	if p.accept(".") {
		s.Index, err = p.name()
	}
	return err
}

func (p *parser) where(s *Statement) (err error) {
	if p.accept("WHERE") {
		p.clause = inWhere
		s.Where, err = p.condition()
		p.clause = elsewhere
	}
	return err
}

// noAlias rejects an alias for the table.
func (p *parser) noAlias() error {
	if t := p.peek(); t.is("AS") || p.isName() && !isClause(t) {
		return value.Invalid("Aliasing is not supported")
	}
	return nil
}

// isName reports whether an identifier comes next.
func (p *parser) isName() bool {
	t := p.peek()
	return t.kind == quoted || t.kind == word && !isKeyword(t.text)
}

// at returns the position of a token: " at 1:8:5".
func (p *parser) at(t token) string {
	line, column, size := p.place(t)
	return fmt.Sprintf(" at %d:%d:%d", line, column, size)
}

// deeper counts levels of nesting; the caller counts them down again.
func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return malformed("Nesting is too deep")
	}
	return nil
}
