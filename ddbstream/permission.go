package ddbstream

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
)

// permission adds to an access error the action that the policy has to allow.
func permission(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != "AccessDeniedException" && api.ErrorCode() != "AccessDenied" {
		return err
	}
	op, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%w: allow dynamodb:%s in the policy of this program's role", err, op.Operation())
}
