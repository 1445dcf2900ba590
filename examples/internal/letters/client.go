package letters

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// patience is how long list, read and delete may take.
const patience = time.Minute

// queue is a queue and its client.
type queue struct {
	url    string
	client *sqs.Client
}

// parse returns the URL of a queue, or an error that says what is wrong with it.
func parse(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, errors.New("-queue is missing: it is the URL of a queue, such as the output DeadLettersURL of the template")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return nil, fmt.Errorf("-queue is %q: use a URL such as https://sqs.eu-central-1.amazonaws.com/123456789012/letters", raw)
	}
	return u, nil
}

// open returns the queue with a client for the server in its URL.
func open(ctx context.Context, raw string) (*queue, error) {
	u, err := parse(raw)
	if err != nil {
		return nil, err
	}
	region, ours := regionOf(u.Hostname())
	if !ours {
		endpoint := u.Scheme + "://" + u.Host
		return &queue{raw, sqs.New(sqs.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(environment)})}, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, errors.New("no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return &queue{raw, sqs.NewFromConfig(cfg)}, nil
}

// regionOf returns the region in the name of a host of AWS; ok is false for another host.
func regionOf(host string) (region string, ok bool) {
	labels := strings.Split(host, ".")
	if len(labels) < 4 || labels[0] != "sqs" || labels[2] != "amazonaws" && labels[2] != "api" {
		return "", false
	}
	return labels[1], true
}

// environment are the credentials for a server that accepts any.
func environment(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}
	if !c.HasKeys() {
		c = aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}
	}
	return c, nil
}

// explain says in one line what an error of the client means.
func (q *queue) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*types.QueueDoesNotExist](err); ok {
		return fmt.Errorf("no queue at %s: check -queue", q.url)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "UnknownError" {
		if strings.Contains(api.ErrorCode(), "NonExistentQueue") {
			return fmt.Errorf("no queue at %s: check -queue", q.url)
		}
		return fmt.Errorf("%s: %s: %s", q.url, api.ErrorCode(), api.ErrorMessage())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s does not respond within %s: check -queue", q.url, patience)
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.HTTPStatusCode() != 0 {
		return fmt.Errorf("%s responds with %d and is not SQS: check -queue", q.url, response.HTTPStatusCode())
	}
	if down, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("cannot connect to the server of %s: %w", q.url, down.Err)
	}
	return err
}
