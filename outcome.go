package ddb

// rOutcome says what became of one key of a batch, or of one row of an index that does not project whole items.
type rOutcome uint8

const (
	rFound rOutcome = iota + 1
	rGone
	rStale
	rThrottled
	rUnreadable
)

// String returns the outcome in lower case.
func (o rOutcome) String() string {
	switch o {
	case rFound:
		return "found"
	case rGone:
		return "gone"
	case rStale:
		return "stale"
	case rThrottled:
		return "throttled"
	case rUnreadable:
		return "unreadable"
	}
	return "unknown"
}
