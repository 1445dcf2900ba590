package template

import "errors"

// Why a value cannot be in a key, or a key cannot be parsed. Each is the Err of a *ValueError or wrapped by it.
var (
	// ErrEmpty reports an empty string, a zero time, or a Text that is zero or renders nothing. A number is never empty.
	ErrEmpty = errors.New("is empty")
	// ErrLiteral reports a value that contains the literal that follows it.
	ErrLiteral = errors.New("holds the literal that follows it")
	// ErrText reports a value that is not valid UTF-8, contains [Last], or begins a key with "~".
	ErrText = errors.New("is not valid text for a key")
	// ErrOverflow reports a number too wide for its part, or a time outside the years 1 to 9999.
	ErrOverflow = errors.New("does not fit")
	// ErrDisagrees reports a key with another value than the item.
	ErrDisagrees = errors.New("differs from the value in the key")
	// ErrShape reports a string that is not a key of the template.
	ErrShape = errors.New("is not a key of the template")
)

// ValueError reports a field's value that cannot be in a key, or that disagrees with one.
type ValueError struct {
	Field string // as in Go
	Err   error  // its chain has one of the errors above, or the error of the field's own text methods
}

// Error returns the field and the cause. It contains values, which may be personal, only if two of them disagree.
func (e *ValueError) Error() string { return e.Field + " " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ValueError) Unwrap() error { return e.Err }

// detail is one of the sentinels with its own text.
type detail struct {
	msg  string
	kind error
}

func (d *detail) Error() string { return d.msg }
func (d *detail) Unwrap() error { return d.kind }

// valueError adds the field to a cause.
func (p *Part) valueError(err error) error { return &ValueError{Field: p.Field.Name, Err: err} }

// shapeError reports that s is no key of t.
func (t Template) shapeError() error {
	return &detail{"is not a key of the template " + t.String(), ErrShape}
}
