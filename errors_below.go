package ddb

import (
	"errors"
	"iter"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/stream"
)

// The packages below make errors of their own, with the fields of those of this package. errors.As and errors.AsType
// find these wherever in a tree the others stand.
func init() { fault.As = asPublic }

// public returns err as a caller gets it: what stands at the top of its tree, and in a list of errors joined, is of this
// package.
func public(err error) error {
	switch e := err.(type) { //nolint:errorlint // errors.As finds what is wrapped
	case nil:
		return nil
	case *fault.KeyError:
		return (*KeyError)(e)
	case *fault.ItemError:
		return (*ItemError)(e)
	case *fault.WriteError:
		return (*WriteError)(e)
	case *fault.TransactError:
		return publicTransactError(e)
	case *fault.BatchError:
		return publicBatchError(e)
	case *fault.ThrottleError:
		return publicThrottleError(e)
	case *stream.RecordError:
		return publicRecordError(e)
	case interface{ Unwrap() []error }:
		if reflect.TypeOf(err) != joined {
			return err
		}
		list := slices.Clone(e.Unwrap())
		for i := range list {
			list[i] = public(list[i])
		}
		return errors.Join(list...)
	}
	return err
}

// publicly is a sequence as a caller gets it.
func publicly[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			if !yield(v, public(err)) {
				return
			}
		}
	}
}

// joined is the type of what errors.Join returns.
var joined = reflect.TypeOf(errors.Join(ErrModel))

// asPublic sets target, which errors.As was called with, to the error of this package that stands for err, if it is of that type.
func asPublic(err error, target any) bool {
	e, to := reflect.ValueOf(public(err)), reflect.ValueOf(target).Elem()
	if e.Type() != to.Type() {
		return false
	}
	to.Set(e)
	return true
}

func publicTransactError(e *fault.TransactError) *TransactError {
	return &TransactError{Failed: failuresAbove(e.Failed), err: e.Err}
}

func publicBatchError(e *fault.BatchError) *BatchError {
	out := &BatchError{Failed: failuresAbove(e.Failed)}
	for _, o := range e.Outcomes {
		out.Outcomes = append(out.Outcomes, WriteOutcome(o))
	}
	return out
}

func publicThrottleError(e *fault.ThrottleError) *ThrottleError {
	out := &ThrottleError{Err: e.Err}
	for _, r := range e.Reasons {
		out.Reasons = append(out.Reasons, ThrottleReason(r))
	}
	return out
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

func publicRecordError(e *stream.RecordError) *RecordError {
	return &RecordError{Record: Record(e.Record), Entity: e.Entity, Parts: e.Parts, Attempts: e.Attempts, GivenUp: e.GivenUp, Err: e.Err}
}

func (e *RecordError) below() *stream.RecordError {
	return &stream.RecordError{Record: record.Record(e.Record), Entity: e.Entity, Parts: e.Parts, Attempts: e.Attempts, GivenUp: e.GivenUp, Err: e.Err}
}
