package sequence

import (
	"cmp"
	"strings"
)

// Compare orders two sequence numbers of one stream: by length, then by text. They are decimal numbers of 21 to 40
// digits without leading zeros, too long for a machine integer or a DynamoDB number. As plain text, "9…" of 21 digits
// would sort after "10…" of 22. DynamoDB Local pads its numbers with zeros to one length, for which both orders agree.
//
// The number of a Kinesis Data Streams record has two parts, "time.number": the second decides if the first is equal.
func Compare(a, b string) int {
	aTime, aNumber, _ := strings.Cut(a, ".")
	bTime, bNumber, _ := strings.Cut(b, ".")
	return cmp.Or(compare(aTime, bTime), compare(aNumber, bNumber))
}

func compare(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
