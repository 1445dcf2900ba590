package ddbmem

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// The namespaces of the error types, as the service sends them.
const (
	modelSpace        = "com.amazonaws.dynamodb.v20120810#"
	serviceSpace      = "com.amazon.coral.service#"
	validateSpace     = "com.amazon.coral.validate#"
	availabilitySpace = "com.amazon.coral.availability#"
)

// apiError is an error as it is sent.
type apiError struct {
	kind    string // with its namespace
	msg     string
	newer   string // the text in the service's newer layers, if it differs
	early   bool   // found in the request, before its table is looked at
	status  int
	atOnce  bool       // rejects a whole transaction, not one of its items
	item    value.Item // of a failed condition, if the request wants it
	reasons []reason   // of a cancelled transaction

	throttlings []throttling // of a throttled request
}

// reason is why one item cancels a transaction; an empty code is None.
type reason struct {
	code string
	msg  string
	item value.Item
}

// Error returns the type and the message.
func (e *apiError) Error() string { return e.kind + ": " + e.msg }

func failure(kind, msg string) *apiError {
	return &apiError{kind: kind, msg: msg, status: http.StatusBadRequest}
}

func invalid(format string, args ...any) *apiError {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return failure(validateSpace+"ValidationException", format)
}

// parameter is a ValidationException with the most common beginning.
func parameter(format string, args ...any) *apiError {
	return invalid("One or more parameter values were invalid: "+format, args...)
}

func conditionFailed(old value.Item) *apiError {
	e := failure(modelSpace+"ConditionalCheckFailedException", "The conditional request failed")
	e.item = old
	return e
}

func notFound(msg string) *apiError {
	return failure(modelSpace+"ResourceNotFoundException", msg)
}

// noTable is the item operations' error for a missing table.
func noTable() *apiError { return notFound("Requested resource not found") }

// noNamedTable is the table operations' error for a missing table.
func noNamedTable(name string) *apiError {
	return notFound("Requested resource not found: Table: " + name + " not found")
}

func inUse(msg string) *apiError { return failure(modelSpace+"ResourceInUseException", msg) }

func limitExceeded(msg string) *apiError { return failure(modelSpace+"LimitExceededException", msg) }

// malformed is the error for a body that is not JSON.
func malformed() *apiError { return failure(serviceSpace+"SerializationException", "") }

func unknownOperation() *apiError { return failure(serviceSpace+"UnknownOperationException", "") }

func internalError() *apiError {
	return &apiError{
		kind: modelSpace + "InternalServerError", status: http.StatusInternalServerError,
		msg: "The request processing has failed because of an unknown error, exception or failure.",
	}
}

// asError converts the errors of the inner packages.
func asError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return failure(serviceSpace+"SerializationException", e.Msg)
	}
	if e, ok := errors.AsType[*value.Error](err); ok {
		if e.Code == value.SerializationException {
			return failure(serviceSpace+"SerializationException", e.Message)
		}
		failed := failure(validateSpace+e.Code, e.Message)
		failed.newer = e.Newer
		return failed
	}
	return internalError()
}

// appendJSON appends the body of the response.
func (e *apiError) appendJSON(o *out) {
	o.open()
	o.str("__type", e.kind)
	if e.reasons != nil {
		o.key("CancellationReasons")
		o.list(len(e.reasons), func(i int) {
			r := e.reasons[i]
			o.open()
			o.str("Code", orDefault(r.code, "None"))
			if r.code != "" {
				o.str("Message", r.msg)
			}
			if r.item != nil {
				o.item("Item", r.item)
			}
			o.close()
		})
	}
	switch {
	case e.msg == "":
	case e.reasons != nil || e.kind == serviceSpace+"SerializationException":
		o.str("Message", e.msg)
	default:
		o.str("message", e.msg)
	}
	if e.item != nil {
		o.item("Item", e.item)
	}
	e.appendThrottlings(o)
	o.close()
}

func orDefault(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
