package partiql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// functions are the functions that an operand may call in a clause.
var functions = map[clause][]string{
	inWhere: {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"},
	inSet:   {"if_not_exists", "list_append", "set_add", "set_delete"},
}

// operand reads a path, a value or a call.
func (p *parser) operand() (*Operand, error) {
	t := p.peek()
	switch {
	case p.isCall():
		return p.call()
	case p.isName():
		path, err := p.path()
		return &Operand{Path: path, token: t}, err
	}
	v, err := p.value()
	return &Operand{Value: v, token: t}, err
}

// isCall reports whether the call of a function comes next.
func (p *parser) isCall() bool {
	return p.peek().kind == word && len(p.tokens) > 1 && p.tokens[1].is("(")
}

func (p *parser) call() (*Operand, error) {
	t := p.take()
	o := &Operand{Function: strings.ToLower(t.text), token: t}
	if !slices.Contains(functions[p.clause], o.Function) {
		return nil, value.Invalid("Unrecognized function: %s%s", o.Function, p.at(t))
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.take() // the parenthesis
	if p.accept(")") {
		return nil, value.Invalid("Incorrect number of operands for operator or function; operator or function: %s, number of operands: 0", o.Function)
	}
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		o.Args = append(o.Args, arg)
		if !p.accept(",") {
			return o, p.expect(")")
		}
	}
}

// path reads a document path.
func (p *parser) path() (Path, error) {
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	path := Path{{Name: name}}
	for {
		switch {
		case p.accept("."):
			if t := p.peek(); t.kind == word && (isKeyword(t.text) || slices.Contains(joins, strings.ToUpper(t.text))) {
				return nil, malformed("Invalid path dot component")
			}
			if name, err = p.name(); err != nil {
				return nil, err
			}
			path = append(path, Step{Name: name})
		case p.accept("["):
			s, err := p.step()
			if err != nil {
				return nil, err
			}
			path = append(path, s)
		default:
			return path, nil
		}
	}
}

// step reads a step in brackets: a position, or a name as a string.
func (p *parser) step() (Step, error) {
	t := p.peek()
	switch t.kind {
	case text:
		p.take()
		return Step{Name: t.text}, p.expect("]")
	case number:
		n, err := strconv.Atoi(t.text)
		if err != nil {
			return Step{}, p.unexpected("position")
		}
		p.take()
		return Step{Position: n, Index: true}, p.expect("]")
	default:
		return Step{}, p.unexpected("position")
	}
}
