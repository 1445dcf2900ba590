package fault

import (
	"strings"
)

// ThrottleError is the one of that name in package ddb.
type ThrottleError struct {
	Reasons []ThrottleReason
	Err     error // the SDK's
}

// ThrottleReason is one reason of a [ThrottleError].
type ThrottleReason struct {
	Index    string // the name of the index, "" for the table itself
	Reason   string // as the service says it, such as "IndexWriteKeyRangeThroughputExceeded"
	Resource string // the ARN
}

// As makes e the error of package ddb.
func (e *ThrottleError) As(target any) bool { return AsPublic(e, target) }

func (e *ThrottleError) Error() string {
	var b strings.Builder
	b.WriteString(ErrThrottled.Error() + ": ")
	for _, r := range e.Reasons {
		b.WriteString(r.String() + ": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns [ErrThrottled] and the SDK's error.
func (e *ThrottleError) Unwrap() []error { return []error{ErrThrottled, e.Err} }

// String says it in words: "index by-genre: hot key range, writes".
func (r ThrottleReason) String() string {
	var b strings.Builder
	if r.Index == "" {
		b.WriteString("table: ")
	} else {
		b.WriteString("index " + r.Index + ": ")
	}
	what := strings.TrimPrefix(strings.TrimPrefix(r.Reason, "Table"), "Index")
	access := ""
	if rest, ok := strings.CutPrefix(what, "Read"); ok {
		what, access = rest, ", reads"
	} else if rest, ok := strings.CutPrefix(what, "Write"); ok {
		what, access = rest, ", writes"
	}
	switch what {
	case "KeyRangeThroughputExceeded":
		b.WriteString("hot key range" + access)
	case "ProvisionedThroughputExceeded":
		b.WriteString("provisioned throughput exceeded" + access)
	case "MaxOnDemandThroughputExceeded":
		b.WriteString("maximum on-demand throughput exceeded" + access)
	case "AccountLimitExceeded":
		b.WriteString("account limit exceeded" + access)
	default:
		b.WriteString(r.Reason)
	}
	return b.String()
}
