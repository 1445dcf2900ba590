package apierror

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// CallError is the error of a client's call, of any type: an unclassified one counts as a call without a response.
type CallError struct{ Err error }

func (e *CallError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// Outside returns the error in the tree of err whose cause is outside the program, nil if there is none: a call that
// failed for the environment, throttling or contention, or without a response; the end or time-out of a context; a lost
// connection. The same work may succeed later. Only errors of calls count otherwise.
func Outside(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e := e.(type) { //nolint:errorlint // each error of the tree is looked at by itself
		case *CallError, *smithy.OperationError:
			return call(e)
		case smithy.APIError:
			return call(err) // the error above may know the status
		case interface{ Unwrap() []error }:
			for _, branch := range e.Unwrap() {
				if cause := Outside(branch); cause != nil {
					return cause
				}
			}
			return nil
		}
		if lost(e) {
			return e
		}
		if _, ok := e.(interface{ As(any) bool }); ok && errors.Unwrap(e) == nil {
			if api, ok := errors.AsType[smithy.APIError](e); ok {
				return Outside(api)
			}
		}
	}
	return nil
}

// call returns the error of a call if its cause is outside the program.
func call(err error) error {
	if c := Of(err); c == Request || c == Data {
		return nil
	}
	return err
}

// lost reports whether an error itself, without what it wraps, is a time-out or a lost connection.
func lost(err error) bool {
	switch e := err.(type) { //nolint:errorlint // each error of the tree is looked at by itself
	case *net.OpError:
		return true
	case *net.DNSError:
		return !e.IsNotFound
	case syscall.Errno:
		return e == syscall.ECONNREFUSED || e == syscall.ECONNRESET || e == syscall.ECONNABORTED || e == syscall.EPIPE || e == syscall.ETIMEDOUT
	case net.Error:
		return e.Timeout()
	}
	return err == context.Canceled || err == context.DeadlineExceeded || err == os.ErrDeadlineExceeded //nolint:errorlint // as above
}

// Cause names the cause of an error of [Outside], the same for all requests with that cause: the code of the service's
// error, or the text of the innermost error.
func Cause(err error) string {
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for _, r := range cancelled.CancellationReasons {
			if r.Code == nil || *r.Code == "None" {
				continue
			}
			if c, ok := codes[*r.Code]; ok && c != Request && c != Data {
				return *r.Code
			}
		}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// Moved reports whether a request was rejected only because an item is no longer as it was read: a condition failed, or
// another transaction held an item. A retry after a new read may succeed.
func Moved(err error) bool {
	switch {
	case is[*types.ConditionalCheckFailedException](err), is[*types.TransactionConflictException](err), is[*types.TransactionInProgressException](err):
		return true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for _, r := range cancelled.CancellationReasons {
		if r.Code == nil || *r.Code == "None" || *r.Code == "ConditionalCheckFailed" {
			continue
		}
		if codes[*r.Code] != Contention {
			return false
		}
	}
	return true
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
