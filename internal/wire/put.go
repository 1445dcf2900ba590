package wire

import (
	"bytes"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// put writes a PutItem whose item is already JSON, headers included: the SDK would copy the item several times. It
// returns false for an input that only the SDK can write.
func (c *Call) put(in *dynamodb.PutItemInput, req *smithyhttp.Request) (ok bool, err error) {
	if in.TableName == nil || in.ConditionalOperator != "" || in.Expected != nil || in.ReturnItemCollectionMetrics != "" {
		return false, nil
	}
	const room = 512 // enough for all but the item, in most cases
	w := Writer{Text: make([]byte, 0, len(c.Item.Text)+room)}
	ok = w.member(`{"TableName":`, *in.TableName)
	if in.ConditionExpression != nil {
		ok = ok && w.member(`,"ConditionExpression":`, *in.ConditionExpression)
	}
	if in.ExpressionAttributeNames != nil {
		w.Text = append(w.Text, `,"ExpressionAttributeNames":{`...)
		first := true
		for name, attr := range in.ExpressionAttributeNames {
			if !first {
				w.Text = append(w.Text, ',')
			}
			first = false
			ok = ok && w.Quote(name) && w.member(":", attr)
		}
		w.Text = append(w.Text, '}')
	}
	if in.ExpressionAttributeValues != nil {
		w.Text = append(w.Text, `,"ExpressionAttributeValues":`...)
		ok = ok && w.item(in.ExpressionAttributeValues)
	}
	for _, o := range [...]struct{ head, value string }{
		{`,"ReturnConsumedCapacity":`, string(in.ReturnConsumedCapacity)},
		{`,"ReturnValues":`, string(in.ReturnValues)},
		{`,"ReturnValuesOnConditionCheckFailure":`, string(in.ReturnValuesOnConditionCheckFailure)},
	} {
		if o.value != "" {
			ok = ok && w.member(o.head, o.value)
		}
	}
	if !ok {
		return false, nil
	}
	w.Text = append(w.Text, `,"Item":`...)
	w.Text = append(append(w.Text, c.Item.Text...), '}')

	req.Method = http.MethodPost
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	with, err := req.SetStream(bytes.NewReader(w.Text))
	if err == nil {
		*req = *with
	}
	return true, err
}

// member appends a string after the name of its member.
func (w *Writer) member(head, s string) bool {
	w.Text = append(w.Text, head...)
	return w.Quote(s)
}
