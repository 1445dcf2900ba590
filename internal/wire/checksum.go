package wire

import (
	"hash/crc32"
	"strconv"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// checksumHeader has the CRC-32 of the body as DynamoDB sent it; for a compressed body, of the compressed bytes.
const checksumHeader = "X-Amz-Crc32"

// ChecksumError reports a response that was corrupted in transit: its bytes do not match DynamoDB's checksum. The SDK
// retries such a call, as after a broken connection: it is not known whether a write was applied.
type ChecksumError struct{ Err error }

func (e *ChecksumError) Error() string {
	return "the response was corrupted in transit: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ChecksumError) Unwrap() error { return e.Err }

// RetryableError makes the SDK's retryer retry the call.
func (e *ChecksumError) RetryableError() bool { return true }

// verify reports a body that does not match its checksum. The SDK compares them, before decompression, and returns the
// result when the body is closed, where it only logs the error. So the result of closing decides. If it is another
// failure and the body was not compressed, the checksum itself decides.
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
