package attack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// rates are the probabilities of faults, in percent of requests.
type rates struct{ lost, unsent, throttle, conflict, fail, denied, unprocessed int }

// drawRates returns few faults or many.
func drawRates(r *rand.Rand) rates {
	switch r.IntN(5) {
	case 0:
		return rates{}
	case 1:
		return rates{lost: 20}
	case 2:
		return rates{lost: 8, unsent: 3, throttle: 12, conflict: 12, fail: 4, denied: 1, unprocessed: 30}
	default:
		return rates{lost: 6, unsent: 1, throttle: 3, conflict: 6, fail: 2, denied: 1, unprocessed: 10}
	}
}

// line connects a process to the engine, and loses requests and responses.
type line struct {
	next dynamodb.HTTPClient
	p    *Process
}

type fault string

const (
	pass        fault = "passes"
	lost        fault = "is done, and the response lost"
	unsent      fault = "is lost"
	throttle    fault = "is throttled"
	conflict    fault = "meets a transaction"
	fail        fault = "fails in the service"
	failDone    fault = "is done, and fails in the service"
	denied      fault = "is denied"
	inProgress  fault = "is done, and reported to be in progress"
	unprocessed fault = "is done in part"
)

var reads = []string{"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"}

// Do sends a request, or injects a fault.
func (l *line) Do(r *http.Request) (*http.Response, error) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	w := l.p.world
	keys := keysIn(body)
	c := l.p.call
	w.gate.wait(c, op+" "+keys)
	f := l.decide(c, op)
	send := func() (*http.Response, error) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		return l.next.Do(r)
	}
	var out *http.Response
	var err error
	switch f {
	case lost, failDone, inProgress:
		if out, err = send(); err == nil {
			status := read(out)
			c.note("%s %s %s (%s)", op, keys, f, status)
		}
	case unprocessed:
		return l.partly(c, r, op, keys, body)
	case pass:
		if out, err = send(); err == nil {
			status := read(out)
			c.note("%s %s: %s", op, keys, status)
			return out, nil
		}
	default:
		c.note("%s %s %s", op, keys, f)
	}
	if err != nil {
		return nil, err
	}
	switch f {
	case lost, unsent:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case throttle:
		return l.throttled(c, op, body), nil
	case conflict:
		return l.conflicting(c, op, body), nil
	case denied:
		return l.denied(c), nil
	case inProgress:
		return failure(http.StatusBadRequest, "TransactionInProgressException", "The transaction with the given request token is already in progress.", nil), nil
	default:
		return failure(http.StatusInternalServerError, "InternalServerError", "The request processing has failed because of an unknown error.", nil), nil
	}
}

// decide draws what happens to a request. After a lost response a fault is more likely.
func (l *line) decide(c *Call, op string) fault {
	w := l.p.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.checking || c == nil || c.calm {
		return pass
	}
	rt := w.rates
	if rt == (rates{}) {
		return pass
	}
	n := c.faults.IntN(100)
	below := func(rate int) bool {
		if n < rate {
			return true
		}
		n -= rate
		return false
	}
	if slices.Contains(reads, op) {
		switch {
		case below(rt.throttle / 3):
			return throttle
		case below(rt.lost / 5):
			return unsent
		}
		return pass
	}
	if c.lost {
		rt.throttle, rt.conflict, rt.lost, rt.denied = max(rt.throttle, 20), max(rt.conflict, 20), max(rt.lost, 10), 4
	}
	switch {
	case below(rt.lost):
		c.lost = true
		return lost
	case below(rt.unsent):
		c.lost = true
		return unsent
	case below(rt.throttle):
		return throttle
	case below(rt.conflict):
		if op != "BatchWriteItem" {
			return conflict
		}
		return unprocessed
	case below(rt.denied):
		return denied
	case below(rt.fail):
		before := c.lost
		c.lost = true // the response does not show whether the request was applied
		if c.faults.IntN(2) == 0 {
			return fail
		}
		if op == "TransactWriteItems" && before {
			return inProgress
		}
		return failDone
	case op == "BatchWriteItem" && below(rt.unprocessed):
		return unprocessed
	}
	return pass
}

