package observe_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/wire"
)

// watch is an HTTP client that remembers what goes over the wire: the same whether the library or the SDK writes and reads it.
type watch struct {
	dynamodb.HTTPClient
	mu    sync.Mutex
	calls map[string]*watched
}

// watched is one call of the SDK.
type watched struct {
	operation string
	in        message
	responses []response // of its attempts
}

// response is that of an attempt; status is 0 if it was lost.
type response struct {
	status int
	out    message
}

// message is the body of a request or response, as far as it is looked at.
type message struct {
	Type                      string `json:"__type"`
	TableName, IndexName      string
	Key, Item, Attributes     json.RawMessage
	KeyConditionExpression    string
	FilterExpression          string
	ProjectionExpression      string
	ConditionExpression       string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues json.RawMessage
	Select                    string
	Limit                     int
	ScanIndexForward          *bool
	ConsistentRead            bool
	ReturnConsumedCapacity    string
	RequestItems              map[string]json.RawMessage
	TransactItems             []map[string]message
	Keys                      []json.RawMessage
	PutRequest, DeleteRequest *message

	Items               []json.RawMessage
	Count, ScannedCount int
	LastEvaluatedKey    json.RawMessage
	Responses           json.RawMessage
	UnprocessedKeys     map[string]message
	UnprocessedItems    map[string][]message
	ConsumedCapacity    json.RawMessage
	CancellationReasons []message
	ThrottlingReasons   []struct{ Reason, Resource string }
}

func (w *watch) option(o *dynamodb.Options) { w.HTTPClient, o.HTTPClient = o.HTTPClient, w }

func (w *watch) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in message
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	resp, err := w.HTTPClient.Do(r)
	var got response
	if err == nil {
		text, failed := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text), broken{failed}))
		if failed == nil {
			got.status = resp.StatusCode
			err = json.Unmarshal(text, &got.out)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string]*watched{}
	}
	id := r.Header.Get("Amz-Sdk-Invocation-Id")
	if w.calls[id] == nil {
		w.calls[id] = &watched{operation: operation, in: in}
	}
	w.calls[id].responses = append(w.calls[id].responses, got)
	return resp, err
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err == nil {
		return 0, io.EOF
	}
	return 0, b.err
}

func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = nil
}

// requests are what an observer should have got, in no order, without what the wire does not show.
func (w *watch) requests(t require.TestingT) []ddbobserve.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []ddbobserve.Request
	for _, id := range slices.Sorted(maps.Keys(w.calls)) {
		if c := w.calls[id]; !strings.HasSuffix(c.operation, "Table") && !strings.HasSuffix(c.operation, "TimeToLive") {
			out = append(out, c.request(t))
		}
	}
	return out
}

func (c *watched) request(t require.TestingT) ddbobserve.Request {
	require.Equal(t, "INDEXES", c.in.ReturnConsumedCapacity, c.operation)
	last := c.responses[len(c.responses)-1]
	r := ddbobserve.Request{
		Operation: c.operation, Table: c.in.TableName, Index: "primary", Consistent: c.in.ConsistentRead, Attempts: len(c.responses),
		Limit: c.in.Limit, Descending: c.in.ScanIndexForward != nil && !*c.in.ScanIndexForward, CountOnly: c.in.Select == "COUNT",
		Filter: c.in.text(t, c.in.FilterExpression),
	}
	if c.in.IndexName != "" {
		r.Index = c.in.IndexName
	}
	if c.in.ProjectionExpression != "" {
		for path := range strings.SplitSeq(c.in.text(t, c.in.ProjectionExpression), ", ") {
			r.Projection = append(r.Projection, path)
		}
	}
	if p := c.in.KeyConditionExpression; p != "" { // whole, to be compared with the comparisons put together
		r.Condition = []ddbobserve.KeyCondition{{Attribute: c.in.text(t, p)}}
	}
	c.asked(t, &r)
	for _, resp := range c.responses {
		for _, why := range resp.out.ThrottlingReasons {
			r.Throttled = append(r.Throttled, ddbobserve.Throttle{Reason: why.Reason, Resource: why.Resource})
		}
	}
	last.tell(t, &r)
	return r
}

// asked adds the keys and the writes.
func (c *watched) asked(t require.TestingT, r *ddbobserve.Request) {
	switch c.operation {
	case "GetItem":
		r.Keys = []ddbobserve.Key{item(t, c.in.Key)}
	case "PutItem":
		r.Writes = []ddbobserve.Write{c.in.write(t, "Put")}
	case "UpdateItem":
		r.Writes = []ddbobserve.Write{c.in.write(t, "Update")}
	case "DeleteItem":
		r.Writes = []ddbobserve.Write{c.in.write(t, "Delete")}
	case "TransactGetItems":
		for _, op := range c.in.TransactItems {
			r.Table = op["Get"].TableName
			r.Keys = append(r.Keys, item(t, op["Get"].Key))
		}
	case "TransactWriteItems":
		for _, op := range c.in.TransactItems {
			for kind, m := range op {
				r.Table = m.TableName
				r.Writes = append(r.Writes, m.write(t, kind))
			}
		}
	case "BatchGetItem":
		for table, text := range c.in.RequestItems {
			var m message
			require.NoError(t, json.Unmarshal(text, &m))
			r.Table, r.Consistent = table, m.ConsistentRead
			for _, key := range m.Keys {
				r.Keys = append(r.Keys, item(t, key))
			}
		}
	case "BatchWriteItem":
		for table, text := range c.in.RequestItems {
			var ms []message
			require.NoError(t, json.Unmarshal(text, &ms))
			r.Table = table
			for _, m := range ms {
				if m.PutRequest != nil {
					r.Writes = append(r.Writes, m.PutRequest.write(t, "Put"))
				} else {
					r.Writes = append(r.Writes, m.DeleteRequest.write(t, "Delete"))
				}
			}
		}
	}
}

