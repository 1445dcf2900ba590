package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// stub is an HTTP transport with one response body per operation.
type stub map[string][]byte

func (s stub) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, ok := s[operation]
	if !ok {
		return nil, fmt.Errorf("no response for %s", operation)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type":     {"application/x-amz-json-1.0"},
			"X-Amzn-Requestid": {"0123456789ABCDEF"},
			"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)},
		},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

func (s stub) client(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	o := clientOptions("http://stub.invalid")
	o.HTTPClient = s
	return dynamodb.New(o, optFns...)
}

// clientOptions are the options of a client for any endpoint.
func clientOptions(endpoint string) dynamodb.Options {
	return dynamodb.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(endpoint),
		Credentials: aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		})),
	}
}

type item = map[string]types.AttributeValue

// answers returns the stub of a table with items, whose updates and deletes return another one.
func answers(items []item, returned item) stub {
	all := itemsJSON(items)
	s := stub{
		"PutItem":            []byte("{}"),
		"UpdateItem":         []byte("{}"),
		"DeleteItem":         []byte("{}"),
		"Query":              pageJSON(items),
		"Scan":               pageJSON(items),
		"BatchGetItem":       []byte(`{"Responses":{"` + tableName + `":[` + all + `]},"UnprocessedKeys":{}}`),
		"BatchWriteItem":     []byte(`{"UnprocessedItems":{}}`),
		"TransactWriteItems": []byte("{}"),
	}
	if len(items) > 0 {
		s["GetItem"] = object("Item", itemJSON(items[0]))
		together := make([]string, len(items))
		for i, it := range items {
			together[i] = string(object("Item", itemJSON(it)))
		}
		s["TransactGetItems"] = object("Responses", "["+strings.Join(together, ",")+"]")
	}
	if returned != nil {
		s["UpdateItem"] = object("Attributes", itemJSON(returned))
		s["DeleteItem"] = s["UpdateItem"]
	}
	return s
}

func object(name, value string) []byte { return []byte(`{"` + name + `":` + value + `}`) }

func pageJSON(items []item) []byte {
	return fmt.Appendf(nil, `{"Count":%d,"Items":[%s],"ScannedCount":%d}`, len(items), itemsJSON(items), len(items))
}

func itemsJSON(items []item) string {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = itemJSON(it)
	}
	return strings.Join(texts, ",")
}

func itemJSON(it item) string { return text(plainMap(it)) }

// text writes JSON without HTML escapes, as DynamoDB does.
func text(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

func plainMap(it item) map[string]any {
	out := map[string]any{}
	for name, av := range it {
		out[name] = plain(av)
	}
	return out
}

func plain(av types.AttributeValue) any {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": av.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": av.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": av.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": av.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": plainMap(av.Value)}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range av.Value {
			list = append(list, plain(e))
		}
		return map[string]any{"L": list}
	}
	panic(fmt.Sprintf("a %T", av))
}
