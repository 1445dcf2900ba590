package ddb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// explain adds to an SDK error the class that callers test for, and what to do where that is known. The SDK's error
// stays in the tree.
func (db *DB) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("table %q or the index is not there (CreateTable makes it, VerifyTable compares it with the model): %w", db.name, err)
	}
	if throttled(err) {
		return fmt.Errorf("%w: %w", ErrThrottled, err)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "ValidationException" {
		if why := invalid(api.ErrorMessage()); why != "" {
			return fmt.Errorf("%s: %w", why, err)
		}
		return fmt.Errorf("DynamoDB refuses the request (VerifyTable compares the live table with the model): %w", err)
	}
	return err
}

// invalid says what an edit did that DynamoDB found invalid, "" where that is not known.
func invalid(message string) string {
	switch {
	case strings.Contains(message, "document path"):
		return "what holds the nested field is not there: set the whole of it"
	case strings.Contains(message, "incorrect data type"):
		return "the stored attribute is of another type; a nil slice without omitempty is stored as null, which nothing can be added to"
	}
	return ""
}

// throttled reports whether err says that DynamoDB lacks throughput for now.
func throttled(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch api.ErrorCode() {
	case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "Throttling":
		return true
	}
	return false
}

// fail names operation, entity and key of an error of a request.
func (db *DB) fail(op string, e *entity, key item, err error) error {
	what := op
	if e != nil {
		what += " " + e.name
	}
	if key != nil {
		what += " " + db.table.keyText(key)
	}
	return fmt.Errorf("ddb: %s: %w", what, db.explain(err))
}
