package apierror

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Class is the cause of a failure.
type Class uint8

const (
	// Unknown is no response, or a failure inside the service: the request may have been applied, and may be sent
	// again.
	Unknown Class = iota
	// Request is a request that DynamoDB rejects as it is: it fails again.
	Request
	// Data is a request that does not fit the stored data: a condition, a size.
	Data
	// Environment is a cause around the request: permissions, credentials, a missing table, no connection.
	Environment
	// Throttling is a lack of throughput: it is temporary.
	Throttling
	// Contention is another transaction on the same item: it is temporary.
	Contention
)

// Refused reports whether the request was not applied.
func (c Class) Refused() bool { return c != Unknown }

// Passes reports whether the same request may succeed a moment later.
func (c Class) Passes() bool { return c == Unknown || c == Throttling || c == Contention }

// The codes of errors and of cancellation reasons, which differ for some causes. AWS: "Error handling with DynamoDB",
// "TransactWriteItems", "Common error types". For many of them the SDK gives an unknown fault.
var codes = map[string]Class{
	"ValidationException":                  Request,
	"ValidationError":                      Request,
	"SerializationException":               Request,
	"UnknownOperationException":            Request,
	"InvalidAction":                        Request,
	"InvalidParameterCombination":          Request,
	"InvalidParameterValue":                Request,
	"InvalidQueryParameter":                Request,
	"MalformedQueryString":                 Request,
	"MissingAction":                        Request,
	"MissingParameter":                     Request,
	"IdempotentParameterMismatchException": Request,

	"ConditionalCheckFailedException":          Data,
	"ConditionalCheckFailed":                   Data,
	"ItemCollectionSizeLimitExceededException": Data,
	"ItemCollectionSizeLimitExceeded":          Data,
	"DuplicateItemException":                   Data,
	"DuplicateItem":                            Data,
	"ExpiredIteratorException":                 Data,
	"TrimmedDataAccessException":               Data,

	"AccessDenied":                        Environment,
	"AccessDeniedException":               Environment,
	"NotAuthorized":                       Environment,
	"UnrecognizedClientException":         Environment,
	"InvalidClientTokenId":                Environment,
	"ExpiredToken":                        Environment,
	"ExpiredTokenException":               Environment,
	"TokenRefreshRequired":                Environment,
	"MissingAuthenticationToken":          Environment,
	"MissingAuthenticationTokenException": Environment,
	"IncompleteSignature":                 Environment,
	"IncompleteSignatureException":        Environment,
	"InvalidSignatureException":           Environment,
	"SignatureDoesNotMatch":               Environment,
	"RequestExpired":                      Environment,
	"OptInRequired":                       Environment,
	"ResourceNotFoundException":           Environment,
	"TableNotFoundException":              Environment,
	"ResourceInUseException":              Environment,
	"PolicyNotFoundException":             Environment,
	"LimitExceededException":              Environment,
	"InvalidEndpointException":            Environment,

	"ProvisionedThroughputExceededException": Throttling,
	"ProvisionedThroughputExceeded":          Throttling,
	"ThrottlingException":                    Throttling,
	"ThrottlingError":                        Throttling,
	"Throttling":                             Throttling,
	"ThrottledException":                     Throttling,
	"RequestLimitExceeded":                   Throttling,
	"RequestThrottled":                       Throttling,
	"RequestThrottledException":              Throttling,
	"TooManyRequestsException":               Throttling,

	"TransactionConflictException":     Contention,
	"TransactionConflict":              Contention,
	"ReplicatedWriteConflictException": Contention,

	"TransactionInProgressException": Unknown, // an earlier attempt is in progress and may be applied
	"InternalServerError":            Unknown,
	"InternalServerException":        Unknown,
	"InternalFailure":                Unknown,
	"ServiceUnavailable":             Unknown,
	"ServiceUnavailableException":    Unknown,
	"RequestTimeout":                 Unknown,
	"RequestTimeoutException":        Unknown,
}

// OfCode returns the class of an error code or of a cancellation reason's code; ok is false for a code that is not in
// the table.
func OfCode(code string) (c Class, ok bool) {
	c, ok = codes[code]
	return c, ok
}

// Of returns the class of a call's error, [Unknown] if it shows none. A cancelled transaction has the class of its
// reasons; a permanent one takes precedence.
func Of(err error) Class {
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return ofReasons(cancelled.CancellationReasons)
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		switch {
		case unsent(err):
			return Environment
		case malformed(err):
			return Request
		}
		return Unknown
	}
	if c, ok := codes[api.ErrorCode()]; ok {
		return c
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		switch status := response.HTTPStatusCode(); {
		case status == 401 || status == 403:
			return Environment
		case status == 408 || status == 429:
			return Unknown
		case status >= 400 && status < 500:
			return Request
		}
	}
	return Unknown
}

// malformed reports whether the SDK rejected the parameters, so that nothing was sent.
func malformed(err error) bool {
	if _, ok := errors.AsType[smithy.InvalidParamsError](err); ok {
		return true
	}
	_, ok := errors.AsType[*smithy.SerializationError](err)
	return ok
}

// ofReasons returns the class of a cancelled transaction.
func ofReasons(reasons []types.CancellationReason) Class {
	out := Unknown
	for i := range reasons {
		code := ""
		if reasons[i].Code != nil {
			code = *reasons[i].Code
		}
		if code == "" || code == "None" {
			continue
		}
		c, ok := codes[code]
		if !ok {
			c = Request
		}
		if !c.Passes() {
			return c
		}
		if out != Throttling {
			out = c
		}
	}
	if out == Unknown { // cancelled, so not applied, for an unnamed reason
		return Contention
	}
	return out
}

// unsent reports whether no connection was made, so that nothing was sent.
func unsent(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok {
		return dial.Op == "dial"
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// TooLarge reports whether an error, or the message of a cancellation reason, says that an item would exceed 400 KB.
func TooLarge(message string) bool {
	return strings.Contains(message, "Item size has exceeded the maximum allowed size") ||
		strings.Contains(message, "Item size to update has exceeded the maximum allowed size")
}

// Reasons returns the throttling reasons of a call's error; nil if it has none.
func Reasons(err error) []types.ThrottlingReason {
	if e, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); ok {
		return e.ThrottlingReasons
	}
	if e, ok := errors.AsType[*types.ThrottlingException](err); ok {
		return e.ThrottlingReasons
	}
	if e, ok := errors.AsType[*types.RequestLimitExceeded](err); ok {
		return e.ThrottlingReasons
	}
	return nil
}
