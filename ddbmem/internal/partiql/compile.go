package partiql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Writer puts together expressions and the names and values that they mention. The zero Writer is ready.
type Writer struct {
	Names  map[string]string
	Values []value.Field
}

// Name returns a placeholder for a name.
func (w *Writer) Name(name string) string {
	if w.Names == nil {
		w.Names = map[string]string{}
	}
	placeholder := "#n" + strconv.Itoa(len(w.Names))
	w.Names[placeholder] = name
	return placeholder
}

func (w *Writer) value(v value.Value) string {
	placeholder := ":v" + strconv.Itoa(len(w.Values))
	w.Values = append(w.Values, value.Field{Name: placeholder, Value: v})
	return placeholder
}

func (w *Writer) path(p Path) string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.Index:
			fmt.Fprintf(&b, "[%d]", s.Position)
		case i > 0:
			b.WriteString("." + w.Name(s.Name))
		default:
			b.WriteString(w.Name(s.Name))
		}
	}
	return b.String()
}

func (w *Writer) operand(o *Operand) string {
	switch {
	case o.Function != "":
		return o.Function + "(" + w.list(o.Args) + ")"
	case o.Path != nil:
		return w.path(o.Path)
	default:
		return w.value(o.Value)
	}
}

func (w *Writer) list(operands []*Operand) string {
	parts := make([]string, len(operands))
	for i, o := range operands {
		parts[i] = w.operand(o)
	}
	return strings.Join(parts, ", ")
}

// Condition returns a condition as a condition expression.
func (w *Writer) Condition(c *Condition) string {
	switch c.Operator {
	case "AND", "OR":
		parts := make([]string, len(c.Parts))
		for i, part := range c.Parts {
			parts[i] = w.Part(part)
		}
		return strings.Join(parts, " "+c.Operator+" ")
	case "NOT":
		return "NOT " + w.Part(c.Parts[0])
	case "":
		return w.operand(c.Operands[0])
	case "BETWEEN":
		return w.operand(c.Operands[0]) + " BETWEEN " + w.operand(c.Operands[1]) + " AND " + w.operand(c.Operands[2])
	case "IN":
		return w.operand(c.Operands[0]) + " IN (" + w.list(c.Operands[1:]) + ")"
	default:
		return w.operand(c.Operands[0]) + " " + c.Operator + " " + w.operand(c.Operands[1])
	}
}

// Part returns a condition as part of another.
func (w *Writer) Part(c *Condition) string {
	if c.Parts != nil {
		return "(" + w.Condition(c) + ")"
	}
	return w.Condition(c)
}

// Update returns the changes of an UPDATE as an update expression.
func (w *Writer) Update(changes []Change) (string, error) {
	sections := map[string][]string{}
	for _, c := range changes {
		section, text, err := w.change(c)
		if err != nil {
			return "", err
		}
		sections[section] = append(sections[section], text)
	}
	var parts []string
	for _, name := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if sections[name] != nil {
			parts = append(parts, name+" "+strings.Join(sections[name], ", "))
		}
	}
	return strings.Join(parts, " "), nil
}

// change returns a change and the section of an update expression that it belongs to.
func (w *Writer) change(c Change) (section, text string, err error) {
	switch {
	case c.Remove:
		return "REMOVE", w.path(c.Path), nil
	case setFunctions[c.Left.Function] != "" && c.Sign != "":
		return "", "", malformed("%s stands alone", strings.ToUpper(c.Left.Function))
	case setFunctions[c.Left.Function] != "":
		return setFunctions[c.Left.Function], w.path(c.Path) + " " + w.value(c.Left.Args[1].Value), nil
	}
	text = w.path(c.Path) + " = " + w.operand(c.Left)
	if c.Sign != "" {
		text += " " + c.Sign + " " + w.operand(c.Right)
	}
	return "SET", text, nil
}
