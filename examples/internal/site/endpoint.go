package site

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// Endpoint is a handler that responds with JSON: the status and the body that f returns, or its error. A [Fault] is sent
// as it is; any other error is logged, and the client learns only that there was one.
func Endpoint(log *slog.Logger, f func(*http.Request) (status int, body any, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, err := f(r)
		if err == nil {
			write(w, status, body)
			return
		}
		fault, ok := errors.AsType[*Fault](err)
		if !ok {
			fault = internal
		}
		if !ok && r.Context().Err() == nil { // else the client has gone
			log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "err", err)
		}
		writeFault(w, fault)
	})
}

func writeFault(w http.ResponseWriter, f *Fault) {
	if f.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	write(w, f.Status, struct {
		Error *Fault `json:"error"`
	}{f})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
