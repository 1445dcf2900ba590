package ddbsign

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signer is a dynamodb.HTTPSignerV4, and a dynamodbstreams.HTTPSignerV4. Make it with [New]. Safe for concurrent use.
type Signer struct {
	sdk *v4.Signer
	key atomic.Pointer[signingKey] // the last one: it is the same for a day
}

// New returns a signer for one client, or for several with the same credentials.
func New() *Signer { return &Signer{sdk: v4.NewSigner()} }

// SignHTTP signs a request as the SDK's signer does, with a shorter list of headers. It sets the headers X-Amz-Date,
// X-Amz-Security-Token and Authorization. The error is one of the SDK's signer.
func (s *Signer) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, payloadHash, service, region string, at time.Time, optFns ...func(*v4.SignerOptions)) error {
	host, ok := simple(r, c.SessionToken, optFns)
	if !ok {
		return s.sdk.SignHTTP(ctx, c, r, payloadHash, service, region, at, optFns...)
	}
	var stamp [len(timeFormat)]byte
	at.UTC().AppendFormat(stamp[:0], timeFormat)
	date := string(stamp[:])
	set(r.Header, "X-Amz-Date", date)
	if c.SessionToken != "" {
		set(r.Header, "X-Amz-Security-Token", c.SessionToken)
	}
	key := s.keyOf(c, date[:8], region, service)

	var buf [1024]byte
	b := append(buf[:0], r.Method...)
	b = append(b, "\n/\n\n"...)
	signed := "content-type;host;x-amz-date;x-amz-target"
	if r.ContentLength > 0 {
		b = append(b, "content-length:"...)
		b = append(strconv.AppendInt(b, r.ContentLength, 10), '\n')
		signed = "content-length;" + signed
	}
	b = header(b, "content-type:", r.Header["Content-Type"][0])
	b = header(b, "host:", host)
	b = header(b, "x-amz-date:", date)
	if c.SessionToken != "" {
		b = header(b, "x-amz-security-token:", c.SessionToken)
		signed = strings.TrimSuffix(signed, "x-amz-target") + "x-amz-security-token;x-amz-target"
	}
	b = header(b, "x-amz-target:", r.Header["X-Amz-Target"][0])
	b = append(append(append(append(b, '\n'), signed...), '\n'), payloadHash...)
	canonical := sha256.Sum256(b)

	b = append(append(append(buf[:0], "AWS4-HMAC-SHA256\n"...), date...), '\n')
	b = append(append(b, key.scope...), '\n')
	b = hex.AppendEncode(b, canonical[:])
	sum := key.mac(b)

	b = append(append(append(buf[:0], "AWS4-HMAC-SHA256 Credential="...), c.AccessKeyID...), '/')
	b = append(append(append(append(b, key.scope...), ", SignedHeaders="...), signed...), ", Signature="...)
	set(r.Header, "Authorization", string(hex.AppendEncode(b, sum[:])))
	return nil
}

const timeFormat = "20060102T150405Z"

func header(b []byte, name, value string) []byte {
	return append(append(append(b, name...), value...), '\n')
}

// set sets a header whose name is in canonical form.
func set(h http.Header, name, value string) {
	if have := h[name]; len(have) == 1 {
		have[0] = value
		return
	}
	h[name] = []string{value}
}

// simple returns the host of a request that has nothing else to sign than this package knows.
func simple(r *http.Request, token string, optFns []func(*v4.SignerOptions)) (host string, ok bool) {
	var o, none v4.SignerOptions
	for _, f := range optFns {
		f(&o)
	}
	o.Logger, o.DisableURIPathEscaping = nil, false // the path is "/"
	if host = r.Host; host == "" {
		host = r.URL.Host
	}
	if _, before := r.Header["X-Amz-Security-Token"]; before && token == "" || token != "" && !plain(token) {
		return "", false
	}
	root := r.URL.Path == "/" && (r.URL.RawPath == "" || r.URL.RawPath == "/") && r.URL.Opaque == "" && r.URL.RawQuery == ""
	if o != none || !root || !plain(host) || strings.Contains(host, ":") {
		return "", false
	}
	for _, name := range [...]string{"Content-Type", "X-Amz-Target"} {
		if v := r.Header[name]; len(v) != 1 || !plain(v[0]) {
			return "", false
		}
	}
	for name := range r.Header {
		switch name {
		case "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Target":
		default:
			if len(name) >= 6 && strings.EqualFold(name[:6], "x-amz-") || name == "Host" || name == "Content-Length" {
				return "", false
			}
		}
	}
	return host, true
}

// plain reports a value without spaces, which a signature would have in another form.
func plain(v string) bool { return v != "" && !strings.ContainsAny(v, " \t") }

// signingKey is the key for one day, region and service.
type signingKey struct {
	credentials           aws.Credentials
	date, region, service string
	scope                 string
	inner, outer          [sha256.BlockSize]byte // the key, as HMAC has it before the text and before its hash
}

// mac is the HMAC of a text. AWS: "Create a signed AWS API request"; RFC 2104. Package hmac would allocate for each request.
func (k *signingKey) mac(text []byte) [sha256.Size]byte {
	var buf [512]byte
	hashed := sha256.Sum256(append(append(buf[:0], k.inner[:]...), text...))
	return sha256.Sum256(append(append(buf[:0], k.outer[:]...), hashed[:]...))
}

func (s *Signer) keyOf(c aws.Credentials, date, region, service string) *signingKey {
	k := s.key.Load()
	if k != nil && k.date == date && k.region == region && k.service == service && k.credentials.AccessKeyID == c.AccessKeyID && k.credentials.SecretAccessKey == c.SecretAccessKey {
		return k
	}
	k = &signingKey{credentials: c, date: date, region: region, service: service, scope: date + "/" + region + "/" + service + "/aws4_request"}
	key := []byte("AWS4" + c.SecretAccessKey)
	for _, part := range [...]string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	copy(k.inner[:], key)
	copy(k.outer[:], key)
	for i := range k.inner {
		k.inner[i] ^= 0x36
		k.outer[i] ^= 0x5c
	}
	s.key.Store(k)
	return k
}
