package ddbsign_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbsign"
)

type signs interface {
	SignHTTP(context.Context, aws.Credentials, *http.Request, string, string, string, time.Time, ...func(*v4.SignerOptions)) error
}

// request is what a client of DynamoDB sends, before it is signed.
func request(t require.TestingT, url, target string, length int64) *http.Request {
	r, err := http.NewRequest(http.MethodPost, url, http.NoBody)
	require.NoError(t, err)
	r.ContentLength = length
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", target)
	return r
}

const (
	host   = "https://dynamodb.eu-central-1.amazonaws.com/"
	target = "DynamoDB_20120810.GetItem"
	hash   = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// The SDK's signer lists all headers: over those alone that this one lists, both sign the same.
func TestASignatureIsTheSDKs(t *testing.T) {
	t.Parallel()
	ours, sdk := ddbsign.New(), v4.NewSigner()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-z0-9/+=_.-]{1,40}`)
		c := aws.Credentials{AccessKeyID: text.Draw(t, "id"), SecretAccessKey: text.Draw(t, "secret")}
		if rapid.Bool().Draw(t, "session") {
			c.SessionToken = text.Draw(t, "token")
		}
		region, service := text.Draw(t, "region"), rapid.SampledFrom([]string{"dynamodb", "dax"}).Draw(t, "service")
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
		length, target := rapid.Int64Range(0, 1e9).Draw(t, "length"), text.Draw(t, "target")
		sign := func(s signs, extra map[string]string) http.Header {
			r := request(t, host, target, length)
			for name, value := range extra {
				r.Header.Set(name, value)
			}
			require.NoError(t, s.SignHTTP(context.Background(), c, r, hash, service, region, at, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }))
			for name := range extra {
				r.Header.Del(name)
			}
			return r.Header
		}
		want := sign(sdk, nil)
		assert.Equal(t, want, sign(ours, nil))
		assert.Equal(t, want, sign(ours, map[string]string{"Amz-Sdk-Invocation-Id": text.Draw(t, "invocation"), "User-Agent": "x  y"}), "headers that are not signed")
	})
}

// sent keeps the header of a request.
type sent http.Header

func (s *sent) Do(r *http.Request) (*http.Response, error) {
	*s = sent(r.Header.Clone())
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

func TestTheRequestsOfAClientAreSigned(t *testing.T) {
	t.Parallel()
	for token, signed := range map[string]string{
		"":      "content-length;content-type;host;x-amz-date;x-amz-target",
		"token": "content-length;content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
	} {
		var got sent
		client := dynamodb.New(dynamodb.Options{
			Region: "eu-central-1", HTTPClient: &got, HTTPSignerV4: ddbsign.New(),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: token}, nil
			}),
		})
		_, err := client.DescribeLimits(t.Context(), nil)
		require.NoError(t, err)
		assert.Contains(t, http.Header(got).Get("Authorization"), "SignedHeaders="+signed+", ")
	}
}

func TestWhatElseIsSentIsSignedByTheSDK(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Request){
		"another x-amz header":       func(r *http.Request) { r.Header.Set("X-Amz-Meta", "1") },
		"one in other letters":       func(r *http.Request) { r.Header["x-amz-meta"] = []string{"1"} },
		"a path":                     func(r *http.Request) { r.URL.Path = "/a b" },
		"a query":                    func(r *http.Request) { r.URL.RawQuery = "a=b" },
		"a port":                     func(r *http.Request) { r.URL.Host, r.Host = "localhost:8000", "localhost:8000" },
		"a default port":             func(r *http.Request) { r.URL.Host, r.Host = "localhost:443", "localhost:443" },
		"another host":               func(r *http.Request) { r.Host = "example.com:443" },
		"no target":                  func(r *http.Request) { r.Header.Del("X-Amz-Target") },
		"a target of two values":     func(r *http.Request) { r.Header.Add("X-Amz-Target", "more") },
		"a content type of spaces":   func(r *http.Request) { r.Header.Set("Content-Type", " text/plain;  charset=utf-8 ") },
		"a content length as well":   func(r *http.Request) { r.Header.Set("Content-Length", "7") },
		"a host among the headers":   func(r *http.Request) { r.Header.Set("Host", "example.com") },
		"an authorization of before": func(r *http.Request) { r.Header.Set("Authorization", "x"); r.Header.Set("X-Amz-Meta", "1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, c := time.Unix(1_800_000_000, 0), aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}
			var signed []*http.Request
			for _, s := range []signs{v4.NewSigner(), ddbsign.New()} {
				r := request(t, host, target, 7)
				change(r)
				require.NoError(t, s.SignHTTP(t.Context(), c, r, hash, "dynamodb", "eu-central-1", at))
				signed = append(signed, r)
			}
			assert.Equal(t, signed[0].Header, signed[1].Header)
			assert.Equal(t, signed[0].URL, signed[1].URL)
			assert.Equal(t, signed[0].Host, signed[1].Host)
		})
	}
}

func TestARetryIsSignedAnew(t *testing.T) {
	t.Parallel()
	c := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}
	again, fresh := request(t, host, target, 7), request(t, host, target, 7)
	s := ddbsign.New()
	for i, r := range []*http.Request{again, again, fresh} {
		at := time.Unix(1_800_000_000, 0).AddDate(0, 0, min(i, 1)) // the key of another day
		require.NoError(t, s.SignHTTP(t.Context(), c, r, hash, "dynamodb", "eu-central-1", at))
	}
	assert.Equal(t, fresh.Header, again.Header)
}

func TestASignerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s := ddbsign.New()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c := aws.Credentials{AccessKeyID: strings.Repeat("a", i+1), SecretAccessKey: strings.Repeat("s", i+1)}
			for range 50 {
				got, want := request(t, host, target, 7), request(t, host, target, 7)
				at := time.Unix(1_800_000_000, 0)
				assert.NoError(t, s.SignHTTP(t.Context(), c, got, hash, "dynamodb", "eu-central-1", at))
				assert.NoError(t, v4.NewSigner().SignHTTP(t.Context(), c, want, hash, "dynamodb", "eu-central-1", at))
				assert.Equal(t, want.Header, got.Header)
			}
		})
	}
	wg.Wait()
}

func BenchmarkSigner(b *testing.B) {
	c, at := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, time.Unix(1_800_000_000, 0)
	for name, s := range map[string]signs{"ddbsign": ddbsign.New(), "SDK": v4.NewSigner()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := request(b, host, target, 7)
				if err := s.SignHTTP(b.Context(), c, r, hash, "dynamodb", "eu-central-1", at); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
