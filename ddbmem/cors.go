package ddbmem

import "net/http"

// allowOrigin lets a browser call the engine from a page, and reports whether the request is a preflight.
func allowOrigin(h http.Header, r *http.Request) (asked bool) {
	if r.Header.Get("Origin") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
	if r.Method != http.MethodOptions {
		return false
	}
	for requested, allowed := range map[string]string{
		"Access-Control-Request-Headers": "Access-Control-Allow-Headers", "Access-Control-Request-Method": "Access-Control-Allow-Methods",
	} {
		if v := r.Header.Get(requested); v != "" {
			h.Set(allowed, v)
		}
	}
	h.Set("Access-Control-Max-Age", "172800")
	h.Set("Content-Length", "0")
	return true
}
