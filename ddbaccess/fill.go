package ddbaccess

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
)

// fillName is the attribute that fills an item up to its declared size. The library keeps attributes that it does not know.
const fillName = "~fill"

// filler is a client that writes items of the declared sizes.
type filler struct {
	*dynamodb.Client

	design  *ddbdesign.Table
	volumes volumes
}

// fill is the attribute of an item that has so many bytes, nil if the item is large enough.
func (f *filler) fill(key item, have float64) types.AttributeValue {
	c := claimOf(f.design, key)
	want, _ := f.volumes.bytes(c.Entity)
	missing := want - have - float64(len(fillName))
	if c.Companion != "" || missing <= 0 {
		return nil
	}
	return &types.AttributeValueMemberS{Value: strings.Repeat("x", int(missing))}
}

// filled returns an item of the declared size.
func (f *filler) filled(it item) item {
	if it[fillName] != nil {
		return it
	}
	v := f.fill(keyOf(f.design, it), size(it))
	if v == nil {
		return it
	}
	it = maps.Clone(it)
	it[fillName] = v
	return it
}

// updated adds the attribute to an update of an item that does not have it.
func (f *filler) updated(key item, expression *string, names map[string]string, values item) (*string, map[string]string, item) {
	have := size(key)
	for _, v := range values {
		have += size(item{"": v})
	}
	v := f.fill(key, have)
	if v == nil || expression == nil {
		return expression, names, values
	}
	names, values = maps.Clone(names), maps.Clone(values)
	if names == nil {
		names = map[string]string{}
	}
	if values == nil {
		values = item{}
	}
	names["#ddbfill"], values[":ddbfill"] = fillName, v
	const set = "#ddbfill = if_not_exists(#ddbfill, :ddbfill)"
	text := *expression
	if i := strings.Index(text, "SET "); i >= 0 {
		text = text[:i] + "SET " + set + ", " + text[i+len("SET "):]
	} else {
		text = "SET " + set + " " + text
	}
	return &text, names, values
}

// PutItem writes an item of the declared size.
func (f *filler) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c := *in
	c.Item = f.filled(in.Item)
	return f.Client.PutItem(ctx, &c, opts...)
}

// UpdateItem makes an item of the declared size.
func (f *filler) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	c := *in
	c.UpdateExpression, c.ExpressionAttributeNames, c.ExpressionAttributeValues = f.updated(
		in.Key, in.UpdateExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	return f.Client.UpdateItem(ctx, &c, opts...)
}

// BatchWriteItem writes items of the declared sizes.
func (f *filler) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	c := *in
	c.RequestItems = map[string][]types.WriteRequest{}
	for table, writes := range in.RequestItems {
		for _, w := range writes {
			if w.PutRequest != nil {
				w.PutRequest = &types.PutRequest{Item: f.filled(w.PutRequest.Item)}
			}
			c.RequestItems[table] = append(c.RequestItems[table], w)
		}
	}
	return f.Client.BatchWriteItem(ctx, &c, opts...)
}

// TransactWriteItems writes items of the declared sizes.
func (f *filler) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	c := *in
	c.TransactItems = nil
	for _, w := range in.TransactItems {
		switch {
		case w.Put != nil:
			put := *w.Put
			put.Item = f.filled(put.Item)
			w.Put = &put
		case w.Update != nil:
			u := *w.Update
			u.UpdateExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues = f.updated(
				u.Key, u.UpdateExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues)
			w.Update = &u
		}
		c.TransactItems = append(c.TransactItems, w)
	}
	return f.Client.TransactWriteItems(ctx, &c, opts...)
}
