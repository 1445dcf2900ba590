package partiql

import (
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// condition reads a condition.
func (p *parser) condition() (*Condition, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.joined("OR", func() (*Condition, error) { return p.joined("AND", p.negated) })
}

// joined reads parts with an operator between them.
func (p *parser) joined(operator string, part func() (*Condition, error)) (*Condition, error) {
	first, err := part()
	if err != nil || !p.peek().is(operator) {
		return first, err
	}
	c := &Condition{Operator: operator, Parts: []*Condition{first}}
	for p.accept(operator) {
		next, err := part()
		if err != nil {
			return nil, err
		}
		c.Parts = append(c.Parts, next)
	}
	return c, nil
}

func (p *parser) negated() (*Condition, error) {
	if !p.accept("NOT") {
		return p.predicate()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	c, err := p.negated()
	if err != nil {
		return nil, err
	}
	return &Condition{Operator: "NOT", Parts: []*Condition{c}}, nil
}

// predicate reads a condition in parentheses, a call, or a comparison.
func (p *parser) predicate() (*Condition, error) {
	if p.accept("(") {
		c, err := p.condition()
		if err != nil {
			return nil, err
		}
		return c, p.expect(")")
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	t := p.peek()
	switch {
	case t.is("=") || t.is("<>") || t.is("!=") || t.is("<") || t.is("<=") || t.is(">") || t.is(">="):
		p.take()
		if t.is("=") && (left.Function == "attribute_exists" || left.Function == "attribute_not_exists") && p.accept("TRUE") {
			return &Condition{Operands: []*Operand{left}}, nil
		}
		if p.peek().is("MISSING") {
			return nil, value.Invalid("MISSING must be compared using IS operator")
		}
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &Condition{Operator: strings.Replace(t.text, "!=", "<>", 1), Operands: []*Operand{left, right}}, nil
	case p.accept("BETWEEN"):
		return p.between(left)
	case p.accept("IN"):
		return p.in(left)
	case p.accept("IS"):
		return p.isWhat(left)
	case left.Function != "":
		return &Condition{Operands: []*Operand{left}}, nil
	case t.is("+") || t.is("-") || t.is("*") || t.is("LIKE"):
		return nil, value.Invalid("Unsupported operator in Condition Expression. Operator: %s", strings.ToLower(t.text))
	}
	return nil, p.unexpected("condition in WHERE")
}

func (p *parser) between(tested *Operand) (*Condition, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	return &Condition{Operator: "BETWEEN", Operands: []*Operand{tested, low, high}}, err
}

// in reads a list in brackets or in parentheses.
func (p *parser) in(tested *Operand) (*Condition, error) {
	closing := ")"
	if p.accept("[") {
		closing = "]"
	} else if err := p.expect("("); err != nil {
		return nil, err
	}
	c := &Condition{Operator: "IN", Operands: []*Operand{tested}}
	for {
		o, err := p.operand()
		if err != nil {
			return nil, err
		}
		c.Operands = append(c.Operands, o)
		if !p.accept(",") {
			return c, p.expect(closing)
		}
	}
}

// types are the types that IS tests for, by their names.
var types = map[string]string{"NULL": "NULL", "BOOL": "BOOL", "STRING": "S"}

// isWhat reads IS [NOT] MISSING or a type.
func (p *parser) isWhat(tested *Operand) (*Condition, error) {
	not := p.accept("NOT")
	var c *Condition
	switch {
	case p.accept("MISSING"):
		c = &Condition{Operands: []*Operand{{Function: "attribute_not_exists", Args: []*Operand{tested}}}}
	case p.peek().kind == word && types[strings.ToUpper(p.peek().text)] != "":
		kind := types[strings.ToUpper(p.take().text)]
		c = &Condition{Operands: []*Operand{{Function: "attribute_type", Args: []*Operand{tested, {Value: value.String(kind)}}}}}
	default:
		return nil, p.unexpected("'MISSING' or 'NULL'")
	}
	if not {
		c = &Condition{Operator: "NOT", Parts: []*Condition{c}}
	}
	return c, nil
}
