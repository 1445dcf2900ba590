// Package local runs another engine in a container, DynamoDB Local unless DDB_ENGINE_IMAGE names another image, and
// makes clients for endpoints.
//
// It is the one place that knows the image, its command and how to wait for it. The conformance suite starts it through
// package localtest, the examples through their engine flag.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"
)

const port = "8000/tcp"

// ErrNoDocker is matched by an error that says that no Docker engine is available.
var ErrNoDocker = errors.New("no Docker engine is available")

// Server is an engine that runs in a container. Closing it deletes its data.
type Server struct {
	image     Image
	endpoint  string
	container *testcontainers.DockerContainer
}

// Start runs [EngineImage] and returns when it responds over HTTP, a few seconds after the image is pulled. Without
// Docker the error is one for which errors.Is(err, ErrNoDocker) is true.
func Start(ctx context.Context) (*Server, error) {
	tclog.SetDefault(log.New(io.Discard, "", 0)) // it writes to standard error whatever logger the calls below get
	if err := Docker(ctx); err != nil {
		return nil, err
	}
	image := EngineImage()
	options := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		// A log line may come before the port is open, so only HTTP shows it. To a bare GET one engine responds with
		// 200, another with 400.
		testcontainers.WithWaitStrategy(wait.ForHTTP("/").
			WithPort(port).
			WithStatusCodeMatcher(func(status int) bool { return status < http.StatusInternalServerError }).
			WithStartupTimeout(2 * time.Minute)),
	}
	if command := image.command(); command != nil {
		options = append(options, testcontainers.WithCmd(command...))
	}
	c, err := testcontainers.Run(ctx, string(image), options...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", image, err), terminate(c))
	}
	endpoint, err := c.PortEndpoint(ctx, port, "http")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", image, err), terminate(c))
	}
	return &Server{image: image, endpoint: endpoint, container: c}, nil
}

// Docker returns nil if a Docker engine is available, otherwise an error for which errors.Is(err, ErrNoDocker) is true.
func Docker(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil { // testcontainers panics if it finds no rootless socket either
			err = fmt.Errorf("%w: %v", ErrNoDocker, p)
		}
	}()
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoDocker, err)
	}
	if err := errors.Join(provider.Health(ctx), provider.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrNoDocker, err)
	}
	return nil
}

// Image returns the image that runs.
func (s *Server) Image() Image { return s.image }

// Endpoint returns the server's URL.
func (s *Server) Endpoint() string { return s.endpoint }

// Client returns a client of the server.
func (s *Server) Client() *dynamodb.Client { return Client(s.endpoint) }

// Close stops the server and removes its container.
func (s *Server) Close() error { return terminate(s.container) }

// terminate must work although the caller's context is cancelled, which is often why it runs.
func terminate(c *testcontainers.DockerContainer) error {
	return testcontainers.TerminateContainer(c, testcontainers.StopTimeout(0))
}

// Client returns a client of the DynamoDB at endpoint, "" for AWS itself. Region and credentials come from AWS_REGION,
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. With an endpoint they may be missing, because an
// engine in a container accepts any.
func Client(endpoint string) *dynamodb.Client {
	o := dynamodb.Options{
		Region:      "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials(endpoint) }),
	}
	if region := os.Getenv("AWS_REGION"); region != "" {
		o.Region = region
	}
	if endpoint != "" {
		o.BaseEndpoint = aws.String(endpoint)
	}
	return dynamodb.New(o)
}

func credentials(endpoint string) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if c.HasKeys() {
		return c, nil
	}
	if endpoint == "" {
		return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local", Source: "made up"}, nil
}
