package wire

import (
	"cmp"
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

// Validate returns the message that lists the violated constraints of a request, with the text of a layer, or "". A
// newer layer leaves to the older one what it does not check itself.
func (n *Node) Validate(layer Layer) string {
	v := validator{}
	v.fields(n, n.Shape, "")
	if len(v.broken) == 0 {
		return ""
	}
	if layer == Older || slices.ContainsFunc(v.broken, func(b violation) bool { return b.older }) {
		return listed(v.broken, func(b violation) string { return b.text })
	}
	list := v.broken
	if i := slices.IndexFunc(list, func(b violation) bool { return b.alone }); i >= 0 {
		list = list[i : i+1]
	}
	if layer == Plain && len(list) == 1 && list[0].newer != "" && !strings.HasPrefix(list[0].newer, "Value at") {
		return list[0].newer
	}
	return listed(list, func(b violation) string { return cmp.Or(b.newer, b.text) })
}

func listed(broken []violation, show func(violation) string) string {
	parts := make([]string, len(broken))
	for i, b := range broken {
		parts[i] = show(b)
	}
	head := "1 validation error detected: "
	if len(parts) > 1 {
		head = fmt.Sprintf("%d validation errors detected: ", len(parts))
	}
	return head + strings.Join(parts, "; ")
}

// violation is a constraint that a request breaks.
type violation struct {
	text  string
	newer string
	alone bool
	older bool // only the older layer knows the constraint
}

type validator struct{ broken []violation }

func (v *validator) fail(n *Node, path, constraint string) {
	if len(v.broken) >= maxErrors {
		return
	}
	val := "null"
	if n != nil {
		val = "'" + n.String() + "'"
	}
	v.broken = append(v.broken, violation{text: "Value " + val + " at '" + path + "' failed to satisfy constraint: " + constraint, older: true})
}

// failNewer is like fail for a constraint that newer layers check too.
func (v *validator) failNewer(n *Node, s *Shape, path, constraint, newer string) {
	known := len(v.broken)
	v.fail(n, path, constraint)
	for i := known; i < len(v.broken); i++ {
		v.broken[i].older, v.broken[i].newer, v.broken[i].alone = false, newer, s.Alone
	}
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
			constraint := "Member must have length greater than or equal to " + strconv.Itoa(s.MinLen)
			if s.At {
				v.failNewer(n, s, path, constraint, "Value at '"+memberPath(path)+"' failed to satisfy constraint: "+constraint)
			} else {
				v.fail(n, path, constraint)
			}
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
		v.failNewer(n, s, path, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]", s.Newer)
	}
}

func (v *validator) mapKeys(n *Node, s *Shape, path string) {
	for i, k := range n.Keys {
		if s.KeyName && (!s.KeysLast || len(v.broken) == 0) && (utf8.RuneCountInString(k) < 3 || utf8.RuneCountInString(k) > 255 || !isName(k) && !isArn(k)) {
			v.fail(n, path, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "+
				"Member must have length greater than or equal to 3, "+
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

// isArn reports whether s is the ARN of a table, which may be used instead of its name.
func isArn(s string) bool { return strings.HasPrefix(s, "arn:aws") && strings.Contains(s, ":table/") }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// memberPath returns a path as newer layers write it, with the names of its first and its last member as the request has
// them.
func memberPath(path string) string {
	at := strings.LastIndexByte(path, '.') + 1
	return upperFirst(path[:at]) + upperFirst(path[at:])
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
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
		switch {
		case n.Shape.Echo, n.Shape.Type == Attr:
			return string(n.Raw)
		case n.Shape.Type == AttrMap:
			return n.Input.String()
		case n.Shape.Type == Struct:
			return n.Shape.Name + "(" + strings.Join(n.members(), ", ") + ")"
		}
		parts := make([]string, len(n.Elems))
		for i := range n.Elems {
			parts[i] = n.Keys[i] + "=" + n.Elems[i].String()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.Str
}

// members renders the members of a structure.
func (n *Node) members() []string {
	names := n.Shape.Shown
	if names == nil {
		names = n.Keys
	}
	parts := make([]string, len(names))
	for i, name := range names {
		text := "null"
		if m := n.Get(name); m != nil {
			text = m.String()
		}
		parts[i] = lowerFirst(name) + "=" + text
	}
	return parts
}

// maxLevels is how deep values are nested, counted in braces, that the newer layers still read.
const maxLevels = 126

// Deep reports whether a value of the request is nested deeper than the newer layers read.
func (n *Node) Deep() bool {
	switch {
	case n.Input != nil:
		return n.Input.Deep()
	case n.Shape != nil && n.Shape.Type == Attr:
		return braces(n.Raw) > maxLevels
	}
	for i := range n.Elems {
		if n.Elems[i].Deep() {
			return true
		}
	}
	return false
}

// braces returns how deep the brackets of JSON text are nested.
func braces(raw []byte) int {
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
