package call

import (
	"strings"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/fault"
)

// throttle makes the error of a call that DynamoDB throttled.
func throttle(err error) error {
	out := &fault.ThrottleError{Err: err}
	for _, r := range apierror.Reasons(err) {
		reason := fault.ThrottleReason{Reason: TextOf(r.Reason), Resource: TextOf(r.Resource)}
		if _, index, ok := strings.Cut(reason.Resource, "/index/"); ok {
			reason.Index = index
		}
		out.Reasons = append(out.Reasons, reason)
	}
	return out
}
