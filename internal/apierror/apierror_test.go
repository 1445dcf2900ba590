package apierror_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/internal/apierror"
)

// classes is the whole table: the codes of errors, and those of cancellation reasons.
var classes = map[apierror.Class]string{
	apierror.Request: `ValidationException ValidationError SerializationException UnknownOperationException InvalidAction
		InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedQueryString MissingAction
		MissingParameter IdempotentParameterMismatchException`,
	apierror.Data: `ConditionalCheckFailedException ConditionalCheckFailed ItemCollectionSizeLimitExceededException
		ItemCollectionSizeLimitExceeded DuplicateItemException DuplicateItem`,
	apierror.Environment: `AccessDenied AccessDeniedException NotAuthorized UnrecognizedClientException InvalidClientTokenId
		ExpiredToken ExpiredTokenException TokenRefreshRequired MissingAuthenticationToken MissingAuthenticationTokenException
		IncompleteSignature IncompleteSignatureException InvalidSignatureException SignatureDoesNotMatch RequestExpired
		OptInRequired ResourceNotFoundException TableNotFoundException ResourceInUseException PolicyNotFoundException
		LimitExceededException InvalidEndpointException`,
	apierror.Throttling: `ProvisionedThroughputExceededException ProvisionedThroughputExceeded ThrottlingException
		ThrottlingError Throttling ThrottledException RequestLimitExceeded RequestThrottled RequestThrottledException
		TooManyRequestsException`,
	apierror.Contention: `TransactionConflictException TransactionConflict ReplicatedWriteConflictException`,
	apierror.Unknown: `TransactionInProgressException InternalServerError InternalServerException InternalFailure
		ServiceUnavailable ServiceUnavailableException RequestTimeout RequestTimeoutException`,
}

// answered is the error of a call whose response had a status.
func answered(status int, err error) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "PutItem", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
	}}
}

// The code decides, whatever fault the SDK gives it: of many it says that their fault is unknown.
func TestEachCodeHasItsClass(t *testing.T) {
	t.Parallel()
	for class, codes := range classes {
		for code := range strings.FieldsSeq(codes) {
			got, ok := apierror.OfCode(code)
			assert.True(t, ok, code)
			assert.Equal(t, class, got, code)
			for _, fault := range []smithy.ErrorFault{smithy.FaultUnknown, smithy.FaultClient, smithy.FaultServer} {
				err := &smithy.GenericAPIError{Code: code, Message: "m", Fault: fault}
				assert.Equal(t, class, apierror.Of(err), "%s, fault %v", code, fault)
				assert.Equal(t, class, apierror.Of(fmt.Errorf("wrapped: %w", answered(400, err))), code)
			}
		}
	}
	_, ok := apierror.OfCode("BrandNewException")
	assert.False(t, ok)
}

// What follows from a class: whether the request was not done, and whether it may succeed a moment later.
func TestWhatFollowsFromAClass(t *testing.T) {
	t.Parallel()
	for class, want := range map[apierror.Class]struct {
		refused, passes bool
	}{
		apierror.Unknown:     {false, true},
		apierror.Request:     {true, false},
		apierror.Data:        {true, false},
		apierror.Environment: {true, false},
		apierror.Throttling:  {true, true},
		apierror.Contention:  {true, true},
	} {
		assert.Equal(t, want.refused, class.Refused(), "class %d", class)
		assert.Equal(t, want.passes, class.Passes(), "class %d", class)
	}
}

// An unknown code counts as rejected only if the status says so.
func TestACodeThatIsNotInTheTable(t *testing.T) {
	t.Parallel()
	err := &smithy.GenericAPIError{Code: "BrandNewException"}
	assert.Equal(t, apierror.Unknown, apierror.Of(err), "no status")
	for status, want := range map[int]apierror.Class{
		400: apierror.Request, 401: apierror.Environment, 403: apierror.Environment, 413: apierror.Request,
		408: apierror.Unknown, 429: apierror.Unknown, 500: apierror.Unknown, 503: apierror.Unknown,
	} {
		assert.Equal(t, want, apierror.Of(answered(status, err)), status)
	}
}

// Without a response it is only known where no connection was made that nothing was sent.
func TestAnErrorWithoutAResponse(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, c := range map[string]struct {
		err  error
		want apierror.Class
	}{
		"connection refused":      {dial, apierror.Environment},
		"no such host":            {&net.DNSError{Err: "no such host", Name: "h"}, apierror.Environment},
		"reset while reading":     {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, apierror.Unknown},
		"cut off":                 {io.ErrUnexpectedEOF, apierror.Unknown},
		"given up":                {context.Canceled, apierror.Unknown},
		"given up while dialling": {errors.Join(dial, context.DeadlineExceeded), apierror.Unknown},
	} {
		assert.Equal(t, c.want, apierror.Of(&smithy.OperationError{Err: c.err}), name)
	}
}

// A cancelled transaction is of the class of the reason that does not pass, if there is one; it was not done, whatever the reasons.
func TestACancelledTransactionIsOfItsReasons(t *testing.T) {
	t.Parallel()
	for codes, want := range map[string]apierror.Class{
		"None TransactionConflict":                            apierror.Contention,
		"TransactionConflict ProvisionedThroughputExceeded":   apierror.Throttling,
		"ThrottlingError TransactionConflict":                 apierror.Throttling,
		"TransactionConflict ConditionalCheckFailed":          apierror.Data,
		"ThrottlingError ValidationError":                     apierror.Request,
		"TransactionConflict ItemCollectionSizeLimitExceeded": apierror.Data,
		"None BrandNewReason":                                 apierror.Request,
		"TransactionConflict AccessDenied":                    apierror.Environment,
		"None None":                                           apierror.Contention,
		"":                                                    apierror.Contention,
	} {
		err := &types.TransactionCanceledException{}
		for code := range strings.FieldsSeq(codes) {
			err.CancellationReasons = append(err.CancellationReasons, types.CancellationReason{Code: &code})
		}
		got := apierror.Of(answered(400, err))
		assert.Equal(t, want, got, codes)
		assert.True(t, got.Refused(), codes)
		slices.Reverse(err.CancellationReasons)
		assert.Equal(t, want, apierror.Of(err), "%s, reversed", codes)
	}
}

// DynamoDB says in two ways that an item is too large, in errors and in the messages of cancellation reasons.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	assert.True(t, apierror.TooLarge("Item size has exceeded the maximum allowed size"))
	assert.True(t, apierror.TooLarge("Item size to update has exceeded the maximum allowed size"))
	assert.False(t, apierror.TooLarge("Item size to update has exceeded"))
	assert.False(t, apierror.TooLarge(""))
}

// Each of the service's errors that say so says of what there was too little.
func TestReasonsOfThrottling(t *testing.T) {
	t.Parallel()
	reasons := []types.ThrottlingReason{{Reason: new("TableWriteKeyRangeThroughputExceeded"), Resource: new("arn")}}
	for _, err := range []error{
		&types.ProvisionedThroughputExceededException{ThrottlingReasons: reasons},
		&types.ThrottlingException{ThrottlingReasons: reasons},
		&types.RequestLimitExceeded{ThrottlingReasons: reasons},
	} {
		assert.Equal(t, apierror.Throttling, apierror.Of(err))
		assert.Equal(t, reasons, apierror.Reasons(answered(400, err)))
	}
	assert.Nil(t, apierror.Reasons(answered(400, &types.InternalServerError{})))
}
