package wire

import (
	"bytes"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// whole writes the body of a request, headers included: the SDK would copy it several times. It returns false for an
// input that only the SDK can write.
func (c *Call) whole(in any, req *smithyhttp.Request) (ok bool, err error) {
	var w Writer // whose text the transport may read after the call: it is not used again
	var target string
	w.Text = make([]byte, 0, c.room(in))
	switch in := in.(type) {
	case *dynamodb.PutItemInput:
		target, ok = "DynamoDB_20120810.PutItem", w.put(in, c.item(0))
	case *dynamodb.UpdateItemInput:
		target, ok = "DynamoDB_20120810.UpdateItem", w.update(in)
	case *dynamodb.DeleteItemInput:
		target, ok = "DynamoDB_20120810.DeleteItem", w.delete(in)
	case *dynamodb.GetItemInput:
		target, ok = "DynamoDB_20120810.GetItem", w.get(in)
	case *dynamodb.TransactWriteItemsInput:
		target, ok = "DynamoDB_20120810.TransactWriteItems", w.transact(in, c)
	case *dynamodb.BatchWriteItemInput:
		target, ok = "DynamoDB_20120810.BatchWriteItem", w.batch(in, c)
	}
	if !ok {
		return false, nil
	}
	req.Method = http.MethodPost
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("X-Amz-Target", target)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	with, err := req.SetStream(bytes.NewReader(w.Text))
	if err == nil {
		*req = *with
	}
	return true, err
}

// room returns how long a body will be in most cases.
func (c *Call) room(in any) int {
	room, parts := 256, 1
	switch in := in.(type) {
	case *dynamodb.UpdateItemInput:
		room = 512
	case *dynamodb.TransactWriteItemsInput:
		parts = len(in.TransactItems)
	case *dynamodb.BatchWriteItemInput:
		for _, requests := range in.RequestItems {
			parts = len(requests)
		}
	}
	room *= parts
	for _, item := range c.Items {
		if item != nil {
			room += len(item.Text)
		}
	}
	return room
}

// put appends a PutItem; item, unless nil, stands in the place of the input's.
func (w *Writer) put(in *dynamodb.PutItemInput, item *Writer) bool {
	if in.ConditionalOperator != "" || in.Expected != nil || in.ReturnItemCollectionMetrics != "" ||
		!w.table(in.TableName) || !w.expressions(nil, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues) ||
		!w.returns(in.ReturnConsumedCapacity, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure) {
		return false
	}
	return w.itemMember(item, in.Item) && w.end()
}

func (w *Writer) update(in *dynamodb.UpdateItemInput) bool {
	return in.AttributeUpdates == nil && in.ConditionalOperator == "" && in.Expected == nil && in.ReturnItemCollectionMetrics == "" &&
		w.table(in.TableName) && w.key(in.Key) &&
		w.expressions(in.UpdateExpression, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues) &&
		w.returns(in.ReturnConsumedCapacity, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure) && w.end()
}

func (w *Writer) delete(in *dynamodb.DeleteItemInput) bool {
	return in.ConditionalOperator == "" && in.Expected == nil && in.ReturnItemCollectionMetrics == "" &&
		w.table(in.TableName) && w.key(in.Key) &&
		w.expressions(nil, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues) &&
		w.returns(in.ReturnConsumedCapacity, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure) && w.end()
}

func (w *Writer) get(in *dynamodb.GetItemInput) bool {
	if in.AttributesToGet != nil || in.ProjectionExpression != nil || in.ExpressionAttributeNames != nil || !w.table(in.TableName) || !w.key(in.Key) {
		return false
	}
	if in.ConsistentRead != nil {
		w.Text = append(w.Text, `,"ConsistentRead":`...)
		w.bool(*in.ConsistentRead)
	}
	return w.returns(in.ReturnConsumedCapacity, "", "") && w.end()
}

func (w *Writer) transact(in *dynamodb.TransactWriteItemsInput, c *Call) bool {
	if in.ReturnItemCollectionMetrics != "" || in.TransactItems == nil {
		return false
	}
	w.Text = append(w.Text, `{"TransactItems":[`...)
	for i := range in.TransactItems {
		if i > 0 {
			w.Text = append(w.Text, ',')
		}
		if !w.transactItem(&in.TransactItems[i], c.item(i)) {
			return false
		}
	}
	w.Text = append(w.Text, ']')
	return (in.ClientRequestToken == nil || w.member(`,"ClientRequestToken":`, *in.ClientRequestToken)) &&
		w.returns(in.ReturnConsumedCapacity, "", "") && w.end()
}

// batch appends the requests of one table.
func (w *Writer) batch(in *dynamodb.BatchWriteItemInput, c *Call) bool {
	if in.ReturnItemCollectionMetrics != "" || len(in.RequestItems) != 1 {
		return false
	}
	for table, requests := range in.RequestItems {
		if !w.member(`{"RequestItems":{`, table) {
			return false
		}
		w.Text = append(w.Text, ":["...)
		for i, req := range requests {
			if i > 0 {
				w.Text = append(w.Text, ',')
			}
			ok := false
			switch {
			case req.PutRequest != nil && req.DeleteRequest == nil:
				w.Text = append(w.Text, `{"PutRequest":{"Item":`...)
				ok = w.itemOr(c.item(i), req.PutRequest.Item)
			case req.PutRequest == nil && req.DeleteRequest != nil:
				w.Text = append(w.Text, `{"DeleteRequest":{"Key":`...)
				ok = w.item(req.DeleteRequest.Key)
			}
			if !ok {
				return false
			}
			w.Text = append(w.Text, "}}"...)
		}
		w.Text = append(w.Text, "]}"...)
	}
	return w.returns(in.ReturnConsumedCapacity, "", "") && w.end()
}

// transactItem appends one part of a transaction, and returns false where there is more than one of them, or none. item, unless nil,
// is that of a put.
func (w *Writer) transactItem(t *types.TransactWriteItem, item *Writer) (ok bool) {
	parts := 0
	part := func(there bool, name string) bool {
		if there {
			parts++
			w.Text = append(append(w.Text, name...), ':')
		}
		return there
	}
	w.Text = append(w.Text, '{')
	if p := t.Put; part(p != nil, `"Put"`) {
		ok = w.table(p.TableName) && w.itemMember(item, p.Item) &&
			w.expressions(nil, p.ConditionExpression, p.ExpressionAttributeNames, p.ExpressionAttributeValues) &&
			w.returns("", "", p.ReturnValuesOnConditionCheckFailure)
	}
	if u := t.Update; part(u != nil, `"Update"`) {
		ok = w.table(u.TableName) && w.key(u.Key) &&
			w.expressions(u.UpdateExpression, u.ConditionExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues) &&
			w.returns("", "", u.ReturnValuesOnConditionCheckFailure)
	}
	if d := t.Delete; part(d != nil, `"Delete"`) {
		ok = w.table(d.TableName) && w.key(d.Key) &&
			w.expressions(nil, d.ConditionExpression, d.ExpressionAttributeNames, d.ExpressionAttributeValues) &&
			w.returns("", "", d.ReturnValuesOnConditionCheckFailure)
	}
	if c := t.ConditionCheck; part(c != nil, `"ConditionCheck"`) {
		ok = w.table(c.TableName) && w.key(c.Key) &&
			w.expressions(nil, c.ConditionExpression, c.ExpressionAttributeNames, c.ExpressionAttributeValues) &&
			w.returns("", "", c.ReturnValuesOnConditionCheckFailure)
	}
	w.Text = append(w.Text, "}}"...)
	return ok && parts == 1
}

// table begins an object with the name of its table.
func (w *Writer) table(name *string) bool {
	return name != nil && w.member(`{"TableName":`, *name)
}

func (w *Writer) key(attrs map[string]types.AttributeValue) bool { return w.attributes("Key", attrs) }

func (w *Writer) itemMember(item *Writer, attrs map[string]types.AttributeValue) bool {
	w.Text = append(w.Text, `,"Item":`...)
	return w.itemOr(item, attrs)
}

// itemOr appends an item: its JSON, or where that is nil its attributes.
func (w *Writer) itemOr(item *Writer, attrs map[string]types.AttributeValue) bool {
	if item == nil {
		return w.item(attrs)
	}
	w.Text = append(w.Text, item.Text...)
	return true
}

func (w *Writer) attributes(member string, attrs map[string]types.AttributeValue) bool {
	w.Text = append(append(append(w.Text, `,"`...), member...), `":`...)
	return w.item(attrs)
}

func (w *Writer) expressions(update, condition *string, names map[string]string, values map[string]types.AttributeValue) bool {
	if update != nil && !w.member(`,"UpdateExpression":`, *update) || condition != nil && !w.member(`,"ConditionExpression":`, *condition) {
		return false
	}
	if names != nil {
		w.Text = append(w.Text, `,"ExpressionAttributeNames":{`...)
		first := true
		for name, attr := range names {
			if !first {
				w.Text = append(w.Text, ',')
			}
			first = false
			if !w.Quote(name) || !w.member(":", attr) {
				return false
			}
		}
		w.Text = append(w.Text, '}')
	}
	return values == nil || w.attributes("ExpressionAttributeValues", values)
}

func (w *Writer) returns(capacity types.ReturnConsumedCapacity, values types.ReturnValue, onFailure types.ReturnValuesOnConditionCheckFailure) bool {
	return (capacity == "" || w.member(`,"ReturnConsumedCapacity":`, string(capacity))) &&
		(values == "" || w.member(`,"ReturnValues":`, string(values))) &&
		(onFailure == "" || w.member(`,"ReturnValuesOnConditionCheckFailure":`, string(onFailure)))
}

// member appends a string after the name of its member.
func (w *Writer) member(head, s string) bool {
	w.Text = append(w.Text, head...)
	return w.Quote(s)
}

func (w *Writer) bool(b bool) {
	if b {
		w.Text = append(w.Text, "true"...)
	} else {
		w.Text = append(w.Text, "false"...)
	}
}

func (w *Writer) end() bool {
	w.Text = append(w.Text, '}')
	return true
}
