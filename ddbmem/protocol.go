package ddbmem

import (
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	contentType = "application/x-amz-json-1.0"
	plainType   = "application/json"
	maxBody     = 16 << 20
)

// ServeHTTP handles a request of the DynamoDB or the DynamoDB Streams API. It also handles a load balancer's health
// check and a browser's preflight request, as the service does.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Server", "Server")
	switch {
	case allowOrigin(h, r):
		return
	case r.Method == http.MethodGet && r.URL.Path == "/":
		e.writeText(w, http.StatusOK, "healthy: "+orDefault(r.Host, "dynamodb."+e.opts.Region+".amazonaws.com")+" ")
		return
	case r.Method != http.MethodPost:
		e.writeText(w, http.StatusNotFound, noOperation)
		return
	}
	body, status := readEncoded(r)
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	kind, ok := mediaType(r)
	if !ok && len(body) > 0 {
		e.writeText(w, http.StatusNotFound, noOperation)
		return
	}
	target := r.Header.Get("X-Amz-Target")
	ans := answer{}
	if failed := checkSigned(r); failed != nil && operations[target] != nil && wellFormed(body) {
		ans = e.refuse(failed)
	} else {
		ans = e.answer(r, body)
	}
	if ans.drop {
		// The write is applied; the caller sees a broken connection.
		panic(http.ErrAbortHandler)
	}
	sent := encode(h, r, ans.body)
	h.Set("Content-Type", kind)
	h.Set("X-Amzn-Requestid", ans.id)
	h.Set("X-Amz-Crc32", checksum(sent))
	h.Set("Content-Length", strconv.Itoa(len(sent)))
	w.WriteHeader(ans.status)
	_, _ = w.Write(sent)
}

// noOperation is the response to a request that is not of the API.
const noOperation = "<UnknownOperationException/>\n"

func (e *Engine) writeText(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", requestID(e.requests.Add(1)))
	h.Set("X-Amz-Crc32", checksum([]byte(text)))
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func checksum(b []byte) string { return strconv.FormatUint(uint64(crc32.ChecksumIEEE(b)), 10) }

// mediaType returns the content type of the response, and whether the request's is valid.
func mediaType(r *http.Request) (string, bool) {
	name, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	name = strings.TrimSpace(name)
	if name == contentType {
		return name, true
	}
	return plainType, name == plainType
}

var errTooLarge = errors.New("request body too large")

func readBody(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n > 0 && n <= maxBody { // for a client, 0 means unknown
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return readAtMost(r.Body)
}

// readAtMost reads the body, unless it is larger than a request may be.
func readAtMost(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errTooLarge
	}
	return body, err
}
