package call

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Explain adds to an SDK error the class that callers test for, and what to do where that is known. The SDK's error
// stays in the tree.
func (c *Conn) Explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("table %q or the index is not there (CreateTable makes it, VerifyTable compares it with the model): %w", c.Name, err)
	}
	switch apierror.Of(err) {
	case apierror.Throttling:
		return throttle(err)
	case apierror.Contention:
		return fmt.Errorf("%w: another transaction holds the item: %w", fault.ErrConflict, err)
	case apierror.Request:
		message := ""
		if api, ok := errors.AsType[smithy.APIError](err); ok {
			message = api.ErrorMessage()
		}
		if class := invalid(message); class != nil {
			return fmt.Errorf("%w: %w", class, err)
		}
		if ofModel(message) {
			return fmt.Errorf("DynamoDB refuses the request (VerifyTable compares the live table with the model): %w", err)
		}
		return fmt.Errorf("DynamoDB refuses the request: %w", err)
	default:
		return err
	}
}

// Because is Explain for one reason of a cancelled transaction.
func Because(class apierror.Class, code, message string) error {
	switch class {
	case apierror.Contention:
		return fmt.Errorf("%w: another transaction holds the item", fault.ErrConflict)
	case apierror.Throttling:
		return fmt.Errorf("%w: %s", fault.ErrThrottled, message)
	default:
		if class := invalid(message); class != nil {
			return fmt.Errorf("%w: %s: %s", class, code, message)
		}
		return fmt.Errorf("%s: %s", code, message)
	}
}

// Ended is the error of an operation that has nothing to do, under a context that has ended.
func Ended(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ddb: %s: %w", op, err)
	}
	return nil
}

// throttled reports whether err says that DynamoDB lacks throughput for now.
func throttled(err error) bool { return apierror.Of(err) == apierror.Throttling }

// Fail names operation, entity and key of an error of a request.
func (c *Conn) Fail(op string, e *model.Entity, key attr.Item, err error) error {
	what := op
	if e != nil {
		what += " " + e.Name
	}
	if key != nil {
		what += " " + c.Table.KeyText(key)
	}
	return fmt.Errorf("ddb: %s: %w", what, c.Explain(err))
}
