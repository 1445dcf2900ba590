package attack

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Outcome is what a call returns about a write.
type Outcome uint8

// The outcomes.
const (
	Unknown Outcome = iota // may be applied or not
	Done
	NotDone
)

func (o Outcome) String() string { return [...]string{"unknown", "done", "not done"}[o] }

// refusals are the classes of errors for which nothing was written.
var refusals = []error{
	ddb.ErrModel, ddb.ErrKey, ddb.ErrTooLarge, ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict,
	ddb.ErrNotUnique, ddb.ErrThrottled,
}

// OutcomeOf interprets an error as a user does. This is the one place that knows how the library reports an unknown
// outcome.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Done
	}
	if saysUnknown(err) {
		return Unknown
	}
	for _, class := range refusals {
		if errors.Is(err, class) {
			return NotDone
		}
	}
	return Unknown
}

// Classified reports whether an error may occur in a program of random writes under faults: it has a class, or is of
// the network.
func Classified(err error) bool {
	if err == nil || OutcomeOf(err) == NotDone || saysUnknown(err) || errors.Is(err, ddb.ErrPruned) {
		return true
	}
	return isNetwork(err)
}

// Effect is the effect of one write of a call on the table.
type Effect struct {
	Mark    string // what it writes into the item's "by"
	Item    string // the key of the item, "" for any
	Outcome Outcome

	// Again says that it may be applied more than once if a response is lost, as for writes without a version. Once
	// says that it is not, even if the item was removed in between.
	Again, Once bool
	// Stamped says that it is never applied to its own result, however often it was sent.
	Stamped bool
	// Saw is the mark that it must have found, "" for any.
	Saw string
	// Sum is what it adds to the item's "sum"; nil for a write that sets it.
	Sum *int64
	// Removes says that it removes the item with the mark Was, or any item if Was is "".
	Removes bool
	Was     string
	// Took says that it returned the removed item. After a lost response another removal may find the item gone, and
	// succeed.
	Took bool
	// Returned is the mark of the old item that it returned; nil if it returned another.
	Returned *string
}

// Wrote records a write of the call to an item.
func (c *Call) Wrote(e *Effect) *Effect {
	c.Effects = append(c.Effects, e)
	return e
}

// Result completes the text of the call with its result, and reports an error that no write should return.
func (c *Call) Result(err error) {
	if err == nil {
		c.Text += " => ok"
		return
	}
	c.Text += fmt.Sprintf(" => %s: %s", OutcomeOf(err), short(err))
	if !Classified(err) {
		c.world.Problem("error", "", "%s %s: an error of no class: %v", c.ID, c.Text, err)
	}
	if _, several := errors.AsType[*ddb.BatchError](err); several {
		return // each op has its own class
	}
	for _, class := range refusals {
		if saysUnknown(err) && errors.Is(err, class) && !errors.Is(err, ddb.ErrThrottled) {
			c.world.Problem("error: two classes", "", "%s %s: an unknown outcome that is also %q: %v", c.ID, c.Text, class, err)
		}
	}
}
