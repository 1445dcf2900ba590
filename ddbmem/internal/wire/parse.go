package wire

import (
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// SyntaxError is a body that is not JSON, or holds a value of a type that the member cannot have. Its Msg is what
// the service's deserialiser says; it may be empty.
type SyntaxError struct{ Msg string }

// Error returns the message.
func (e *SyntaxError) Error() string { return e.Msg }

// maxDepth bounds the nesting of a body. Attribute values may have 32 levels, of two braces each. Deeper values are
// still parsed, so that they are rejected with the right message.
const maxDepth = 2000

// Parse reads body as a value of the given shape. Members that the shape does not know are skipped.
func Parse(body []byte, shape *Shape) (*Node, error) {
	p := parser{b: body}
	p.space()
	var n Node
	if err := p.value(&n, shape, true, 0); err != nil {
		return nil, err
	}
	p.space()
	if p.i != len(p.b) || n.Kind != Object {
		return nil, &SyntaxError{}
	}
	return &n, nil
}

type parser struct {
	b []byte
	i int
}

func (p *parser) space() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func bad() error { return &SyntaxError{} }

// value reads one value into n and checks that its type fits the shape. field says whether the value is a member of
// a structure, as opposed to an element of a collection: the service words its refusals differently.
func (p *parser) value(n *Node, s *Shape, field bool, depth int) error {
	if depth > maxDepth {
		return bad()
	}
	p.space()
	n.Shape = s
	start := p.i
	switch c := p.peek(); {
	case c == 'n':
		return p.word("null")
	case s == nil || s.Type == Attr || s.Type == AttrMap:
		if err := p.skip(depth); err != nil {
			return err
		}
		if s == nil {
			return nil
		}
		n.Raw = p.b[start:p.i]
		n.Kind = Object
		switch c {
		case '{':
		case '[':
			n.Kind = Array
		case '"':
			n.Kind = Text
		default:
			n.Kind = Number
		}
		if err := checkType(n, c, field); err != nil {
			return err
		}
		if s.Type == Attr {
			return attrType(n.Raw)
		}
		n.Input = new(value.Input)
		return n.Input.UnmarshalJSON(n.Raw)
	case c == 't':
		n.Kind, n.On = Boolean, true
		if err := p.word("true"); err != nil {
			return err
		}
	case c == 'f':
		n.Kind = Boolean
		if err := p.word("false"); err != nil {
			return err
		}
	case c == '"':
		n.Kind = Text
		var err error
		if n.Str, err = p.str(); err != nil {
			return err
		}
	case c == '{':
		n.Kind = Object
		if err := checkType(n, c, field); err != nil {
			return err
		}
		err := p.object(n, depth)
		if s.Echo {
			n.Raw = p.b[start:p.i]
		}
		return err
	case c == '[':
		n.Kind = Array
		if err := checkType(n, c, field); err != nil {
			return err
		}
		return p.array(n, depth)
	default:
		n.Kind = Number
		if err := p.number(); err != nil {
			return err
		}
		n.Str = string(p.b[start:p.i])
	}
	return checkType(n, p.b[start], field)
}

// manyKeys is the number of keys from which on they are looked up in a map.
const manyKeys = 32

// place returns the position of a key among the keys read so far, or its position for an insert.
func place(keys []string, places map[string]int, key string) (at int, known bool) {
	if places != nil {
		at, known = places[key]
	} else if at = slices.Index(keys, key); at >= 0 {
		return at, true
	}
	if !known {
		at = len(keys)
	}
	return at, known
}

// remember notes the place of the last key, and of all when they have become many.
func remember(places map[string]int, keys []string) map[string]int {
	switch {
	case places != nil:
		places[keys[len(keys)-1]] = len(keys) - 1
	case len(keys) == manyKeys:
		places = make(map[string]int, 2*manyKeys)
		for i, k := range keys {
			places[k] = i
		}
	}
	return places
}

func (p *parser) object(n *Node, depth int) error {
	p.i++
	var places map[string]int // of the keys, once there are many
	p.space()
	if p.peek() == '}' {
		p.i++
		return nil
	}
	for {
		p.space()
		key, err := p.str()
		if err != nil {
			return err
		}
		p.space()
		if p.peek() != ':' {
			return bad()
		}
		p.i++
		var member *Shape
		if n.Shape.Type == Map {
			member = n.Shape.Elem
		} else {
			member = n.Shape.field(key)
		}
		if member == nil {
			p.space()
			if err := p.skip(depth + 1); err != nil {
				return err
			}
		} else {
			at, known := place(n.Keys, places, key)
			if !known {
				n.Keys = append(n.Keys, key)
				n.Elems = append(n.Elems, Node{})
				places = remember(places, n.Keys)
			} else {
				n.Elems[at] = Node{}
			}
			if err := p.value(&n.Elems[at], member, n.Shape.Type == Struct, depth+1); err != nil {
				return err
			}
		}
		p.space()
		switch p.peek() {
		case ',':
			p.i++
		case '}':
			p.i++
			return nil
		default:
			return bad()
		}
	}
}

func (p *parser) array(n *Node, depth int) error {
	p.i++
	p.space()
	if p.peek() == ']' {
		p.i++
		return nil
	}
	for {
		n.Elems = append(n.Elems, Node{})
		if err := p.value(&n.Elems[len(n.Elems)-1], n.Shape.Elem, false, depth+1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.i++
		case ']':
			p.i++
			return nil
		default:
			return bad()
		}
	}
}

// skip passes over a value of any type.
func (p *parser) skip(depth int) error {
	if depth > maxDepth {
		return bad()
	}
	switch p.peek() {
	case 'n':
		return p.word("null")
	case 't':
		return p.word("true")
	case 'f':
		return p.word("false")
	case '"':
		_, err := p.span()
		return err
	case '{', '[':
		open := p.peek()
		end := byte('}')
		if open == '[' {
			end = ']'
		}
		p.i++
		p.space()
		if p.peek() == end {
			p.i++
			return nil
		}
		for {
			p.space()
			if open == '{' {
				if _, err := p.span(); err != nil {
					return err
				}
				p.space()
				if p.peek() != ':' {
					return bad()
				}
				p.i++
				p.space()
			}
			if err := p.skip(depth + 1); err != nil {
				return err
			}
			p.space()
			switch p.peek() {
			case ',':
				p.i++
			case end:
				p.i++
				return nil
			default:
				return bad()
			}
		}
	default:
		return p.number()
	}
}

func (s *Shape) field(name string) *Shape {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return s.Fields[i].Shape
		}
	}
	return nil
}
