package ddbsign_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbsign"
)

// refused returns why AWS would refuse a request as it is sent, "" if it would not. AWS: "Create a signed AWS API request".
func refused(r *http.Request, secret string) string {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return "not sent: " + err.Error()
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return "not read: " + err.Error()
	}
	got.Header.Set("Host", got.Host)
	if got.ContentLength > 0 {
		got.Header.Set("Content-Length", fmt.Sprint(got.ContentLength))
	}
	auth := got.Header.Values("Authorization")
	if len(auth) != 1 {
		return "not one authorization"
	}
	rest, signature, _ := strings.Cut(auth[0], ", Signature=")
	rest, list, _ := strings.Cut(rest, ", SignedHeaders=")
	credential := strings.SplitN(strings.TrimPrefix(rest, "AWS4-HMAC-SHA256 Credential="), "/", 2)
	signed := strings.Split(list, ";")
	if !slices.IsSorted(signed) {
		return "the list is not in order"
	}
	for name := range got.Header {
		name = strings.ToLower(name)
		if (strings.HasPrefix(name, "x-amz-") || name == "host" || name == "content-type") && !slices.Contains(signed, name) {
			return name + " is not signed"
		}
	}
	var canonical strings.Builder
	canonical.WriteString(got.Method + "\n" + got.URL.EscapedPath() + "\n" + strings.ReplaceAll(got.URL.Query().Encode(), "+", "%20") + "\n")
	for _, name := range signed {
		var values []string
		for _, v := range got.Header.Values(name) {
			values = append(values, strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c == ' ' }), " "))
		}
		canonical.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	canonical.WriteString("\n" + list + "\n" + hash)
	hashed := sha256.Sum256([]byte(canonical.String()))
	date := got.Header.Get("X-Amz-Date")
	mac := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(credential[1], "/") {
		key = mac(key, part)
	}
	want := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+date+"\n"+credential[1]+"\n"+hex.EncodeToString(hashed[:])))
	if want != signature {
		return "another signature: " + canonical.String()
	}
	return ""
}

// Where a request is accepted that the SDK's signer signed, it is accepted with this signature: whatever the headers are, of an
// earlier signature or not, and whatever the credentials.
func TestASignatureIsAcceptedWhereTheSDKsIs(t *testing.T) {
	t.Parallel()
	ours, sdk := ddbsign.New(), v4.NewSigner()
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9/+=_.-]{1,20}`), rapid.StringMatching(` {0,2}[a-z]{1,3} {0,2}[a-z]{0,3} ?`), rapid.StringMatching("[\t a-zé]{1,4}"))
		var list [4]aws.Credentials
		for i := range list {
			n := rapid.IntRange(0, 1).Draw(t, "id") // the SDK's signer keeps a key by this alone
			list[i] = aws.Credentials{AccessKeyID: fmt.Sprint("id", n), SecretAccessKey: fmt.Sprint("secret", n)}
			if rapid.Bool().Draw(t, "session") {
				list[i].SessionToken = text.Draw(t, "token")
			}
		}
		extra := map[string][]string{}
		for range rapid.IntRange(0, 3).Draw(t, "headers") {
			name := rapid.SampledFrom([]string{
				"X-Amz-Date", "X-Amz-Security-Token", "x-amz-security-token", "X-Amz-Target", "x-amz-target", "Content-Type", "content-type", "Host", "Content-Length", "content-length",
				"X-Amzn-Trace-Id", "X-Amz-Meta", "Authorization", "User-Agent", "Accept-Encoding", "Amz-Sdk-Request", "X-Amz-Content-Sha256", "Expect", "Transfer-Encoding", "x-amz-date", "X-AMZ-TARGET",
			}).Draw(t, "name")
			extra[name] = rapid.SliceOfN(text, 0, 2).Draw(t, "values")
		}
		url := rapid.SampledFrom([]string{host, host, "https://dynamodb.eu-central-1.amazonaws.com", host + "?a=b", host + "a%20b", "https://localhost:8000/", "https://Example.COM/", host + "#x", host + "?", "https://u:p@example.com/"}).Draw(t, "url")
		to := rapid.SampledFrom([]string{"", "", "other.example.com", "other.example.com:443"}).Draw(t, "host")
		body := make([]byte, rapid.IntRange(0, 3).Draw(t, "length"))
		times := []time.Time{time.Unix(1_800_000_000, 0), time.Unix(1_800_000_000+rapid.Int64Range(-2e6, 2e6).Draw(t, "later"), 999)}
		twice := rapid.Bool().Draw(t, "twice")
		sign := func(s signs) string {
			r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-amz-json-1.0")
			r.Header.Set("X-Amz-Target", target)
			for name, values := range extra {
				r.Header[name] = slices.Clone(values)
			}
			if to != "" {
				r.Host = to
			}
			n := 1
			if twice {
				n = 2
			}
			for i := range n {
				if err := s.SignHTTP(t.Context(), list[i], r, hash, "dynamodb", "eu-central-1", times[i]); err != nil {
					return "error: " + err.Error()
				}
			}
			return refused(r, list[n-1].SecretAccessKey)
		}
		spelled := map[string]bool{"Content-Type": true, "X-Amz-Target": true, "X-Amz-Date": true, "X-Amz-Security-Token": true}
		for name := range extra {
			canonical := http.CanonicalHeaderKey(name)
			if spelled[canonical] && name != canonical {
				return // such a header is sent twice, in any order
			}
		}
		if sign(sdk) != "" {
			return
		}
		accepted++
		require.Empty(t, sign(ours))
	})
	t.Log(accepted, "are accepted")
}
