package ddbmem

import (
	"encoding/json"
	"net/http"
	"strings"
)

// checkSigned rejects a request without a signature. It does not verify the signature.
func checkSigned(r *http.Request) *apiError {
	header := r.Header.Get("Authorization")
	_, inQuery := r.URL.Query()["X-Amz-Algorithm"]
	switch {
	case header != "" && inQuery:
		return failure(serviceSpace+"InvalidSignatureException",
			"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case inQuery:
		return checkSignedQuery(r)
	case !strings.HasPrefix(strings.TrimSpace(header), "AWS4-"):
		return failure(serviceSpace+"MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	var missing strings.Builder
	parts := strings.FieldsFunc(header, func(c rune) bool { return c == ',' || c == ' ' })
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !hasParameter(parts, name) {
			missing.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	if r.Header.Get("X-Amz-Date") == "" && r.Header.Get("Date") == "" {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return failure(serviceSpace+"IncompleteSignatureException", missing.String()+"Authorization="+header)
	}
	return nil
}

func hasParameter(parts []string, name string) bool {
	for _, p := range parts {
		if v, ok := strings.CutPrefix(p, name+"="); ok && v != "" {
			return true
		}
	}
	return false
}

func checkSignedQuery(r *http.Request) *apiError {
	var missing strings.Builder
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if r.URL.Query().Get(name) == "" {
			missing.WriteString("AWS query-string parameters must include '" + name + "'. ")
		}
	}
	if missing.Len() > 0 {
		return failure(serviceSpace+"IncompleteSignatureException", missing.String()+"Re-examine the query-string parameters.")
	}
	return nil
}

// wellFormed reports whether a body is JSON; otherwise the error is about that, not about a missing signature.
func wellFormed(body []byte) bool { return len(body) == 0 || json.Valid(body) }

// refuse is the response to a request that is not run.
func (e *Engine) refuse(failed *apiError) answer {
	o := &out{}
	failed.appendJSON(o)
	return answer{status: failed.status, body: o.b, id: requestID(e.requests.Add(1))}
}
