// Package sequence orders the sequence numbers of a DynamoDB stream.
package sequence

import (
	"cmp"
	"strings"
)

// Compare orders two sequence numbers of one stream: by length, then by text. They are decimal numbers of 21 to 40
// digits without leading zeros, more than any machine integer and than a DynamoDB number holds; as plain text
// "9…" of 21 digits would stand behind "10…" of 22. DynamoDB Local pads its numbers with zeros to one length, where both
// orders agree.
func Compare(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}
