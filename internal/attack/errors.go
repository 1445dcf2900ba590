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

// saysUnknown reports whether an error says that the write may have been applied.
func saysUnknown(err error) bool { return errors.Is(err, ddb.ErrOutcomeUnknown) }

// isNetwork reports whether an error is of the connection, of the context, or inside the service.
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

// short is an error in short form, for the trace.
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
