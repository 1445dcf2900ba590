package ddb

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/apierror"
)

// outside is a failure of what surrounds a record, and none of the record's own; errors.Is(err, [ErrUnavailable]) is true.
type outside struct{ err error }

func (e *outside) Error() string { return e.err.Error() }

func (*outside) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the cause.
func (e *outside) Unwrap() error { return e.err }

// outsideOf returns the error in the tree of err that is none of the record's own, nil if the record is at fault.
func outsideOf(ctx context.Context, err error) error {
	if cause := apierror.Outside(err); cause != nil {
		return cause
	}
	if lost, ok := errors.AsType[*lostError](err); ok {
		return lost
	}
	if errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnavailable) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// causeName is the same for all errors of one cause.
func causeName(err error) string {
	for _, said := range []error{ErrThrottled, ErrUnavailable} {
		if errors.Is(err, said) {
			return said.Error()
		}
	}
	return apierror.Cause(err)
}

// safely turns a panic of f into an error that carries the stack.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if cause, ok := p.(error); ok {
				err = fmt.Errorf("panic: %w\n%s", cause, debug.Stack())
				return
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// calls marks the errors of a client as errors of calls, whatever their type.
type calls struct{ Client }

func called[I, O any](ctx context.Context, in *I, opts []func(*dynamodb.Options), call func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)) (*O, error) {
	out, err := call(ctx, in, opts...)
	if err != nil {
		err = &apierror.CallError{Err: err}
	}
	return out, err
}

func (c calls) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return called(ctx, in, opts, c.Client.GetItem)
}

func (c calls) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return called(ctx, in, opts, c.Client.UpdateItem)
}

func (c calls) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return called(ctx, in, opts, c.Client.Query)
}

func (c calls) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return called(ctx, in, opts, c.Client.BatchGetItem)
}

func (c calls) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return called(ctx, in, opts, c.Client.TransactWriteItems)
}
