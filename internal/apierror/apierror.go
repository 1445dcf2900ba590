// Package apierror says whose fault a failure of DynamoDB is. It is the one table of the service's error codes: what is
// tried again, what a write that failed has done, and what is a fault of the data all follow from it.
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

// Class says whose fault a failure is.
type Class uint8

const (
	// Unknown is no response, or a failure inside the service: the request may have been done, and may be sent again.
	Unknown Class = iota
	// Request is a request that DynamoDB refuses as it stands: it fails again.
	Request
	// Data is a request that does not go with what is stored: a condition, a size.
	Data
	// Environment is something around the request: permissions, credentials, a missing table, no connection.
	Environment
	// Throttling is a lack of throughput: it passes.
	Throttling
	// Contention is another transaction on the same item: it passes.
	Contention
)

// Refused reports that the request was not done.
func (c Class) Refused() bool { return c != Unknown }

// Passes reports that the same request may succeed a moment later.
func (c Class) Passes() bool { return c == Unknown || c == Throttling || c == Contention }

// The codes of errors and of cancellation reasons, which name some causes otherwise. AWS: "Error handling with DynamoDB",
// "TransactWriteItems", "Common error types". The SDK gives many of them an unknown fault.
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

	"TransactionInProgressException": Unknown, // an earlier attempt is under way, which may be done
	"InternalServerError":            Unknown,
	"InternalServerException":        Unknown,
	"InternalFailure":                Unknown,
	"ServiceUnavailable":             Unknown,
	"ServiceUnavailableException":    Unknown,
	"RequestTimeout":                 Unknown,
	"RequestTimeoutException":        Unknown,
}

// OfCode returns the class of an error code or of the code of a cancellation reason; ok is false for one that the table
// does not have.
func OfCode(code string) (c Class, ok bool) {
	c, ok = codes[code]
	return c, ok
}

// Of returns the class of an error of a call, [Unknown] for one that says nothing. A cancelled transaction is of the
// class of its reasons: of one that does not pass, if there is one.
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

// malformed reports that the SDK refused the parameters, so that nothing was sent.
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
	if out == Unknown { // cancelled, so not done, for a reason that it does not name
		return Contention
	}
	return out
}

// unsent reports that no connection was made, so that nothing was sent.
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

// TooLarge reports that an error, or the message of a cancellation reason, says that an item would pass 400 KB.
func TooLarge(message string) bool {
	return strings.Contains(message, "Item size has exceeded the maximum allowed size") ||
		strings.Contains(message, "Item size to update has exceeded the maximum allowed size")
}

// Reasons returns what a throttled call says of the cause; nil where it says nothing.
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
