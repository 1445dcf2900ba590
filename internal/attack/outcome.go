package attack

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Outcome is what a call says about a write.
type Outcome uint8

// The outcomes.
const (
	Unknown Outcome = iota // may be done or not
	Done
	NotDone
)

func (o Outcome) String() string { return [...]string{"unknown", "done", "not done"}[o] }

// refusals are the classes of errors that say that nothing was written.
var refusals = []error{
	ddb.ErrModel, ddb.ErrKey, ddb.ErrTooLarge, ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict,
	ddb.ErrNotUnique, ddb.ErrThrottled,
}

// OutcomeOf reads an error as a user does. This is the one place that knows how the library says that it does not know.
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

// Classified reports an error that a program of random writes may meet on a bad day: one with a class, or one that is the
// network's.
func Classified(err error) bool {
	if err == nil || OutcomeOf(err) == NotDone || saysUnknown(err) || errors.Is(err, ddb.ErrPruned) {
		return true
	}
	return isNetwork(err)
}

// Effect is what one write of a call leaves in the table.
type Effect struct {
	Mark    string // what it writes into the item's "by"
	Item    string // the key of the item, "" where any will do
	Outcome Outcome

	// Again says that it may be applied more than once if a response is lost, as writes without a version may. Once says
	// that it is not even if the item was removed meanwhile.
	Again, Once bool
	// Stamped says that it is never applied to what it left itself, however often it was sent.
	Stamped bool
	// Saw is the mark of what it must have met, "" for whatever is there.
	Saw string
	// Sum is what it adds to the item's "sum"; nil for one that sets it.
	Sum *int64
	// Removes says that it removes the item that is marked by Was, whichever is there where Was is "".
	Removes bool
	Was     string
	// Took says that it returned the removed item. A removal that did not may find, after a response was lost, that the
	// item is gone, and leave it at that.
	Took bool
	// Returned is the mark of the item that it returned as the one before it; nil if it returned another.
	Returned *string
}

// Wrote says what a write of the call did to an item.
func (c *Call) Wrote(e *Effect) *Effect {
	c.Effects = append(c.Effects, e)
	return e
}

// Result completes the text of the call by what it returned, and reports an error that no write should return.
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
		return // each op has a class of its own
	}
	for _, class := range refusals {
		if saysUnknown(err) && errors.Is(err, class) && !errors.Is(err, ddb.ErrThrottled) {
			c.world.Problem("error: two classes", "", "%s %s: an unknown outcome that is also %q: %v", c.ID, c.Text, class, err)
		}
	}
}
