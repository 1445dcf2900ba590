package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

// handled is a record that a process handled, as a line of output.
type handled struct {
	Worker, Item, N string
}

// printer is a processor that prints what it handles.
type printer struct {
	mu     *sync.Mutex
	worker string
	out    *json.Encoder
}

func (p printer) Process(_ context.Context, records []ddb.Record) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range records {
		pk, ok := r.Keys["pk"].(*types.AttributeValueMemberS)
		n, is := r.New["n"].(*types.AttributeValueMemberN)
		if !ok || !is {
			continue
		}
		if err := p.out.Encode(handled{p.worker, pk.Value, n.Value}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// read reads a stream until it is interrupted.
func read(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("read", flag.ContinueOnError)
	endpoint, table := flags.String("endpoint", "", "URL of the engine"), flags.String("table", tableName, "table")
	store, name := flags.String("store", "readers", "table of leases"), flags.String("name", "w", "name of the worker")
	latest := flags.Bool("latest", false, "begin at the present")
	if err := flags.Parse(args); err != nil {
		return err
	}
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
	})
	client := dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: endpoint, Credentials: credentials})
	streams := dynamodbstreams.New(dynamodbstreams.Options{Region: "us-east-1", BaseEndpoint: endpoint, Credentials: credentials})
	return ddbstream.NewReader(streams, *table, printer{&sync.Mutex{}, *name, json.NewEncoder(out)}, ddbstream.NewTableStore(client, *store, "fleet"), &ddbstream.Options{
		Worker: *name, Latest: *latest, Lease: 2 * time.Second, Checkpoint: 50 * time.Millisecond, Poll: 10 * time.Millisecond, Discover: 50 * time.Millisecond, Batch: 10,
	}).Run(ctx)
}
