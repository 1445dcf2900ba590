package attack

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
)

// saysUnknown reports an error that says itself that the write may have been done.
func saysUnknown(err error) bool { return errors.Is(err, ddb.ErrOutcomeUnknown) }

// isNetwork reports an error of the connection, of the context, or inside the service.
func isNetwork(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	if slices.Contains(denials, api.ErrorCode()) {
		return true
	}
	switch api.ErrorCode() {
	case "InternalServerError", "TransactionInProgressException", "TransactionConflictException", "TransactionCanceledException":
		return true
	}
	return false
}

// short is an error for the trace.
func short(err error) string {
	text := err.Error()
	if i := strings.Index(text, "operation error"); i > 0 {
		text = text[:i] + "…"
	}
	text, _, _ = strings.Cut(text, "\n")
	const limit = 220
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return text
}
