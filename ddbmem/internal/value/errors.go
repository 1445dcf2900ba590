package value

import "fmt"

// The codes of the errors that this package and the expression package report.
const (
	ValidationException    = "ValidationException"
	SerializationException = "SerializationException"
)

// Error is an error of DynamoDB: the short name of the exception and the message.
type Error struct {
	Code    string
	Message string
	Newer   string // the message in the words of its newer layer, where they differ
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Invalid returns a ValidationException with a formatted message.
func Invalid(format string, args ...any) *Error {
	return &Error{Code: ValidationException, Message: fmt.Sprintf(format, args...)}
}

// malformed returns a SerializationException with a formatted message.
func malformed(format string, args ...any) *Error {
	return &Error{Code: SerializationException, Message: fmt.Sprintf(format, args...)}
}

// The messages about single values, as DynamoDB words them.
const (
	msgEmpty            = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	msgMany             = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
	msgNull             = "One or more parameter values were invalid: Null attribute value types must have the value of true"
	msgNoName           = "Empty attribute name"
	msgLongName         = "Attribute name is too large, must be less than 65536 bytes"
	msgNullMember       = "One or more parameter values were invalid: An %s set may not have a null string as a member"
	msgEmptySS          = "One or more parameter values were invalid: An string set  may not be empty"
	msgEmptyNS          = "One or more parameter values were invalid: An number set  may not be empty"
	msgEmptyBS          = "One or more parameter values were invalid: Binary sets should not be empty"
	msgDuplicateSS      = "One or more parameter values were invalid: Input collection [%s] contains duplicates."
	msgDuplicateNS      = "Input collection contains duplicates"
	msgDuplicateNewerNS = "One or more parameter values were invalid: Input collection contains duplicates."
	msgDuplicateBS      = "One or more parameter values were invalid: Input collection [%s]of type BS contains duplicates."
	msgNotNumber        = "The parameter cannot be converted to a numeric value: %s"
	msgEmptyNumber      = "The parameter cannot be converted to a numeric value"
	msgOverflow         = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	msgUnderflow        = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	msgPrecision        = "Attempting to store more than 38 significant digits in a Number"
	msgNesting          = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
