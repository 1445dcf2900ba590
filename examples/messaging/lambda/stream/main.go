// Stream moves the list entries of message groups to their newest messages, as a Lambda function for the records of the table's
// stream. A record that fails three times goes to a queue of dead letters; the command messaging letters reads it there.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsqs"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

func main() {
	cfg, err := function.Config(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	handle, err := newHandler(dynamodb.NewFromConfig(cfg), sqs.NewFromConfig(cfg), os.Getenv, nil)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(handle)
}

// handler handles an event with records of a stream, and returns which of them failed.
type handler = func(context.Context, json.RawMessage) (json.RawMessage, error)

// newHandler returns the handler of the stream of the table that the environment names, with the options of its DB.
func newHandler(client ddb.Client, queue ddbsqs.Client, env func(string) string, opts *ddb.Options) (handler, error) {
	values, err := function.Env(env, function.Table, function.DeadLetters)
	if err != nil {
		return nil, err
	}
	table, letters := values[0], ddbsqs.New(queue, values[1], nil)
	store := groups.NewStore(ddb.New(client, table, groups.Cruddur, opts), nil)
	mux := store.Mux(&ddb.MuxOptions{DeadLetters: letters.Put})
	return ddb.RecordDecoder{Table: table}.Lambda(mux), nil
}
