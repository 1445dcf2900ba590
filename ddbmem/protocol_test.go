package ddbmem_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// post sends a signed request with the headers given, which go before its own; an empty one is left out.
func post(t *testing.T, e *ddbmem.Engine, body string, headers map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sign(r)
	for name, v := range headers {
		r.Header.Set(name, v)
		if v == "" {
			r.Header.Del(name)
		}
	}
	return serve(e, r)
}

func serve(e *ddbmem.Engine, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(b)
}

func TestRequestsMustLookSigned(t *testing.T) {
	t.Parallel()

	const coral = `{"__type":"com.amazon.coral.service#`
	e := ddbmem.New()
	for _, row := range []struct {
		headers map[string]string
		answer  string
	}{
		{map[string]string{"Authorization": ""}, coral + `MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		{map[string]string{"Authorization": "Basic x"}, coral + `MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		{map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=a, Signature=b"}, coral + `IncompleteSignatureException","message":"Authorization header requires ` +
			`'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, Signature=b"}`},
		{map[string]string{"X-Amz-Date": "", "Authorization": "AWS4- Credential=a,Signature=b,SignedHeaders=c"}, coral + `IncompleteSignatureException","message":"Authorization header ` +
			`requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4- Credential=a,Signature=b,SignedHeaders=c"}`},
		{map[string]string{"Authorization": "", "X-Amz-Target": "DynamoDB_20120810.Nope"}, coral + `UnknownOperationException"}`},
	} {
		res := post(t, e, `{}`, row.headers)
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
		require.JSONEq(t, row.answer, text(t, res))
	}
	require.JSONEq(t, coral+`SerializationException"}`, text(t, post(t, e, `{`, map[string]string{"Authorization": ""})), "what is no JSON is refused first")
	require.JSONEq(t, coral+`SerializationException"}`, text(t, post(t, e, `{`, map[string]string{"X-Amz-Target": ""})))
	require.JSONEq(t, coral+`SerializationException"}`, text(t, post(t, e, `null`, nil)))
}

func TestWhatIsNoRequestIsNotFound(t *testing.T) {
	t.Parallel()

	e := ddbmem.New()
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodPut, "/", nil), httptest.NewRequest(http.MethodOptions, "/", nil), httptest.NewRequest(http.MethodGet, "/abc", nil),
	} {
		res := serve(e, r)
		require.Equal(t, http.StatusNotFound, res.StatusCode, r.Method)
		require.Equal(t, "<UnknownOperationException/>\n", text(t, res))
	}
	for _, kind := range []string{"", "text/plain", "application/x-amz-json-1.1"} {
		require.Equal(t, http.StatusNotFound, post(t, e, `{}`, map[string]string{"Content-Type": kind}).StatusCode, kind)
	}
	res := post(t, e, `{}`, map[string]string{"Content-Type": "application/json; charset=utf-8"})
	require.Equal(t, "application/json", res.Header.Get("Content-Type"))
	require.JSONEq(t, `{"TableNames":[]}`, text(t, res))
	res = serve(e, httptest.NewRequest(http.MethodGet, "http://localhost:8000/", nil))
	require.Equal(t, "healthy: localhost:8000 ", text(t, res))
}

func TestPagesMayCallTheEngine(t *testing.T) {
	t.Parallel()

	e := ddbmem.New()
	r := httptest.NewRequest(http.MethodOptions, "/", nil)
	r.Header.Set("Origin", "http://example.com")
	r.Header.Set("Access-Control-Request-Method", "POST")
	r.Header.Set("Access-Control-Request-Headers", "x-amz-target")
	res := serve(e, r)
	require.Equal(t, http.StatusOK, res.StatusCode)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "x-amz-target", "Access-Control-Max-Age": "172800",
	} {
		require.Equal(t, want, res.Header.Get(name))
	}
	res = post(t, e, `{}`, map[string]string{"Origin": "http://example.com"})
	require.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, res.Header.Get("Access-Control-Max-Age"))
	require.Empty(t, post(t, e, `{}`, nil).Header.Get("Access-Control-Allow-Origin"))
}

func TestBodiesMayBeCompressed(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	put := `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"S":"` + strings.Repeat("x", 5000) + `"}}}`
	var zipped, deflated bytes.Buffer
	for _, to := range []io.WriteCloser{gzip.NewWriter(&zipped), zlib.NewWriter(&deflated)} {
		_, err := io.WriteString(to, put)
		require.NoError(t, err)
		require.NoError(t, to.Close())
	}
	send := func(body, encoding string) int {
		return post(t, c.e, body, map[string]string{"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Encoding": encoding}).StatusCode
	}
	require.Equal(t, http.StatusOK, send(zipped.String(), "gzip"))
	require.Equal(t, http.StatusOK, send(deflated.String(), "deflate"))
	require.Equal(t, http.StatusInternalServerError, send(put, "gzip"))
	require.Equal(t, http.StatusInternalServerError, send(zipped.String()[:40], "gzip"))
	require.Equal(t, http.StatusInternalServerError, send(put, "br"))
	var bomb bytes.Buffer
	to := gzip.NewWriter(&bomb)
	for range 20 {
		_, err := to.Write(make([]byte, 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, to.Close())
	require.Equal(t, http.StatusRequestEntityTooLarge, send(bomb.String(), "gzip"))

	for accepts, encoding := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "deflate, gzip": "deflate", "gzip;q=0, deflate; q = 0.5": "deflate", "*": "gzip", "*, gzip;q=0.5": "deflate", "br": "",
	} {
		res := post(t, c.e, `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, map[string]string{"X-Amz-Target": "DynamoDB_20120810.GetItem", "Accept-Encoding": accepts})
		require.Equal(t, encoding, res.Header.Get("Content-Encoding"), accepts)
		body := res.Body
		var err error
		switch encoding {
		case "gzip":
			body, err = gzip.NewReader(res.Body)
		case "deflate":
			body, err = zlib.NewReader(res.Body)
		}
		require.NoError(t, err)
		plain, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Contains(t, string(plain), "xxxxx")
	}
	require.Empty(t, post(t, c.e, `{}`, map[string]string{"Accept-Encoding": "gzip"}).Header.Get("Content-Encoding"), "a small answer is not worth it")
}
