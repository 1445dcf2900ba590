package partiql

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// value reads a literal or a parameter. Literals are first written in the form of request values, and then read with
// the same checks.
func (p *parser) value() (value.Value, error) {
	var b strings.Builder
	if err := p.literal(&b); err != nil {
		return value.Value{}, err
	}
	return value.Parse([]byte(b.String()))
}

// item reads the literal of an item, whose attributes begin at the first level.
func (p *parser) item() (value.Item, error) {
	var b strings.Builder
	p.under = nil
	if err := p.literal(&b); err != nil {
		return nil, err
	}
	fields := strings.TrimSuffix(strings.TrimPrefix(b.String(), `{"M":`), "}")
	return value.ParseItem([]byte(fields))
}

func (p *parser) literal(b *strings.Builder) error {
	if err := p.deeper(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	t := p.take()
	switch {
	case t.kind == text:
		b.WriteString(`{"S":` + quote(t.text) + `}`)
	case t.kind == number:
		return p.number(b, t.text)
	case t.is("-") && p.peek().kind == number:
		return p.number(b, "-"+p.take().text)
	case t.is("TRUE"), t.is("FALSE"):
		b.WriteString(`{"BOOL":` + strings.ToLower(t.text) + `}`)
	case t.is("NULL"):
		b.WriteString(`{"NULL":true}`)
	case t.is("?"):
		if len(p.parameters) == 0 {
			return value.Invalid("Number of parameters in request and statement don't match.")
		}
		b.Write(p.parameters[0].AppendJSON(nil))
		p.parameters = p.parameters[1:]
	case t.is("["):
		b.WriteString(`{"L":[`)
		position := 0
		element := func() error {
			position++
			return p.within(fmt.Sprintf("[%d]", position-1), b)
		}
		if err := p.elements(b, "]", element); err != nil {
			return err
		}
		b.WriteString(`]}`)
	case t.is("{"):
		b.WriteString(`{"M":{`)
		seen := map[string]bool{}
		if err := p.elements(b, "}", func() error { return p.field(b, seen) }); err != nil {
			return err
		}
		b.WriteString(`}}`)
	case t.is("<<"):
		return p.bag(b, t)
	case t.kind == end:
		return malformed("Unexpected term")
	default:
		p.tokens = append([]token{t}, p.tokens...)
		if p.isCall() {
			return value.Invalid("Unsupported data type: %s under key root%s", strings.ToLower(t.text), p.at(t))
		}
		return p.unexpected("value")
	}
	return nil
}

// number reads the literal of a number. The error for an invalid number contains its position.
func (p *parser) number(b *strings.Builder, text string) error {
	if value.Wide(text) {
		return unreadable()
	}
	if _, err := value.Number(text); err != nil {
		if refused, ok := errors.AsType[*value.Error](err); ok {
			return value.Invalid("%s under root%s", refused.Message, strings.Join(p.under, ""))
		}
		return err
	}
	b.WriteString(`{"N":` + quote(text) + `}`)
	return nil
}

// within reads a literal one step below another.
func (p *parser) within(step string, b *strings.Builder) error {
	p.under = append(p.under, step)
	defer func() { p.under = p.under[:len(p.under)-1] }()
	return p.literal(b)
}

// elements reads the elements between commas, up to the closing symbol.
func (p *parser) elements(b *strings.Builder, closing string, element func() error) error {
	for i := 0; !p.accept(closing); i++ {
		if i > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
			b.WriteByte(',')
		}
		if err := element(); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) field(b *strings.Builder, seen map[string]bool) error {
	t := p.peek()
	line, column, size := p.place(t)
	switch {
	case t.kind == word || t.kind == quoted:
		return value.Invalid("Tuple keys must be of type String. Actual type: VariableReference under root at %d:%d:%d", line, column, size)
	case t.kind != text:
		return p.unexpected("string")
	case seen[t.text]:
		return value.Invalid("Duplicate keys in tuple. Key: %s under root at %d:%d:%d", t.text, line, column, size)
	}
	seen[t.text] = true
	p.take()
	b.WriteString(quote(t.text) + ":")
	if err := p.expect(":"); err != nil {
		return err
	}
	if p.depth == 1 && p.clause == elsewhere { // an attribute of an item
		return p.literal(b)
	}
	return p.within("."+t.text, b)
}

// bag reads a set after its first symbol.
func (p *parser) bag(b *strings.Builder, opening token) error {
	var members []value.Value
	var unused strings.Builder
	err := p.elements(&unused, ">>", func() error {
		v, err := p.value()
		members = append(members, v)
		return err
	})
	if err != nil {
		return err
	}
	if len(members) == 0 && p.clause != elsewhere {
		return value.Invalid("Empty bags are not supported")
	}
	if len(members) == 0 {
		return value.Invalid("Empty bags are not supported%s", p.at(opening))
	}
	set := members[0].Kind().SetOf()
	b.WriteString(`{"` + set.String() + `":[`)
	for i, v := range members {
		if set == value.None || v.Kind() != members[0].Kind() {
			return value.Invalid("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
		}
		if i > 0 {
			b.WriteByte(',')
		}
		part, err := member(v)
		if err != nil {
			return err
		}
		b.Write(part)
	}
	b.WriteString(`]}`)
	return nil
}

// member returns a value as a member of a set: without its type.
func member(v value.Value) ([]byte, error) {
	var typed map[string]json.RawMessage
	if err := json.Unmarshal(v.AppendJSON(nil), &typed); err != nil {
		return nil, err
	}
	for _, raw := range typed {
		return raw, nil
	}
	return nil, errors.New("a value without a type")
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
