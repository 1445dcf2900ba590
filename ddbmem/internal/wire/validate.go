package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxErrors is how many broken constraints the service reports at once.
const maxErrors = 10

// NamePattern is what table and index names are made of.
const NamePattern = "[a-zA-Z0-9_.-]+"

// Validate returns the message that lists every constraint the request breaks, or "".
func (n *Node) Validate() string {
	v := validator{}
	v.fields(n, n.Shape, "")
	switch len(v.errs) {
	case 0:
		return ""
	case 1:
		return "1 validation error detected: " + v.errs[0]
	}
	return fmt.Sprintf("%d validation errors detected: %s", len(v.errs), strings.Join(v.errs, "; "))
}

type validator struct{ errs []string }

func (v *validator) fail(n *Node, path, constraint string) {
	if len(v.errs) >= maxErrors {
		return
	}
	val := "null"
	if n != nil {
		val = "'" + n.String() + "'"
	}
	v.errs = append(v.errs, "Value "+val+" at '"+path+"' failed to satisfy constraint: "+constraint)
}

func (v *validator) fields(n *Node, s *Shape, parent string) {
	for i := range s.Fields {
		f := &s.Fields[i]
		v.check(n.Get(f.Name), f.Shape, parent+lowerFirst(f.Name))
	}
}

func (v *validator) check(n *Node, s *Shape, path string) {
	if n == nil {
		if s.Required {
			v.fail(nil, path, "Member must not be null")
		}
		return
	}
	v.bounds(n, s, path)
	switch s.Type {
	case Struct:
		v.fields(n, s, path+".")
	case List:
		if s.Elem.Type != AttrMap && s.Elem.Type != Attr {
			for i := range n.Elems {
				v.check(present(&n.Elems[i]), s.Elem, path+"."+strconv.Itoa(i+1)+".member")
			}
		}
	case Map:
		v.mapKeys(n, s, path)
		for i := range n.Elems {
			v.check(present(&n.Elems[i]), s.Elem, path+"."+n.Keys[i]+".member")
		}
	}
}

func present(n *Node) *Node {
	if n.Kind == Null {
		return nil
	}
	return n
}

func (v *validator) bounds(n *Node, s *Shape, path string) {
	if s.Pattern != "" && n.Str != "" && !isName(n.Str) && !isArn(n.Str) {
		v.fail(n, path, "Member must satisfy regular expression pattern: "+s.Pattern)
	}
	length := n.length()
	least := func() {
		if s.MinLen > 0 && length < s.MinLen {
			v.fail(n, path, "Member must have length greater than or equal to "+strconv.Itoa(s.MinLen))
		}
	}
	if !s.LenFirst {
		least()
	}
	if s.MaxLen > 0 && length > s.MaxLen {
		v.fail(n, path, "Member must have length less than or equal to "+strconv.Itoa(s.MaxLen))
	}
	if s.LenFirst {
		least()
	}
	if s.HasMin && toInt(n.Str) < s.Min {
		v.fail(n, path, "Member must have value greater than or equal to "+strconv.FormatInt(s.Min, 10))
	}
	if s.Max != 0 && toInt(n.Str) > s.Max {
		v.fail(n, path, "Member must have value less than or equal to "+strconv.FormatInt(s.Max, 10))
	}
	if s.Enum != nil {
		if slices.Contains(s.Enum, n.Str) {
			return
		}
		v.fail(n, path, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
}

func (v *validator) mapKeys(n *Node, s *Shape, path string) {
	for i, k := range n.Keys {
		if s.KeyName && (utf8.RuneCountInString(k) < 1 || utf8.RuneCountInString(k) > 255 || !isName(k) && !isArn(k)) {
			v.fail(n, path, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "+
				"Member must have length greater than or equal to 1, "+
				"Member must satisfy regular expression pattern: "+NamePattern+"]")
		}
		if l := len(n.Elems[i].Elems); s.ValMaxLen > 0 && (l > s.ValMaxLen || l < s.ValMinLen) {
			v.fail(n, path, fmt.Sprintf("Map value must satisfy constraint: [Member must have length less than or equal to %d, "+
				"Member must have length greater than or equal to %d]", s.ValMaxLen, s.ValMinLen))
		}
	}
}

func (n *Node) length() int {
	switch n.Kind {
	case Text:
		return utf8.RuneCountInString(n.Str)
	case Array, Object:
		return len(n.Elems)
	}
	return 0
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-') {
			return false
		}
	}
	return s != ""
}

// isArn reports whether s is the ARN of a table, which stands for its name wherever a name can stand.
func isArn(s string) bool { return strings.HasPrefix(s, "arn:aws") && strings.Contains(s, ":table/") }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// String renders a value the way messages of the service quote it.
func (n *Node) String() string {
	switch n.Kind {
	case Null:
		return "null"
	case Boolean:
		return strconv.FormatBool(n.On)
	case Array:
		if n.Shape.Type == Attr {
			return string(n.Raw)
		}
		parts := make([]string, len(n.Elems))
		for i := range n.Elems {
			parts[i] = n.Elems[i].String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Object:
		if n.Shape.Type == Attr || n.Shape.Type == AttrMap {
			return string(n.Raw)
		}
		parts := make([]string, len(n.Elems))
		for i := range n.Elems {
			key := n.Keys[i]
			if n.Shape.Type == Struct {
				key = lowerFirst(key)
			}
			parts[i] = key + "=" + n.Elems[i].String()
		}
		if n.Shape.Type == Struct {
			return n.Shape.Name + "(" + strings.Join(parts, ", ") + ")"
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.Str
}