// partly lets the engine apply a part of a BatchWriteItem, and reports the rest as unprocessed.
func (l *line) partly(c *Call, r *http.Request, op, keys string, body []byte) (*http.Response, error) {
	var in map[string]json.RawMessage
	var requests map[string][]json.RawMessage
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(in["RequestItems"], &requests); err != nil {
		return nil, err
	}
	done, left := map[string][]json.RawMessage{}, map[string][]json.RawMessage{}
	l.p.world.mu.Lock()
	for table, list := range requests {
		for _, x := range list {
			if c.faults.IntN(2) == 0 {
				left[table] = append(left[table], x)
			} else {
				done[table] = append(done[table], x)
			}
		}
	}
	l.p.world.mu.Unlock()
	c.note("%s %s is done in part, all but %d", op, keys, len(left[l.p.world.Table]))
	if len(done) > 0 {
		in["RequestItems"], _ = json.Marshal(done)
		body, _ = json.Marshal(in)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		out, err := l.next.Do(r)
		if err != nil || out.StatusCode != http.StatusOK {
			return out, err
		}
		_, _ = io.Copy(io.Discard, out.Body)
	}
	answer, _ := json.Marshal(map[string]any{"UnprocessedItems": left})
	return respond(http.StatusOK, answer), nil
}

func (l *line) throttled(c *Call, op string, body []byte) *http.Response {
	l.p.world.mu.Lock()
	kind := c.faults.IntN(4)
	l.p.world.mu.Unlock()
	switch kind {
	case 0:
		return failure(http.StatusBadRequest, "RequestLimitExceeded", "Throughput exceeds the current throughput limit for your account.", nil)
	case 1:
		return failure(http.StatusBadRequest, "ThrottlingException", "Rate of requests exceeds the allowed throughput.", nil)
	case 2:
		if op == "TransactWriteItems" {
			return l.cancelled(c, body, "ThrottlingError", "Throughput exceeds the current capacity of your table or index.")
		}
	}
	return failure(http.StatusBadRequest, "ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded.", nil)
}

// denied rejects a request for missing permissions.
func (l *line) denied(c *Call) *http.Response {
	l.p.world.mu.Lock()
	kind := c.faults.IntN(len(denials))
	l.p.world.mu.Unlock()
	return failure(http.StatusBadRequest, denials[kind], "The request is not allowed.", nil)
}

var denials = []string{"AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException"}

func (l *line) conflicting(c *Call, op string, body []byte) *http.Response {
	if op == "TransactWriteItems" {
		return l.cancelled(c, body, "TransactionConflict", "Transaction is ongoing for the item")
	}
	return failure(http.StatusBadRequest, "TransactionConflictException", "Transaction is ongoing for the item", nil)
}

// cancelled cancels a transaction because of one of its items.
func (l *line) cancelled(c *Call, body []byte, code, message string) *http.Response {
	var in struct{ TransactItems []json.RawMessage }
	_ = json.Unmarshal(body, &in)
	l.p.world.mu.Lock()
	at := c.faults.IntN(max(len(in.TransactItems), 1))
	l.p.world.mu.Unlock()
	reasons := make([]map[string]string, len(in.TransactItems))
	codes := make([]string, len(reasons))
	for i := range reasons {
		codes[i], reasons[i] = "None", map[string]string{"Code": "None"}
		if i == at {
			codes[i], reasons[i] = code, map[string]string{"Code": code, "Message": message}
		}
	}
	text := fmt.Sprintf("Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	return failure(http.StatusBadRequest, "TransactionCanceledException", text, map[string]any{"CancellationReasons": reasons})
}

// failure makes an error response.
func failure(status int, kind, message string, more map[string]any) *http.Response {
	fields := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + kind, "message": message, "Message": message}
	maps.Copy(fields, more)
	body, _ := json.Marshal(fields)
	return respond(status, body)
}

func respond(status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// read reads a response into memory and returns its status for the trace.
func read(out *http.Response) string {
	body, err := io.ReadAll(out.Body)
	_ = out.Body.Close()
	out.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case err != nil:
		return err.Error()
	case out.StatusCode == http.StatusOK:
		return "ok"
	}
	var e struct {
		Type                string `json:"__type"`
		Message             string
		CancellationReasons []struct{ Code string }
	}
	_ = json.Unmarshal(body, &e)
	_, kind, _ := strings.Cut(e.Type, "#")
	if len(e.CancellationReasons) > 0 {
		return fmt.Sprintf("%s %v", kind, e.CancellationReasons)
	}
	if kind == "ValidationException" {
		return kind + ": " + e.Message
	}
	return kind
}

// keysIn returns the partition keys in a request, for the trace.
func keysIn(body []byte) string {
	var keys []string
	const mark = `"pk":{"S":"`
	for rest := string(body); ; {
		_, after, ok := strings.Cut(rest, mark)
		if !ok {
			break
		}
		key, _, _ := strings.Cut(after, `"`)
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		rest = after
	}
	return strings.Join(keys, ",")
}
