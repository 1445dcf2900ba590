package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// Wording selects between two texts that AWS has for invalid requests. Since June 2026 AWS has moved operations, region
// by region, to layers with different ValidationExceptions. By October 2026 almost all regions had done so for PutItem,
// UpdateItem, DeleteItem, GetItem, BatchGetItem and Query. Both reject the same requests. A program that reads the text
// of an error meets both.
type Wording uint8

// The wordings of [Options.Wording].
const (
	// NewerWording is that of October 2026. PutItem, UpdateItem and DeleteItem put "1 validation error detected: "
	// before the errors that need only the request. The operations above quote the members of sets with duplicates, and
	// do not name an invalid expression value.
	NewerWording Wording = iota

	// OlderWording is that of May 2026: all operations have the texts that BatchWriteItem, Scan and the transactions
	// still have.
	OlderWording
)

// oneError is the beginning of a newer layer's errors.
const oneError = "1 validation error detected: "

// layerOf returns the layer that checks a request.
func (e *Engine) layerOf(op *operation, in *wire.Node) wire.Layer {
	if op.layer == wire.Older || e.opts.Wording == OlderWording || in.Deep() {
		return wire.Older
	}
	return op.layer
}

// early marks an error that needs only the request.
func early(err error) error {
	if err == nil {
		return nil
	}
	failed := asError(err)
	failed.early = true
	return failed
}

// in returns the error with the text of a layer.
func (e *apiError) in(layer wire.Layer) *apiError {
	if layer == wire.Older {
		return e
	}
	worded := *e
	worded.msg = orDefault(e.newer, e.msg)
	if layer == wire.Enveloped && e.early && e.kind == validateSpace+"ValidationException" {
		worded.msg = oneError + worded.msg
	}
	return &worded
}