func (m message) write(t require.TestingT, kind string) ddbobserve.Write {
	w := ddbobserve.Write{Condition: m.text(t, m.ConditionExpression)}
	switch kind {
	case "Put":
		whole := item(t, m.Item)
		w.Action, w.Bytes, w.Entity = ddbobserve.Put, attr.Size(whole), entityOf(whole)
		w.Key = ddbobserve.Key{"pk": whole["pk"], "sk": whole["sk"]}
		return w
	case "Update":
		w.Action = ddbobserve.Update
	case "Delete":
		w.Action = ddbobserve.Delete
	default:
		w.Action = ddbobserve.Check
	}
	w.Key = item(t, m.Key)
	w.Entity = entityOf(w.Key)
	return w
}

// tell adds what the last response says.
func (resp response) tell(t require.TestingT, r *ddbobserve.Request) {
	m := resp.out
	switch {
	case resp.status == 0:
		r.Err = errors.New("lost")
	case resp.status != http.StatusOK:
		r.Err = errors.New(m.Type[strings.Index(m.Type, "#")+1:])
	}
	add := func(text json.RawMessage) {
		if len(text) == 0 || string(text) == "{}" {
			return
		}
		if r.Items == nil {
			r.Items = map[string]ddbobserve.Items{}
		}
		it := item(t, text)
		n := r.Items[entityOf(it)]
		r.Items[entityOf(it)] = ddbobserve.Items{Count: n.Count + 1, Bytes: n.Bytes + attr.Size(it)}
	}
	for _, one := range append(m.Items, m.Item, m.Attributes) {
		add(one)
	}
	for _, reason := range m.CancellationReasons {
		add(reason.Item)
	}
	switch r.Operation {
	case "BatchGetItem":
		var all map[string][]json.RawMessage
		if m.Responses != nil {
			require.NoError(t, json.Unmarshal(m.Responses, &all))
		}
		for _, one := range all[r.Table] {
			add(one)
		}
	case "TransactGetItems":
		var all []message
		if m.Responses != nil {
			require.NoError(t, json.Unmarshal(m.Responses, &all))
		}
		for _, one := range all {
			add(one.Item)
		}
	}
	r.Unprocessed = len(m.UnprocessedKeys[r.Table].Keys) + len(m.UnprocessedItems[r.Table])
	r.Examined, r.Counted, r.More = m.ScannedCount, m.Count, len(m.LastEvaluatedKey) > 0
	m.capacity(t, r)
}

func (m message) capacity(t require.TestingT, r *ddbobserve.Request) {
	type units struct{ CapacityUnits, ReadCapacityUnits, WriteCapacityUnits float64 }
	type consumed struct {
		Table                  *units
		GlobalSecondaryIndexes map[string]units
		LocalSecondaryIndexes  map[string]units
	}
	var all []consumed
	switch {
	case len(m.ConsumedCapacity) == 0:
		return
	case m.ConsumedCapacity[0] == '[':
		require.NoError(t, json.Unmarshal(m.ConsumedCapacity, &all))
	default:
		all = make([]consumed, 1)
		require.NoError(t, json.Unmarshal(m.ConsumedCapacity, &all[0]))
	}
	reads := strings.Contains(r.Operation, "Get") || r.Operation == "Query" || r.Operation == "Scan"
	add := func(index string, u units) {
		c := ddbobserve.Capacity{Read: u.ReadCapacityUnits, Write: u.WriteCapacityUnits}
		switch {
		case c != ddbobserve.Capacity{}:
		case reads:
			c.Read = u.CapacityUnits
		default:
			c.Write = u.CapacityUnits
		}
		if (c == ddbobserve.Capacity{}) {
			return
		}
		if r.Capacity == nil {
			r.Capacity = map[string]ddbobserve.Capacity{}
		}
		sum := r.Capacity[index]
		r.Capacity[index] = ddbobserve.Capacity{Read: sum.Read + c.Read, Write: sum.Write + c.Write}
	}
	for _, one := range all {
		if one.Table != nil {
			add("primary", *one.Table)
		}
		for _, of := range []map[string]units{one.GlobalSecondaryIndexes, one.LocalSecondaryIndexes} {
			for name, u := range of {
				add(name, u)
			}
		}
	}
}

var placeholders = regexp.MustCompile(`[#:]\w+`)

// text is an expression with the names and values in place.
func (m message) text(t require.TestingT, expr string) string {
	values := item(t, m.ExpressionAttributeValues)
	return placeholders.ReplaceAllStringFunc(expr, func(p string) string {
		if strings.HasPrefix(p, "#") {
			return m.ExpressionAttributeNames[p]
		}
		return ddbobserve.Text(values[p])
	})
}

func item(t require.TestingT, text json.RawMessage) map[string]types.AttributeValue {
	if len(text) == 0 {
		return nil
	}
	attrs, err := (&wire.Writer{Text: text}).Attributes()
	require.NoError(t, err)
	return attrs
}
