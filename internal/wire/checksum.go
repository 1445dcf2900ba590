package wire

import (
	"hash/crc32"
	"strconv"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// checksumHeader has the CRC-32 of the body as DynamoDB sent it: where the body is compressed, of the compressed bytes.
const checksumHeader = "X-Amz-Crc32"

// ChecksumError reports a response that changed on its way: its bytes do not match the checksum that DynamoDB sent with
// them. The SDK tries such a call again, as it does after a connection that broke: it is not known whether a write was done.
type ChecksumError struct{ Err error }

func (e *ChecksumError) Error() string { return "the response changed on its way: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ChecksumError) Unwrap() error { return e.Err }

// RetryableError is what the SDK's retryer asks.
func (e *ChecksumError) RetryableError() bool { return true }

// verify reports a body, received to its end, that does not match its checksum. The SDK compares them, below whatever
// decompresses the body, and says so when the body is closed, where it only logs the error. So the result of closing is
// what decides. It may be another failure than that; where the body is as it was sent, the checksum itself tells.
func (p *Page) verify(resp *smithyhttp.Response, closing error) error {
	want := resp.Header.Get(checksumHeader)
	if closing == nil || want == "" {
		return nil
	}
	if resp.Header.Get("Content-Encoding") == "" && want == strconv.FormatUint(uint64(crc32.ChecksumIEEE(p.body)), 10) {
		return nil
	}
	return &ChecksumError{closing}
}
