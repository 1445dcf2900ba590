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

// CallError is an error of a call of a client, whatever its type: one that says nothing is a call without a response.
type CallError struct{ Err error }

func (e *CallError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// Outside returns the error in the tree of err that is of what surrounds the program, nil if there is none: a call that
// failed for the environment, for throttling or contention, or without a response; an end or a time-out of a context; a
// lost connection. The same work may succeed later. An error that is of no call says nothing of that by itself.
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

// call returns the error of a call if it is of what surrounds the program.
func call(err error) error {
	if c := Of(err); c == Request || c == Data {
		return nil
	}
	return err
}

// lost reports that an error by itself, without what it wraps, says that time was up or a connection lost.
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

// Cause names what an error of [Outside] is about, the same for all requests that met it: the code of the service's
// error, or else the text of the innermost error.
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

// Moved reports that a request was refused because what it is about is not as it was read, and for nothing else: a
// condition did not hold, or another transaction held an item. Who reads again may succeed.
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
