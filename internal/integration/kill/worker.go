package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// workerVariable is set for a worker, with its spec.
const workerVariable = "DDB_KILL_WORKER"

// spec is the task of a worker.
type spec struct {
	Endpoint string
	Table    string
	Leases   string
	Seen     string // the file to which changes are appended
	Name     string
}

// work is the program of a worker. It runs until it is killed, or its parent ends.
func work(text string, parent io.Reader, stderr io.Writer) (status int) {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		fmt.Fprintln(stderr, "worker:", err)
		return 2
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, parent)
		stop()
	}()
	reader, err := s.reader()
	if err == nil {
		err = reader.Run(ctx)
	}
	if err != nil {
		fmt.Fprintln(stderr, "worker:", err)
		return 1
	}
	return 0
}

// reader returns a reader of the stream whose handler notes the changes.
func (s spec) reader() (*ddbstream.Reader, error) {
	// One write appends one line: the file has the order in which all workers saw changes, and a kill leaves whole
	// lines.
	seen, err := os.OpenFile(s.Seen, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	client := local.Client(s.Endpoint)
	mux := ddb.NewMux(table, nil)
	mux.Maintain(ddb.New(client, s.Table, table, nil), views...)
	ddb.Handle(mux, points, func(_ context.Context, c ddb.Change[Point]) error {
		id, n := c.New.ID, c.New.N
		if c.Kind == ddb.Removed {
			id, n = c.Old.ID, c.Old.N+1
		}
		time.Sleep(rand.N(3 * time.Millisecond)) // so that most workers are killed in the middle of a batch
		_, err := fmt.Fprintf(seen, "%s %s %d\n", s.Name, id, n)
		return err
	})
	store := ddbstream.NewTableStore(client, s.Leases, "kill")
	return ddbstream.NewReader(streamsOf(client), s.Table, mux, store, &ddbstream.Options{
		Worker: s.Name, Lease: 600 * time.Millisecond, Checkpoint: 50 * time.Millisecond, Poll: 10 * time.Millisecond,
		Discover: 50 * time.Millisecond, Batch: 20,
	}), nil
}

// streamsOf returns a stream client for the same engine as client.
func streamsOf(client *dynamodb.Client) *dynamodbstreams.Client {
	o := client.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, BaseEndpoint: o.BaseEndpoint, Logger: o.Logger,
	})
}
