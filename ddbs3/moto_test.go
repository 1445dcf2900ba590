package ddbs3_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
)

// The tests run on moto's server, over HTTP: python3 -m pip install 'moto[server]'. DDB_MOTO_SERVER names its program
// if it is not on the PATH. With DDB_REQUIRE_SQS=1 it must exist.

var stopServer = func() {}

func TestMain(m *testing.M) {
	status := m.Run()
	stopServer()
	os.Exit(status)
}

// server is the address of the server, which starts with the first test that needs it.
var server = sync.OnceValues(func() (string, error) {
	program := os.Getenv("DDB_MOTO_SERVER")
	if program == "" {
		program = "moto_server"
	}
	program, err := exec.LookPath(program)
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
	stopServer = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	lines := bufio.NewScanner(out)
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			go func() {
				for lines.Scan() { // the server must not block on its log
				}
			}()
			return url, nil
		}
	}
	return "", errors.Join(errors.New("moto's server told no address"), lines.Err())
})

// connect returns a client of the server, and a new bucket.
func connect(t *testing.T) (*s3.Client, string) {
	t.Helper()
	url, err := server()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("DDB_REQUIRE_SQS") != "1" {
		t.Skip("needs moto's server: python3 -m pip install 'moto[server]', and DDB_MOTO_SERVER or the PATH")
	}
	require.NoError(t, err)
	client := s3.New(s3.Options{
		BaseEndpoint: &url, Region: "us-east-1", UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}, nil
		}),
	})
	bucket := strings.ToLower(regexp.MustCompile(`\W`).ReplaceAllString(t.Name(), "-")) + "-" + fmt.Sprint(time.Now().UnixNano()%1_000_000)
	if len(bucket) > 63 {
		bucket = bucket[len(bucket)-60:]
	}
	_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket})
	require.NoError(t, err)
	return client, bucket
}
