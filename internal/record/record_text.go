package record

import (
	"strings"
)

// TableName returns the table's name in the ARN of a table or of its stream, "" where there is none.
func TableName(arn string) string {
	if !strings.HasPrefix(arn, "arn:") {
		return ""
	}
	_, rest, _ := strings.Cut(arn, ":table/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
