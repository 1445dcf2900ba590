package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/clinic"
)

// TestMain is the program itself where it runs as a Lambda function.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
	}
	m.Run()
}

// environment is that of a machine with static credentials, where the endpoints of DynamoDB and its streams are an engine
// served over HTTP.
func environment(t *testing.T) *ddbmem.Engine {
	t.Helper()
	engine := ddbmem.New()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	nothing := filepath.Join(t.TempDir(), "nothing")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB":         server.URL,
		"AWS_ENDPOINT_URL_DYNAMODB_STREAMS": server.URL,
		"AWS_REGION":                        "eu-central-1",
		"AWS_ACCESS_KEY_ID":                 "key",
		"AWS_SECRET_ACCESS_KEY":             "secret",
		"AWS_SESSION_TOKEN":                 "",
		"AWS_PROFILE":                       "",
		"AWS_CONFIG_FILE":                   nothing,
		"AWS_SHARED_CREDENTIALS_FILE":       nothing,
		"AWS_EC2_METADATA_DISABLED":         "true",

		"AWS_DEFAULT_REGION": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "",
	} {
		t.Setenv(name, value)
	}
	return engine
}

func TestTheTableIsComparedWithTheModel(t *testing.T) {
	engine := environment(t)
	require.NoError(t, ddb.New(engine.Client(), "prod-clinic", clinic.Table, nil).CreateTable(t.Context()))

	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-table", "prod-clinic"}, &out))
	assert.Equal(t, "table \"prod-clinic\" matches the model\n", out.String())

	other := clinic.Table.CreateTableInput("prod-other")
	other.GlobalSecondaryIndexes = other.GlobalSecondaryIndexes[:1]
	other.AttributeDefinitions = slices.DeleteFunc(other.AttributeDefinitions, func(d types.AttributeDefinition) bool {
		return strings.HasPrefix(*d.AttributeName, "gsi2")
	})
	_, err := engine.Client().CreateTable(t.Context(), other)
	require.NoError(t, err)
	err = run(t.Context(), []string{"-table", "prod-other"}, io.Discard)
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.EqualError(t, err, `ddb: verify table "prod-other": gsi2: the table does not have this index`)

	err = run(t.Context(), []string{"-table", "prod-none"}, io.Discard)
	assert.ErrorIs(t, err, ddb.ErrNotFound)
}

func TestTheStreamIsFollowedUntilAnInterrupt(t *testing.T) {
	engine := environment(t)
	db := ddb.New(engine.Client(), "prod-clinic", clinic.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	appointments := ddb.NewRepository(db, clinic.Appointments)
	a, err := appointments.Create(t.Context(), clinic.Appointment{
		PatientID: "ann", ID: "v1", DoctorID: "d1", ClinicID: "c1", Status: clinic.Open,
		At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	a.Status = clinic.Done
	_, err = appointments.Replace(t.Context(), a)
	require.NoError(t, err)

	ctx, interrupt := context.WithTimeout(t.Context(), time.Minute)
	defer interrupt()
	out := &until{text: "is done\n", then: interrupt}
	require.NoError(t, run(ctx, []string{"-table", "prod-clinic", "-leases", "prod-clinic-readers"}, out))
	assert.Equal(t, "table \"prod-clinic\" matches the model\nappointment v1 of ann is done\n", out.String())
}

// until is a writer that calls then when text has been written.
type until struct {
	mu      sync.Mutex
	written strings.Builder
	text    string
	then    func()
}

func (u *until) Write(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n, err := u.written.Write(b)
	if strings.Contains(u.written.String(), u.text) {
		u.then()
	}
	return n, err
}

func (u *until) String() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.written.String()
}

func TestWithoutCredentialsNothingIsSent(t *testing.T) {
	engine := environment(t)
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		t.Errorf("%s was sent", c.Operation)
		return ddbmem.NoFault
	}})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	err := run(t.Context(), []string{"-table", "prod-clinic"}, io.Discard)
	require.ErrorContains(t, err, "aws: no credentials: set AWS_PROFILE")

	t.Setenv("AWS_REGION", "")
	err = run(t.Context(), []string{"-table", "prod-clinic"}, io.Discard)
	assert.EqualError(t, err, "aws: no region: set AWS_REGION, or one in the profile of AWS_PROFILE")

	err = run(t.Context(), nil, io.Discard)
	assert.EqualError(t, err, "aws: no table: name it with -table")
}

func TestHelpNamesTheFlags(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := run(t.Context(), []string{"-h"}, &out)
	assert.True(t, errors.Is(err, flag.ErrHelp))
	assert.Contains(t, out.String(), "-table name")
	assert.Contains(t, out.String(), "-leases name")
}

// A Lambda function asks the runtime for an event, and sends it the response.
func TestAsALambdaFunctionItHandlesAnEvent(t *testing.T) {
	t.Parallel()
	events, responses := make(chan string, 1), make(chan string, 1)
	runtime := http.NewServeMux()
	runtime.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case event := <-events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
			_, _ = io.WriteString(w, event)
		case <-r.Context().Done():
		}
	})
	runtime.HandleFunc("POST /2018-06-01/runtime/invocation/1/response", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		responses <- string(body)
		w.WriteHeader(http.StatusAccepted)
	})
	server := httptest.NewServer(runtime)
	t.Cleanup(server.Close)

	events <- `{"Records": [{"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "100000000000000000001",
		"Keys": {"pk": {"S": "patient#ann"}, "sk": {"S": "patient"}},
		"OldImage": {"pk": {"S": "patient#ann"}, "sk": {"S": "patient"}, "entityType": {"S": "patient"}}}}]}`
	function := exec.CommandContext(t.Context(), os.Args[0])
	function.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, function.Start())
	t.Cleanup(func() { _ = function.Wait() }) // it ends with the test's context
	select {
	case response := <-responses:
		assert.JSONEq(t, `{"batchItemFailures":[]}`, response)
	case <-time.After(time.Minute):
		t.Fatal("no response")
	}
}
