package template

import "strings"

// Continues reports whether each key of t begins like a whole key of parent and continues with a literal of its own:
// "order#{OrderID}#line#{ID}" continues "order#{ID}#". Parent must end in a literal, so that 1 never matches 12. The
// literal of t must be longer there, so that a read of the children of one parent does not begin with the parent
// itself. Parts correspond by kind and width; the fields may be of different structs.
//
// A t that Continues a parent in the same index must be replaced by t.Under(parent).
func (t Template) Continues(parent Template) bool {
	n := len(parent.parts)
	if n == 0 || n > len(t.parts) || parent.parts[n-1].Kind != Literal || parent.Native() {
		return false
	}
	for i, p := range parent.parts {
		c := t.parts[i]
		if c.Kind != p.Kind || c.Width != p.Width || c.N != p.N {
			return false
		}
		switch {
		case c.Kind == Num && signed(c.Field.Type.Kind()) && !signed(p.Field.Type.Kind()):
			return false // the parent has no negative keys
		case c.Kind == Literal && i < n-1 && c.Text != p.Text:
			return false
		case c.Kind == Literal && i == n-1 && (len(c.Text) <= len(p.Text) || !strings.HasPrefix(c.Text, p.Text)):
			return false
		}
	}
	return true
}

// Under returns t as a template whose keys are among those of parent, which it continues. The shared parts then end
// where the parent's end: at "#" in "order#{OrderID}#line#{ID}", not at "#line#". Otherwise an OrderID of "1#2" would
// be rejected in the parent but not in t. A read of the order 1 and its children would find a line of the order 1#2,
// and the line 1#note#2/3 would equal the note 1/2#line#3. It returns t unchanged if t does not continue parent.
func (t Template) Under(parent Template) Template {
	if !t.Continues(parent) {
		return t
	}
	stops := append([]string(nil), t.stops...)
	for i := range parent.parts {
		if s := parent.stops[i]; s != "" && len(s) < len(stops[i]) {
			stops[i] = s
		}
	}
	t.stops = stops
	return t
}

// After returns the rest of t, which continues parent, after the parent's key: "line#{ID}" of
// "order#{OrderID}#line#{ID}" after "order#{ID}#". It is the empty template if t does not continue parent.
func (t Template) After(parent Template) Template {
	if !t.Continues(parent) {
		return Template{}
	}
	n := len(parent.parts) - 1
	rest := Template{parts: append([]Part(nil), t.parts[n:]...), fields: fieldsOf(t.parts[n:]), stops: append([]string(nil), t.stops[n:]...)}
	rest.parts[0].Text = rest.parts[0].Text[len(parent.parts[n].Text):]
	return rest
}
