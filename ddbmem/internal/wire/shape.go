// Package wire reads the JSON bodies of requests and checks them against a description.
//
// A [Shape] describes the members of a request, their types and their limits. [Parse] reads a body once. It rejects a
// member of a wrong type like the service's own deserialiser, and keeps attribute values as bytes. [Node.Validate] then
// reports the members that violate a limit.
package wire

import "github.com/singletable-go/ddb/ddbmem/internal/value"

// Type is the kind of value a member holds.
type Type uint8

// The types of members. Attr is one attribute value and AttrMap a map of them; both are kept as raw JSON.
const (
	Struct Type = iota
	String
	Bool
	Int
	Long
	Double
	List
	Map
	Attr
	AttrMap
)

// Shape describes a value of a request.
type Shape struct {
	Type   Type
	Name   string  // the service's name of a structure, for messages
	Fields []Field // of a Struct, in the order in which the service reports them
	Elem   *Shape  // of a List or a Map

	Required bool     // the member must be there
	Pattern  string   // only [a-zA-Z0-9_.-]+ is used
	Enum     []string // in the service's order
	MinLen   int      // of a string, a list or a map
	MaxLen   int      // in the same units; 0 means no limit
	Min      int64    // of a number; only with HasMin
	HasMin   bool
	Max      int64 // of a number; 0 means no limit
	LenFirst bool  // report the upper length bound before the lower one

	// Newer layers have their own messages for some constraints. For an enum it is Newer. With At it is for the minimum
	// length, and names the member without its value. With Alone they report nothing else.
	Newer string
	At    bool
	Alone bool

	Shown []string // the members of a Struct in the order in which messages show them, with those that are absent
	Echo  bool     // messages show the value as written

	KeyName   bool // keys of a Map are table names
	KeysLast  bool // broken names are reported when nothing else is
	ValMinLen int  // of the lists that are the values of a Map
	ValMaxLen int
}

// Layer is the part of the service that checks a request, which decides about the words of its errors. AWS has been
// moving operations from the older layer to newer ones since June 2026.
type Layer uint8

// The layers. Enveloped puts "1 validation error detected: " before what it reports for a request.
const (
	Older Layer = iota
	Plain
	Enveloped
)

// Field is a named member of a structure.
type Field struct {
	Name  string
	Shape *Shape
}

// Kind is what the JSON text of a node was.
type Kind uint8

// The kinds of nodes.
const (
	Null Kind = iota
	Text
	Number
	Boolean
	Array
	Object
)

// Node is a parsed value.
type Node struct {
	Shape *Shape
	Kind  Kind
	Str   string       // of a Text or a Number
	On    bool         // of a Boolean
	Raw   []byte       // of an Attr, an AttrMap or a value that messages show: the bytes of the body
	Input *value.Input // of an AttrMap
	Elems []Node       // of an Array, or the values of an Object
	Keys  []string
}

// Get returns a member of a structure or a map; nil when it is absent or null.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Keys) - 1; i >= 0; i-- {
		if n.Keys[i] == name {
			if n.Elems[i].Kind == Null {
				return nil
			}
			return &n.Elems[i]
		}
	}
	return nil
}

// Has reports whether a member is there and not null.
func (n *Node) Has(name string) bool { return n.Get(name) != nil }

// Text returns a string member, or "".
func (n *Node) Text(name string) string {
	if m := n.Get(name); m != nil {
		return m.Str
	}
	return ""
}

// Flag returns a boolean member, or def when it is absent.
func (n *Node) Flag(name string, def bool) bool {
	if m := n.Get(name); m != nil {
		return m.On
	}
	return def
}

// Int returns an integer member, or def when it is absent.
func (n *Node) Int(name string, def int64) int64 {
	if m := n.Get(name); m != nil {
		return toInt(m.Str)
	}
	return def
}

// List returns the elements of a list member that are not null.
func (n *Node) List(name string) []Node {
	m := n.Get(name)
	if m == nil {
		return nil
	}
	return m.Elems
}

// Strings returns a member that is a list of strings.
func (n *Node) Strings(name string) []string {
	m := n.Get(name)
	if m == nil {
		return nil
	}
	out := make([]string, len(m.Elems))
	for i := range m.Elems {
		out[i] = m.Elems[i].Str
	}
	return out
}

// StringMap returns a member that is a map of strings, and its keys in the order of the body.
func (n *Node) StringMap(name string) map[string]string {
	m := n.Get(name)
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m.Keys))
	for i, k := range m.Keys {
		out[k] = m.Elems[i].Str
	}
	return out
}

// Values returns a member that is a map of attribute values; the zero Input when it is absent.
func (n *Node) Values(name string) *value.Input {
	if m := n.Get(name); m != nil {
		return m.Input
	}
	return &value.Input{}
}
