package codec

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Error names the field of a struct that could not be encoded or decoded.
type Error struct {
	Path string // in Go: "Place.Streets[2].Name"
	Err  error
}

// Error returns the path and the cause.
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause, with attributevalue's exported type if it has one.
func (e *Error) Unwrap() error { return e.Err }

// within adds the field name to err.
func within(name string, err error) error {
	if inner, ok := err.(*Error); ok { //nolint:errorlint // only the error made one level down, unwrapped, has a path to continue
		if inner.Path[0] != '[' {
			name += "."
		}
		return &Error{Path: name + inner.Path, Err: inner.Err}
	}
	return &Error{Path: name, Err: err}
}

func withinIndex(i int, err error) error { return within(fmt.Sprintf("[%d]", i), err) }

func withinKey(key string, err error) error { return within(fmt.Sprintf("[%q]", key), err) }

var errOmitAndNull = errors.New("an empty value under both omitempty and nullempty")

// mismatch is the error for an attribute of a kind that the Go type does not accept.
func mismatch(av types.AttributeValue, t reflect.Type) error {
	var what string
	switch av.(type) {
	case *types.AttributeValueMemberB:
		what = "binary"
	case *types.AttributeValueMemberBOOL:
		what = "bool"
	case *types.AttributeValueMemberBS:
		what = "binary set"
	case *types.AttributeValueMemberL:
		what = "list"
	case *types.AttributeValueMemberM:
		what = "map"
	case *types.AttributeValueMemberN:
		what = "number"
	case *types.AttributeValueMemberNS:
		what = "number set"
	case *types.AttributeValueMemberS:
		what = "string"
	case *types.AttributeValueMemberSS:
		what = "string set"
	default:
		return fmt.Errorf("unsupported AttributeValue type, %T", av)
	}
	return &attributevalue.UnmarshalTypeError{Value: what, Type: t}
}

func overflow(n string, t reflect.Type) error {
	return &attributevalue.UnmarshalTypeError{Value: "number overflow, " + n, Type: t}
}
