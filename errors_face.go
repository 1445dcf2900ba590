package ddb

import "github.com/singletable-go/ddb/internal/fault"

// The packages below make errors of their own, with the fields of those of this package. errors.As and errors.AsType
// find these wherever in a tree the others stand.
func init() { fault.As = asPublic }

// asPublic sets target, which errors.As was called with, to the error of this package that stands for err.
func asPublic(err error, target any) bool {
	switch e := err.(type) { //nolint:errorlint // errors.As walks the tree
	case *fault.KeyError:
		return set(target, (*KeyError)(e))
	case *fault.ItemError:
		return set(target, (*ItemError)(e))
	case *fault.WriteError:
		return set(target, (*WriteError)(e))
	case *fault.TransactError:
		return set(target, &TransactError{Failed: failuresAbove(e.Failed), err: e.Err})
	case *fault.BatchError:
		out := &BatchError{Failed: failuresAbove(e.Failed)}
		for _, o := range e.Outcomes {
			out.Outcomes = append(out.Outcomes, WriteOutcome(o))
		}
		return set(target, out)
	case *fault.ThrottleError:
		out := &ThrottleError{Err: e.Err}
		for _, r := range e.Reasons {
			out.Reasons = append(out.Reasons, ThrottleReason(r))
		}
		return set(target, out)
	}
	return false
}

func set[E error](target any, e E) bool {
	to, ok := target.(*E)
	if ok {
		*to = e
	}
	return ok
}

func failuresAbove(failed []*fault.WriteError) []*WriteError {
	out := make([]*WriteError, len(failed))
	for i, e := range failed {
		out[i] = (*WriteError)(e)
	}
	return out
}

func failuresBelow(failed []*WriteError) []*fault.WriteError {
	out := make([]*fault.WriteError, len(failed))
	for i, e := range failed {
		out[i] = (*fault.WriteError)(e)
	}
	return out
}

func (e *TransactError) below() *fault.TransactError {
	return &fault.TransactError{Failed: failuresBelow(e.Failed), Err: e.err}
}

func (e *BatchError) below() *fault.BatchError {
	return &fault.BatchError{Failed: failuresBelow(e.Failed)}
}

func (e *ThrottleError) below() *fault.ThrottleError {
	out := &fault.ThrottleError{Err: e.Err}
	for _, r := range e.Reasons {
		out.Reasons = append(out.Reasons, fault.ThrottleReason(r))
	}
	return out
}
