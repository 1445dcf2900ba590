package partiql

import (
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// functions are the functions that an operand may call.
var functions = map[string]bool{
	"begins_with": true, "contains": true, "attribute_type": true, "size": true,
	"list_append": true, "if_not_exists": true, "set_add": true, "set_delete": true,
}

// operand reads a path, a value or a call.
func (p *parser) operand() (*Operand, error) {
	t := p.peek()
	switch {
	case t.kind == word && len(p.tokens) > 1 && p.tokens[1].is("("):
		return p.call()
	case t.kind == quoted, t.kind == word && !isKeyword(t.text):
		path, err := p.path()
		return &Operand{Path: path}, err
	}
	v, err := p.value()
	return &Operand{Value: v}, err
}

func (p *parser) call() (*Operand, error) {
	name := p.take().text
	o := &Operand{Function: strings.ToLower(name)}
	if !functions[o.Function] {
		return nil, value.Invalid("Unrecognized function: %s", name)
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.take() // the parenthesis
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
