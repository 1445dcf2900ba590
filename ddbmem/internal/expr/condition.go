package expr

import (
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Condition is a parsed condition expression or filter expression.
type Condition struct {
	root  *node
	paths []path
}

// node is a node of a condition: AND, OR and NOT over other nodes, or a leaf,
// which is a comparison, BETWEEN, IN or a single call.
type node struct {
	operator string // AND, OR, NOT; = <> < <= > >= BETWEEN IN; empty for a call
	children []*node
	operands []*operand // of a leaf
}

// Holds reports whether the condition is true of an item. A missing item is
// the empty item.
func (c *Condition) Holds(item value.Item) bool { return c.root.holds(item) }

// Heads returns the names of the top-level attributes that the condition
// mentions.
func (c *Condition) Heads() []string { return heads(c.paths, false) }

// NestedHeads returns the names of the attributes within which the condition
// looks.
func (c *Condition) NestedHeads() []string { return heads(c.paths, true) }

func parseCondition(text string, s *scope) (*Condition, error) {
	p := newParser(text)
	root, err := p.condition()
	if err != nil {
		return nil, err
	}
	c := &Condition{root: root}
	if err := c.check(s); err != nil {
		return nil, err
	}
	root.eachOperand(func(o *operand) {
		if o.isPath() {
			c.paths = append(c.paths, o.path)
		}
	})
	return c, nil
}

// condition reads a whole condition.
func (p *parser) condition() (*node, error) {
	t, err := p.or()
	if err != nil {
		return nil, err
	}
	n, err := p.asCondition(t)
	if err != nil {
		return nil, err
	}
	return n, p.end()
}

// term is a condition, or an operand of a comparison whose operator has not been read yet. Which one is unknown only
// after an opening parenthesis.
type term struct {
	condition *node
	operand   *operand
	enclosed  bool // it stood in parentheses
}

// asCondition turns a term into a condition, which a bare operand is not
// unless it is a call.
func (p *parser) asCondition(t term) (*node, error) {
	switch {
	case t.condition != nil:
		return t.condition, nil
	case t.operand.calls:
		return &node{operands: []*operand{t.operand}}, nil
	default:
		return nil, p.fail()
	}
}

func (p *parser) or() (term, error)  { return p.chain("OR", p.and) }
func (p *parser) and() (term, error) { return p.chain("AND", p.not) }

// chain reads parts joined by one logical operator.
func (p *parser) chain(operator string, part func() (term, error)) (term, error) {
	t, err := part()
	if err != nil || !p.is(operator) {
		return t, err
	}
	first, err := p.asCondition(t)
	if err != nil {
		return term{}, err
	}
	n := &node{operator: operator, children: []*node{first}}
	for p.accept(operator) {
		p.operators++
		t, err := part()
		if err != nil {
			return term{}, err
		}
		child, err := p.asCondition(t)
		if err != nil {
			return term{}, err
		}
		n.children = append(n.children, child)
	}
	return term{condition: n}, nil
}

func (p *parser) not() (term, error) {
	if !p.accept("NOT") {
		return p.comparison()
	}
	p.operators++
	t, err := p.not()
	if err != nil {
		return term{}, err
	}
	child, err := p.asCondition(t)
	if err != nil {
		return term{}, err
	}
	return term{condition: &node{operator: "NOT", children: []*node{child}}}, nil
}

// comparison reads a leaf, something in parentheses, or a bare operand when no
// operator follows it.
func (p *parser) comparison() (term, error) {
	t, err := p.primary()
	if err != nil || t.condition != nil {
		return t, err
	}
	next := p.peek()
	switch {
	case next.kind == tokenSymbol && isComparator(next.word):
		p.take()
		p.operators++
		right, err := p.operand()
		if err != nil {
			return term{}, err
		}
		return leaf(next.word, t.operand, right), nil
	case p.accept("BETWEEN"):
		return p.between(t.operand)
	case p.accept("IN"):
		return p.in(t.operand)
	case t.operand.calls || p.is(")"):
		return t, nil
	default:
		return term{}, p.fail()
	}
}

func leaf(operator string, operands ...*operand) term {
	return term{condition: &node{operator: operator, operands: operands}}
}

func (p *parser) primary() (term, error) {
	if !p.accept("(") {
		o, err := p.plainOperand()
		return term{operand: o}, err
	}
	t, err := p.or()
	if err != nil {
		return term{}, err
	}
	p.redundant = p.redundant || t.enclosed
	t.enclosed = true
	return t, p.expect(")")
}

func (p *parser) between(tested *operand) (term, error) {
	p.operators++
	low, err := p.operand()
	if err != nil {
		return term{}, err
	}
	if err := p.expect("AND"); err != nil {
		return term{}, err
	}
	high, err := p.operand()
	return leaf("BETWEEN", tested, low, high), err
}

func (p *parser) in(tested *operand) (term, error) {
	p.operators++
	if err := p.expect("("); err != nil {
		return term{}, err
	}
	operands := []*operand{tested}
	for {
		o, err := p.operand()
		if err != nil {
			return term{}, err
		}
		operands = append(operands, o)
		if !p.accept(",") {
			return leaf("IN", operands...), p.expect(")")
		}
	}
}

func isComparator(word string) bool {
	switch word {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	default:
		return false
	}
}

// eachLeaf calls visit for the leaves from left to right until an error.
func (n *node) eachLeaf(visit func(*node) error) error {
	if n.operands != nil {
		return visit(n)
	}
	for _, child := range n.children {
		if err := child.eachLeaf(visit); err != nil {
			return err
		}
	}
	return nil
}

// eachOperand calls visit for all operands, arguments after their call.
func (n *node) eachOperand(visit func(*operand)) {
	_ = n.eachLeaf(func(leaf *node) error {
		for _, o := range leaf.operands {
			o.each(visit)
		}
		return nil
	})
}

func (o *operand) each(visit func(*operand)) {
	visit(o)
	for _, arg := range o.args {
		arg.each(visit)
	}
}
