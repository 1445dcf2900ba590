package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Patience is how long an endpoint has to describe a table before it counts as one that does not respond.
const Patience = 10 * time.Second

// HasTable reports whether the table exists, with one DescribeTable and no retry. Its error says, for people, that there
// is no DynamoDB at the endpoint, and why. If only DescribeTable is not permitted, the table counts as existing.
func (e *Engine) HasTable(ctx context.Context, table string, patience time.Duration) (bool, error) {
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := e.Client.DescribeTable(short, &dynamodb.DescribeTableInput{TableName: &table}, func(o *dynamodb.Options) {
		o.RetryMaxAttempts = 1
	})
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err == nil && out.Table != nil:
		return true, nil
	case err == nil:
		return false, fmt.Errorf("%s responds, but is not DynamoDB: check %s", e.Name, Variable)
	case short.Err() != nil:
		return false, fmt.Errorf("%s does not respond within %s: check %s", e.Name, patience, Variable)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != unknown {
		return e.refused(api)
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.HTTPStatusCode() != 0 {
		code := response.HTTPStatusCode()
		return false, fmt.Errorf("%s responds with %d %s and is not DynamoDB: check %s", e.Name, code, http.StatusText(code), Variable)
	}
	return false, fmt.Errorf("cannot connect to %s, the value of %s: %w", e.Name, Variable, unreachable(err))
}

// unknown is the SDK's code for an error that is not in DynamoDB's format.
const unknown = "UnknownError"

// refused is what an error of DynamoDB itself means.
func (e *Engine) refused(err smithy.APIError) (exists bool, _ error) {
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
		return false, nil
	}
	switch err.ErrorCode() {
	case "UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException",
		"ExpiredTokenException", "InvalidClientTokenId":
		return false, fmt.Errorf("%s rejects the credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: %s", e.Name, err.ErrorMessage())
	}
	return true, nil
}

// unreachable is the cause of a request that had no response, without what the SDK writes around it.
func unreachable(err error) error {
	if down, ok := errors.AsType[*net.OpError](err); ok {
		return down.Err
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return request.Err
	}
	return err
}
