package ddbmem

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

const (
	tableTarget   = "DynamoDB_20120810."
	streamsTarget = "DynamoDBStreams_20120810."
)

// operation is one entry of the API.
type operation struct {
	name    string
	does    string // for the documentation
	streams bool
	shape   *wire.Shape
	run     func(e *Engine, in *wire.Node) (*out, error)
	at      func(host string) *out // instead of run, for what depends on the host of the request
	fault   faultClass
	// named is set on table operations that have their own message for a missing name.
	named bool
	// layer is the part of the service that checks the values of the operation's requests, see [Wording].
	layer wire.Layer
	// optional is set on operations that [Options.PartiQL] enables.
	optional bool
}

// answer is the response to the caller.
type answer struct {
	status int
	body   []byte
	id     string
	drop   bool
}

// answer handles one request.
func (e *Engine) answer(r *http.Request, body []byte) answer {
	start := time.Now()
	ans := answer{status: http.StatusOK, id: requestID(e.requests.Add(1))}
	target := r.Header.Get("X-Amz-Target")
	o, drop, err := e.dispatch(r, target, body)
	ans.drop = drop
	if err != nil {
		o = &out{}
		err.appendJSON(o)
		ans.status = err.status
	}
	ans.body = o.b
	if e.opts.Log != nil {
		attrs := []any{slog.Int("status", ans.status), slog.Duration("took", time.Since(start))}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		e.opts.Log.Info(target[strings.IndexByte(target, '.')+1:], attrs...)
	}
	return ans
}

// requestID has the length and the alphabet of the service's identifiers.
func requestID(n int64) string {
	const length = 52
	id := []byte(strings.Repeat("0", length))
	for i := length - 1; n > 0; i-- {
		id[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"[n&31]
		n >>= 5
	}
	return string(id)
}

// dispatch finds the operation, parses the request, and runs it. A panic inside becomes an InternalServerError: a last
// resort, for which the tests look.
func (e *Engine) dispatch(r *http.Request, target string, body []byte) (o *out, drop bool, failed *apiError) {
	op := operations[target]
	if op == nil || op.optional && !e.opts.PartiQL {
		if len(body) > 0 && !json.Valid(body) {
			return nil, false, malformed()
		}
		return nil, false, unknownOperation()
	}
	in, err := wire.Parse(body, op.shape)
	if err != nil {
		return nil, false, asError(err)
	}
	defer func() {
		if met := recover(); met != nil {
			if e.opts.Log != nil {
				e.opts.Log.Error("panic", slog.Any("value", met))
			}
			o, drop, failed = nil, false, e.panicked(met)
		}
	}()
	if op.named {
		if err := requireName(op, in); err != nil {
			return nil, false, err
		}
	}
	layer := e.layerOf(op, in)
	if msg := in.Validate(layer); msg != "" {
		return nil, false, invalid("%s", msg)
	}
	if op.at != nil {
		return op.at(orDefault(r.Host, r.URL.Host)), false, nil
	}
	fault, failed := e.before(r.Context(), op, in)
	if failed != nil {
		return nil, false, failed
	}
	defer e.noteChange(op)
	o, err = op.run(e, in)
	if err != nil {
		return nil, false, asError(err).in(layer)
	}
	return o, fault == Dropped, nil
}

// requireName is the check that table operations make before all others.
func requireName(op *operation, in *wire.Node) *apiError {
	n := in.Get("TableName")
	if n == nil {
		return invalid("The parameter 'TableName' is required but was not present in the request")
	}
	if size := utf8.RuneCountInString(n.Str); op.name != "CreateTable" && (size < 3 || size > 255) && !strings.HasPrefix(n.Str, "arn:") {
		return invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return nil
}

// panicked is the response to a request that met a defect of the engine.
func (e *Engine) panicked(any) *apiError { return internalError() }
