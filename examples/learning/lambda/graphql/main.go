// Graphql is the GraphQL service as a Lambda function, behind a function URL or an HTTP API of API Gateway. The template
// beside it gives it a table, a role and a URL.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/learning/graph"
)

func main() {
	cfg, err := function.Config(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	service, err := newService(dynamodb.NewFromConfig(cfg), os.Getenv, nil)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(overHTTP(service))
}

// newService returns the service on the table that the environment names, with the options of its DB.
func newService(client ddb.Client, env func(string) string, opts *ddb.Options) (http.Handler, error) {
	values, err := function.Env(env, function.Table)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", graph.NewHandler(client, values[0], &graph.Options{DB: opts}))
	return mux, nil
}
