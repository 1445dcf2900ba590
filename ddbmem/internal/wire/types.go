package wire

import (
	"errors"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

const (
	modelPackage  = "com.amazonaws.dynamodb.v20120810."
	structInField = "Start of structure or map found where not expected"
	wrongInField  = "Unexpected field type"
	wrongInList   = "Unexpected value type in payload"
	wrongNested   = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class " +
		"(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')"
)

// attrType reports whether an attribute value has the right shape; whether it is allowed is for the operation to say.
func attrType(raw []byte) error {
	_, err := value.Parse(raw)
	if e, ok := errors.AsType[*value.Error](err); ok && e.Code == value.SerializationException {
		return err
	}
	return nil
}

// checkType reports whether the JSON value in n, which began with c, can be a value of n's shape. Messages are those
// of the service's deserialiser.
func checkType(n *Node, c byte, field bool) error {
	s := n.Shape
	switch s.Type {
	case String:
		switch n.Kind {
		case Text:
			return nil
		case Boolean, Number:
			return &SyntaxError{tokenName(n) + " cannot be converted to String"}
		}
		return collection(n, "class java.lang.String")
	case Bool:
		return checkBool(n)
	case Int, Long, Double:
		name := map[Type]string{Int: "Integer", Long: "Long", Double: "Double"}[s.Type]
		switch n.Kind {
		case Number:
			return nil
		case Boolean, Text:
			return &SyntaxError{tokenName(n) + " cannot be converted to " + name}
		}
		return collection(n, "class java.lang."+name)
	case List:
		switch n.Kind {
		case Array:
			return nil
		case Object:
			return &SyntaxError{structInField}
		}
		if !field {
			return &SyntaxError{wrongNested}
		}
		return &SyntaxError{wrongInField}
	case Map, AttrMap:
		switch n.Kind {
		case Object:
			return nil
		case Array:
			return &SyntaxError{"Unrecognized collection type java.util.Map<java.lang.String, " + elemName(s) + ">"}
		}
		if !field {
			return &SyntaxError{wrongNested}
		}
		return &SyntaxError{wrongInField}
	}
	if n.Kind == Object {
		return nil
	}
	if c == '[' {
		name := s.Name
		if s.Type == Attr {
			name = "AttributeValue"
		}
		return &SyntaxError{"Unrecognized collection type class " + modelPackage + name}
	}
	if field {
		return &SyntaxError{wrongInField}
	}
	return &SyntaxError{wrongInList}
}

func checkBool(n *Node) error {
	switch n.Kind {
	case Boolean:
		return nil
	case Text:
		switch strings.ToLower(n.Str) {
		case "true", "1", "yes":
			n.Kind, n.On = Boolean, true
			return nil
		case "false", "0", "no":
			n.Kind, n.On = Boolean, false
			return nil
		}
		return &SyntaxError{"Unexpected token received from parser"}
	case Number:
		return &SyntaxError{tokenName(n) + " cannot be converted to Boolean"}
	}
	return collection(n, "class java.lang.Boolean")
}

func collection(n *Node, class string) error {
	if n.Kind == Array {
		return &SyntaxError{"Unrecognized collection type " + class}
	}
	return &SyntaxError{structInField}
}

func elemName(s *Shape) string {
	switch {
	case s.Type == AttrMap:
		return modelPackage + "AttributeValue"
	case s.Elem.Type == String:
		return "java.lang.String"
	case s.Elem.Type == List:
		return "java.util.List<" + modelPackage + s.Elem.Elem.Name + ">"
	}
	return modelPackage + s.Elem.Name
}

func tokenName(n *Node) string {
	switch {
	case n.Kind == Text:
		return "STRING_VALUE"
	case n.Kind == Boolean && n.On:
		return "TRUE_VALUE"
	case n.Kind == Boolean:
		return "FALSE_VALUE"
	case isDecimal(n.Str):
		return "DECIMAL_VALUE"
	}
	return "NUMBER_VALUE"
}
