package ddbmem

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// minEncoded is the smallest size of a compressed response.
const minEncoded = 4096

// readEncoded reads the body of a request, compressed or not. If it cannot, it returns the status of the response.
func readEncoded(r *http.Request) ([]byte, int) {
	var body []byte
	var err error
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		body, err = readBody(r)
		if err != nil {
			return nil, http.StatusRequestEntityTooLarge
		}
	case "gzip", "deflate":
		body, err = inflate(encoding, r.Body)
	default:
		return nil, http.StatusInternalServerError
	}
	switch {
	case errors.Is(err, errTooLarge):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusInternalServerError
	}
	return body, http.StatusOK
}

func inflate(encoding string, body io.Reader) ([]byte, error) {
	var plain io.Reader
	var err error
	if encoding == "gzip" {
		plain, err = gzip.NewReader(body)
	} else {
		plain, err = zlib.NewReader(body)
	}
	if err != nil {
		return nil, err
	}
	return readAtMost(plain)
}

// encode compresses a large response if the caller accepts that, and sets the header.
func encode(h http.Header, r *http.Request, body []byte) []byte {
	if len(body) < minEncoded {
		return body
	}
	encoding := accepted(r.Header.Get("Accept-Encoding"))
	if encoding == "" {
		return body
	}
	var b bytes.Buffer
	var to io.WriteCloser = gzip.NewWriter(&b)
	if encoding == "deflate" {
		to = zlib.NewWriter(&b)
	}
	_, err := to.Write(body)
	if errors.Join(err, to.Close()) != nil {
		return body
	}
	h.Set("Content-Encoding", encoding)
	return b.Bytes()
}

// accepted returns the supported encoding that a caller prefers, empty for none. A preference for no encoding does not
// count, as in the service.
func accepted(header string) string {
	weights := map[string]float64{}
	var order []string
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		weights[name] = weight
		order = append(order, name)
	}
	best, most := "", 0.0
	for _, name := range append(order, "gzip", "deflate") { // the first of two with equal preference
		weight, named := weights[name]
		if !named {
			weight = weights["*"]
		}
		if weight > most && (name == "gzip" || name == "deflate") {
			best, most = name, weight
		}
	}
	return best
}
