package template

import "errors"

// Why a value cannot stand in a key, or a key cannot be read. Each is the Err of a *ValueError or wrapped by it.
var (
	// ErrEmpty reports an empty string, a zero time, or a Text that is zero or renders nothing. A number is never empty.
	ErrEmpty = errors.New("is empty")
	// ErrLiteral reports a value in which the literal that follows it begins.
	ErrLiteral = errors.New("holds the literal that follows it")
	// ErrText reports a value that is not valid UTF-8, holds [Last], or begins a key with "~".
	ErrText = errors.New("is no text for a key")
	// ErrOverflow reports a number too wide for its part, or a time outside the years 1 to 9999.
	ErrOverflow = errors.New("does not fit")
	// ErrDisagrees reports a key that tells another value than the item has.
	ErrDisagrees = errors.New("is not what the key says")
	// ErrShape reports a string that is no key of the template.
	ErrShape = errors.New("is no key of the template")
)

// ValueError reports the value of a field that cannot stand in a key, or that disagrees with one.
type ValueError struct {
	Field string // as Go spells it
	Err   error  // one of the errors above is in its chain, or what the field's own text methods returned
}

// Error returns the field and the cause. It shows values, which may be personal, only where two of them disagree.
func (e *ValueError) Error() string { return e.Field + " " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ValueError) Unwrap() error { return e.Err }

// detail is one of the sentinels with words of its own.
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
	return &detail{"is no key of the template " + t.String(), ErrShape}
}
