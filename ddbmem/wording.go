package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// Wording chooses between the words that AWS has for what is wrong with a request. Since June 2026 it moves operations,
// region by region, to layers that word a ValidationException otherwise; in October 2026 almost all regions did so for
// PutItem, UpdateItem, DeleteItem, GetItem, BatchGetItem and Query. What is refused is the same in both, and a program
// that reads the text of an error meets both.
type Wording uint8

// The wordings of [Options.Wording].
const (
	// NewerWording is that of October 2026: PutItem, UpdateItem and DeleteItem put "1 validation error detected: " in
	// front of what they find in the request alone, and the operations above show the members of sets with duplicates
	// in quotes and do not say which expression value is not allowed.
	NewerWording Wording = iota

	// OlderWording is that of May 2026, in which all operations answered what BatchWriteItem, Scan and the
	// transactions still do.
	OlderWording
)

// oneError begins what a layer finds in a request.
const oneError = "1 validation error detected: "

// layerOf returns the layer that checks a request.
func (e *Engine) layerOf(op *operation, in *wire.Node) wire.Layer {
	if op.layer == wire.Older || e.opts.Wording == OlderWording || in.Deep() {
		return wire.Older
	}
	return op.layer
}

// early marks an error as found in the request alone.
func early(err error) error {
	if err == nil {
		return nil
	}
	failed := asError(err)
	failed.early = true
	return failed
}

// in returns the error in the words of a layer.
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
