// Package model is what the programs that start have in common: an item, and a client that has it.
package model

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Table is the name of the table.
const Table = "start"

// Item is an item of ten fields. Items of different Kinds are of different types.
type Item[Kind any] struct {
	ID       string    `dynamodbav:"id" dynamo:"id"`
	Customer string    `dynamodbav:"customer" dynamo:"customer"`
	Status   string    `dynamodbav:"status" dynamo:"status"`
	Email    string    `dynamodbav:"email" dynamo:"email"`
	Total    int64     `dynamodbav:"total" dynamo:"total"`
	Weight   float64   `dynamodbav:"weight" dynamo:"weight"`
	Paid     bool      `dynamodbav:"paid" dynamo:"paid"`
	Labels   []string  `dynamodbav:"labels" dynamo:"labels"`
	Created  time.Time `dynamodbav:"created" dynamo:"created"`
	Version  int64     `dynamodbav:"version" dynamo:"version"`
}

// body is the response to each GetItem.
var body = []byte(`{"Item":{"pk":{"S":"c#0#7"},"sk":{"S":"i#1"},"gsi1pk":{"S":"s#0#open"},"gsi1sk":{"S":"2026-11-30T12:00:00.000000000Z"},` +
	`"entityType":{"S":"item0"},"id":{"S":"1"},"customer":{"S":"7"},"status":{"S":"open"},"email":{"S":"a@example.com"},"total":{"N":"12"},` +
	`"weight":{"N":"1.5"},"paid":{"BOOL":true},"labels":{"L":[{"S":"a"}]},"created":{"S":"2026-11-30T12:00:00Z"},"version":{"N":"3"}}}`)

type transport struct{}

func (transport) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

// Client returns a client that has the item.
func Client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "eu-central-1", HTTPClient: transport{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	})
}
