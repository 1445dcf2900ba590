// Package moto gives tests the services of AWS that the examples use beside DynamoDB: moto's server is an SQS, an SNS and
// an S3, over HTTP. It is started once per process, with the first test that needs it, and shared by all tests.
//
//	func TestMain(m *testing.M) {
//		code := m.Run()
//		moto.Stop()
//		os.Exit(code)
//	}
//
// Install it with python3 -m pip install 'moto[server]'. DDB_MOTO_SERVER names its program if it is not on the PATH.
// Without it a test skips with one line. With DDB_REQUIRE_SQS=1, as in continuous integration, it fails.
package moto

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"
)

// Program is the variable with the program of the server. Require is the variable that turns skips into failures.
const (
	Program = "DDB_MOTO_SERVER"
	Require = "DDB_REQUIRE_SQS"
)

// Stop ends the server, if there is one. Call it after the last test.
var Stop = func() {}

// Config returns a configuration whose clients are clients of the server: sqs.NewFromConfig(moto.Config(t)). The first
// call starts the server. All tests share one account: give what they create names of their own.
func Config(t testing.TB) aws.Config {
	t.Helper()
	url, err := server()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv(Require) != "1" {
		t.Skip("needs moto's server: python3 -m pip install 'moto[server]', and " + Program + " or the PATH")
	}
	require.NoError(t, err)
	return aws.Config{
		BaseEndpoint: &url, Region: "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "moto", SecretAccessKey: "moto"}, nil
		}),
	}
}

// Setenv makes the SDK's default configuration that of the server, until the test ends.
func Setenv(t *testing.T) {
	t.Helper()
	cfg := Config(t)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": *cfg.BaseEndpoint, "AWS_REGION": cfg.Region, "AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// server is the address of the server.
var server = sync.OnceValues(func() (string, error) {
	program, err := exec.LookPath(cmp.Or(os.Getenv(Program), "moto_server"))
	if errors.Is(err, os.ErrNotExist) {
		err = exec.ErrNotFound // the variable names a file that is not there
	}
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", "0")
	out, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	Stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			go func() {
				for lines.Scan() { // the server must not block on its log
				}
			}()
			return url, nil
		}
	}
	return "", errors.Join(errors.New("moto's server printed no address"), lines.Err())
})
