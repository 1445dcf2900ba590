package expr

import (
	"errors"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Request is what a request says about expressions. Absent parameters are nil.
type Request struct {
	Names  map[string]string
	Values value.Input

	Update       *string
	Condition    *string
	KeyCondition *string
	Filter       *string
	Projection   *string

	// Derived says that the expressions were made from something else, such as a PartiQL statement: their length is not
	// checked, and errors do not name them.
	Derived bool

	// ValueUsers names the parameters of the operation that may use values,
	// such as ConditionExpression, for the error when none of them is there.
	ValueUsers []string
}

// Expressions are the parsed expressions of a request, nil where it has none.
type Expressions struct {
	Update       *Update
	Condition    *Condition
	KeyCondition *KeyCondition
	Filter       *Condition
	Projection   *Projection
}

// Parse checks and parses all expressions of a request, and reports the first
// error as a [value.Error].
func Parse(r *Request) (*Expressions, error) {
	if err := r.checkParameters(); err != nil {
		return nil, err
	}
	if err := checkNames(r.Names); err != nil {
		return nil, err
	}
	if err := checkValues(&r.Values); err != nil {
		return nil, err
	}
	s := newScope(r.Names, r.Values.Item)
	var e Expressions
	for _, parse := range []func() error{
		func() (err error) {
			e.Update, err = parsed(r, "UpdateExpression", r.Update, s, parseUpdate)
			return err
		},
		func() (err error) {
			e.Condition, err = parsed(r, "ConditionExpression", r.Condition, s, parseCondition)
			return err
		},
		func() (err error) {
			e.KeyCondition, err = parsed(r, "KeyConditionExpression", r.KeyCondition, s, parseKeyCondition)
			return err
		},
		func() (err error) {
			e.Filter, err = parsed(r, "FilterExpression", r.Filter, s, parseCondition)
			return err
		},
		func() (err error) {
			e.Projection, err = parsed(r, "ProjectionExpression", r.Projection, s, parseProjection)
			return err
		},
		s.unused,
	} {
		if err := parse(); err != nil {
			return nil, err
		}
	}
	if e.KeyCondition != nil {
		if err := e.KeyCondition.analyse(); err != nil {
			return nil, err
		}
	}
	return &e, nil
}

// checkParameters reports names or values that come without an expression.
func (r *Request) checkParameters() error {
	users := 0
	for _, text := range []*string{r.Update, r.Condition, r.KeyCondition, r.Filter} {
		if text != nil {
			users++
		}
	}
	if r.Names != nil && users == 0 && r.Projection == nil {
		return value.Invalid(msgNamesWithout)
	}
	if r.Values.Present && users == 0 {
		verb := "is"
		if len(r.ValueUsers) > 1 {
			verb = "are"
		}
		e := value.Invalid(msgValuesWithout, strings.Join(r.ValueUsers, " and "), verb)
		e.Newer = msgValuesWithoutNewer
		return e
	}
	return nil
}

// parsed parses one parameter when it is there, and puts its name in front of
// an error.
func parsed[E any](r *Request, parameter string, text *string, s *scope, parse func(string, *scope) (*E, error)) (*E, error) {
	if text == nil {
		return nil, nil
	}
	var err error
	if !r.Derived {
		err = checkLength(parameter, *text)
	}
	if err == nil {
		var e *E
		if e, err = parse(*text, s); err == nil {
			return e, nil
		}
	}
	if refused, ok := errors.AsType[*value.Error](err); ok && !r.Derived {
		return nil, value.Invalid("Invalid %s: %s", parameter, refused.Message)
	}
	return nil, err
}

func checkLength(parameter, text string) error {
	switch {
	case text == "":
		return value.Invalid(msgEmptyExpression)
	case len(text) <= maxLength:
		return nil
	case parameter == "UpdateExpression":
		return value.Invalid(msgUpdateTooLong)
	default:
		return value.Invalid(msgTooLong, len(text))
	}
}
