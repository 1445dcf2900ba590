package fault

import (
	"fmt"
	"runtime/debug"
)

// Safely turns a panic of f into an error that carries the stack. A panic of an observer passes: see [Observed].
func Safely(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *ObserverPanic:
			panic(p)
		case error:
			err = fmt.Errorf("panic: %w\n%s", p, debug.Stack())
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// ObserverPanic is the panic of an observer: it is no failure of the record or item that a request was made for.
type ObserverPanic struct{ Value any }

func (e *ObserverPanic) Error() string {
	return fmt.Sprintf("ddb: the function Options.Observe panicked: %v", e.Value)
}

// Unwrap returns the value if it is an error.
func (e *ObserverPanic) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Observed calls an observer. A panic of it goes on as an [ObserverPanic].
func Observed(observe func()) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *ObserverPanic: // of another DB, which the observer uses
			panic(p)
		default:
			panic(&ObserverPanic{p})
		}
	}()
	observe()
}
