package value

// deepLevels is the number of levels from which on the service reads a value
// another way, and reports its nesting after what it finds elsewhere.
const deepLevels = 63

// fault is an invalid value's error, and the name of the value.
type fault struct {
	name string
	err  *Error
}

// note keeps an error unless there is one.
func (f *fault) note(name string, err *Error) {
	if f.err == nil {
		*f = fault{name, err}
	}
}

// faults are those of a whole input.
type faults struct {
	under   string // the name whose value is being read
	first   fault
	nesting fault
	later   fault // reported when there is nothing else
	sooner  bool  // the nesting was met before the first fault
	deepest int   // level

	repeated bool // a name was there twice
}

func (f *faults) blame(message string, args ...any) { f.first.note(f.under, Invalid(message, args...)) }

// level notes the level of a value.
func (f *faults) level(depth int) {
	f.deepest = max(f.deepest, depth)
	if depth > maxDepth && f.nesting.err == nil {
		f.nesting, f.sooner = fault{f.under, Invalid(msgNesting)}, f.first.err == nil
	}
}

// verdict returns the fault that the service reports; its error is nil when
// there is none.
func (f *faults) verdict() fault {
	nesting := f.nesting.err != nil
	switch {
	case nesting && f.sooner && f.deepest <= deepLevels:
		return f.nesting
	case f.first.err != nil:
		return f.first
	case nesting:
		return f.nesting
	default:
		return f.later
	}
}
