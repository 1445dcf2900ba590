package call

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// What DynamoDB found invalid.
var (
	errNoPath     = errors.New("what holds the nested field is not there: set the whole of it")
	errOtherType  = errors.New("the stored attribute is of another type; a nil slice without omitempty is stored as null, and so is an empty set, which nothing can be added to: set the whole of it")
	errGrown      = fmt.Errorf("%w: the item would have more than the %d bytes that DynamoDB allows", fault.ErrTooLarge, attr.MaxItemBytes)
	errManyBytes  = fmt.Errorf("%w: the items have more than the 4 MB that DynamoDB takes in one transaction", fault.ErrTooLarge)
	errExpression = errors.New("the conditions or edits are too many: DynamoDB allows 4 KB of an expression, 300 operators in it, and 100 values of an In: make several requests")
	errNested     = errors.New("it nests deeper than the 32 levels that DynamoDB allows")
	errNumber     = errors.New("the number would have more than 38 digits, or be beyond 1e126 or nearer to zero than 1e-130")
	errOperand    = errors.New("an operator does not take a value of that type")
)

// invalid says what DynamoDB found invalid, nil where that is not known.
func invalid(message string) error {
	says := func(text string) bool { return strings.Contains(message, text) }
	switch {
	case apierror.TooLarge(message):
		return errGrown
	case says("Aggregated size of items in the transaction"):
		return errManyBytes
	case says("Expression size has exceeded"), says("too many operators"), says("too many operands"):
		return errExpression
	case says("nesting levels"), says("Nesting Levels"):
		return errNested
	case says("Number overflow"), says("Number underflow"), says("38 significant digits"):
		return errNumber
	case says("document path"):
		return errNoPath
	case says("incorrect data type"), says("Type mismatch for attribute to update"):
		return errOtherType
	case says("Incorrect operand type"):
		return errOperand
	}
	return nil
}

var (
	modelWords = lazily(`(?i)\b(schema|index(es)?|keys?)\b`)
	otherWords = lazily(`(?i)list index|contains invalid key|keys: \{|for key :|all range keys`) // which speak of an expression or a value
)

// ofModel reports that the message of a refusal speaks of keys, indexes or the schema, so that the live table may be another
// than the model says.
func ofModel(message string) bool {
	return modelWords().MatchString(message) && !otherWords().MatchString(message)
}

// lazily compiles a pattern when it is first used: programs start without it.
func lazily(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
