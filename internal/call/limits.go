package call

// Limits of requests. AWS: "Quotas in Amazon DynamoDB", API-specific limits.
const (
	MaxTransactItems = 100
	MaxTransactBytes = 4 << 20
	MaxTransactGet   = 100
)

// TextOf returns the text of an optional string.
func TextOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
