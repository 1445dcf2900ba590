package expr

import (
	"strconv"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// parser walks over the tokens of one expression. Its methods build the tree;
// everything that is not a matter of syntax is checked on the tree afterwards.
type parser struct {
	text      string
	tokens    []token
	pos       int
	operators int
	redundant bool  // doubled parentheses were met
	limit     error // the first list position or path beyond the limits
}

func newParser(text string) *parser { return &parser{text: text, tokens: lex(text)} }

func (p *parser) peek() token { return p.tokens[p.pos] }

// take returns the next token and moves on, staying at the end.
func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEOF {
		p.pos++
	}
	return t
}

// is reports whether a symbol or a keyword follows.
func (p *parser) is(word string) bool {
	t := p.peek()
	return (t.kind == tokenSymbol || t.kind == tokenKeyword) && t.word == word
}

// accept consumes a symbol or a keyword when it follows.
func (p *parser) accept(word string) bool {
	if !p.is(word) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) expect(word string) error {
	if !p.accept(word) {
		return p.fail()
	}
	return nil
}

// fail reports the next token as a syntax error, with the text from the token
// before it to the token after it.
func (p *parser) fail() error {
	bad := p.peek()
	start, end := 0, len(p.text)
	if p.pos > 0 {
		start = p.tokens[p.pos-1].start
	}
	if p.pos+1 < len(p.tokens) && p.tokens[p.pos+1].kind != tokenEOF {
		end = p.tokens[p.pos+1].end
	}
	word := bad.word
	if bad.kind != tokenEOF {
		word = p.text[bad.start:bad.end]
	}
	return value.Invalid(msgSyntax, word, p.text[start:end])
}

// end reports what takes precedence over all other checks: text after the expression, then the limits.
func (p *parser) end() error {
	switch {
	case p.peek().kind != tokenEOF:
		return p.fail()
	case p.limit != nil:
		return p.limit
	case p.redundant:
		return value.Invalid(msgParentheses)
	case p.operators > maxOperators:
		return value.Invalid(msgOperators, maxOperators+1)
	}
	return nil
}

// operand is what an operator or a function works on: a document path, a value
// placeholder, or a function call.
type operand struct {
	path path // of a document path

	placeholder string      // of a value, ":name"
	value       value.Value // of a value, once resolved

	function string // of a call
	args     []*operand

	calls bool // it is a call, even of a function that does not exist
}

func (o *operand) isPath() bool  { return o.path != nil }
func (o *operand) isValue() bool { return o.placeholder != "" }

// operand reads an operand, in parentheses or not.
func (p *parser) operand() (*operand, error) {
	o, _, err := p.enclosed()
	return o, err
}

// enclosed reads an operand and reports whether it stood in parentheses.
func (p *parser) enclosed() (*operand, bool, error) {
	if !p.accept("(") {
		o, err := p.plainOperand()
		return o, false, err
	}
	o, doubled, err := p.enclosed()
	if err != nil {
		return nil, false, err
	}
	p.redundant = p.redundant || doubled
	return o, true, p.expect(")")
}

func (p *parser) plainOperand() (*operand, error) {
	switch t := p.peek(); t.kind {
	case tokenValue:
		p.take()
		return &operand{placeholder: t.word}, nil
	case tokenIdentifier:
		if next := p.tokens[p.pos+1]; next.kind == tokenSymbol && next.word == "(" {
			return p.call()
		}
		fallthrough
	case tokenName:
		steps, err := p.path()
		return &operand{path: steps}, err
	default:
		return nil, p.fail()
	}
}

func (p *parser) call() (*operand, error) {
	o := &operand{calls: true, function: p.take().word}
	p.operators++
	p.take()
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		o.args = append(o.args, arg)
		if !p.accept(",") {
			return o, p.expect(")")
		}
	}
}

// path reads a document path.
func (p *parser) path() (path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	steps := path{first}
	for {
		switch {
		case p.accept("."):
			next, err := p.name()
			if err != nil {
				return nil, err
			}
			steps = append(steps, next)
		case p.accept("["):
			next, err := p.position()
			if err != nil {
				return nil, err
			}
			steps = append(steps, next)
		default:
			if len(steps) > maxNesting && p.limit == nil {
				p.limit = value.Invalid(msgNesting, len(steps))
			}
			return steps, nil
		}
	}
}

func (p *parser) name() (step, error) {
	t := p.peek()
	if t.kind != tokenIdentifier && t.kind != tokenName {
		return step{}, p.fail()
	}
	p.take()
	return step{name: t.word, placeholder: t.kind == tokenName}, nil
}

func (p *parser) position() (step, error) {
	t := p.peek()
	if t.kind != tokenNumber {
		return step{}, p.fail()
	}
	p.take()
	n, err := strconv.ParseInt(t.word, 10, 32)
	if err != nil && p.limit == nil {
		p.limit = value.Invalid(msgIndexRange, t.word)
	}
	return step{position: int(n), index: true}, p.expect("]")
}
