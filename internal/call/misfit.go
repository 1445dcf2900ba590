package call

import (
	"fmt"

	"github.com/singletable-go/ddb/internal/apierror"
)

// misfit is the error of a response that does not fit its request, as something between the program and DynamoDB may make it. It
// counts as a lost response.
func misfit(operation, format string, args ...any) error {
	return &apierror.CallError{Err: fmt.Errorf("%s: the response does not fit the request: %w: look at what the client and the proxies do with responses", operation, fmt.Errorf(format, args...))}
}
