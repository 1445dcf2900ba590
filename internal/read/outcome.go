package read

// Outcome is the result of one key of a batch, or of one entry of an index that does not project all attributes.
type Outcome uint8

// The outcomes; the zero Outcome is none of them.
const (
	Found Outcome = iota + 1
	Gone
	Stale
	Throttled
	Unreadable
)

// String returns the outcome in lower case.
func (o Outcome) String() string {
	switch o {
	case Found:
		return "found"
	case Gone:
		return "gone"
	case Stale:
		return "stale"
	case Throttled:
		return "throttled"
	case Unreadable:
		return "unreadable"
	}
	return "unknown"
}
