package graph

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
)

// The types of responses. A client that accepts only the older one gets status 200 whatever the operation did.
const (
	responseType = "application/graphql-response+json"
	olderType    = "application/json"
)

// NewHandler returns the handler of POST /graphql, as the draft "GraphQL over HTTP" has it, for a service as NewService
// makes it.
func NewHandler(client ddb.Client, table string, opts *Options) http.Handler {
	return NewService(client, table, opts)
}

// ServeHTTP runs the operation of a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	accepted, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		respond(w, responseType, http.StatusNotAcceptable, refuse(BadInput, "Accept has no type of this service: use "+responseType))
		return
	}
	request, status, fault := readRequest(w, r)
	if fault != nil {
		respond(w, accepted, status, fault)
		return
	}
	response := s.Run(r.Context(), request)
	respond(w, accepted, statusOf(accepted, response), response)
}

func refuse(code, text string) *Response { return refused(&Error{Code: code, Text: text}) }

// readRequest returns the operation of a request, or the status and the response that refuse it.
func readRequest(w http.ResponseWriter, r *http.Request) (request Request, status int, fault *Response) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return request, http.StatusMethodNotAllowed, refuse(BadInput, "send the operation with POST")
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return request, http.StatusUnsupportedMediaType, refuse(BadInput, "the charset must be utf-8")
	}
	if err := site.ReadJSON(r, maxBody, &request); err != nil {
		fault, ok := errors.AsType[*site.Fault](err)
		if !ok {
			return request, http.StatusInternalServerError, refuse(Internal, "the body cannot be read")
		}
		return request, fault.Status, refuse(BadInput, fault.Message)
	}
	if strings.TrimSpace(request.Query) == "" {
		return request, http.StatusBadRequest, refuse(BadInput, "the body has no query")
	}
	return request, 0, nil
}

// negotiate returns the first type of the Accept headers that the service has.
func negotiate(accept []string) (kind string, ok bool) {
	if len(accept) == 0 {
		return responseType, true
	}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		charset := params["charset"]
		if err != nil || params["q"] == "0" || charset != "" && !strings.EqualFold(charset, "utf-8") {
			continue
		}
		switch kind {
		case responseType, olderType:
			return kind, true
		case "*/*", "application/*":
			return responseType, true
		}
	}
	return "", false
}

// statusOf is the status of a response.
func statusOf(kind string, r *Response) int {
	if r.Data != nil || len(r.Errors) == 0 {
		return http.StatusOK
	}
	switch code := r.Errors[0].Extensions["code"]; {
	case code == Busy:
		return http.StatusServiceUnavailable
	case kind == olderType:
		return http.StatusOK
	case code == TimedOut:
		return http.StatusGatewayTimeout
	case code == Internal:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func respond(w http.ResponseWriter, kind string, status int, r *Response) {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r) // the client is gone
}
