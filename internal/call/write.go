package call

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/wire"
)

// PutItem makes one request. item, unless nil, is written in the place of the input's. lost, unless nil, is set where the response of
// an attempt was lost, so that the write may have been done even if the last one failed. The item that DynamoDB returned, if the input
// asks for one, may be looked at until the page is released.
func (c *Conn) PutItem(ctx context.Context, in *dynamodb.PutItemInput, item *wire.Writer, lost *bool) (attr.Stored, *wire.Page, error) {
	m := c.meterOfItems(ctx, "PutItem", false)
	m.count = lost != nil
	if item != nil {
		m.one[0] = item
		m.itemCall.Items = m.one[:]
	}
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.PutItem(ctx, in, m.asOptions()...)
	if out == nil {
		out = &dynamodb.PutItemOutput{}
	}
	if m.seen != nil {
		m.seen.put(in.Item, item, condition{in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues})
	}
	return c.wrote(ctx, m, lost, err, out.Attributes, out.ConsumedCapacity)
}

// DeleteItem makes one request; lost and the results are as those of PutItem.
func (c *Conn) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, lost *bool) (attr.Stored, *wire.Page, error) {
	m := c.meterOfItems(ctx, "DeleteItem", false)
	m.count = lost != nil
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.DeleteItem(ctx, in, m.asOptions()...)
	if out == nil {
		out = &dynamodb.DeleteItemOutput{}
	}
	if m.seen != nil {
		m.seen.by(ddbobserve.Delete, in.Key, condition{in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues})
	}
	return c.wrote(ctx, m, lost, err, out.Attributes, out.ConsumedCapacity)
}

// UpdateItem makes one request; lost and the results are as those of PutItem.
func (c *Conn) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, lost *bool) (attr.Stored, *wire.Page, error) {
	m := c.meterOfItems(ctx, "UpdateItem", false)
	m.count = lost != nil
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.UpdateItem(ctx, in, m.asOptions()...)
	if out == nil {
		out = &dynamodb.UpdateItemOutput{}
	}
	if m.seen != nil {
		m.seen.by(ddbobserve.Update, in.Key, condition{in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues})
	}
	return c.wrote(ctx, m, lost, err, out.Attributes, out.ConsumedCapacity)
}

// wrote meters a write of one item, and returns what it returned.
func (c *Conn) wrote(ctx context.Context, m *metered, lost *bool, err error, attrs attr.Item, consumed *types.ConsumedCapacity) (attr.Stored, *wire.Page, error) {
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if page := m.itemCall.Page(); page != nil {
			failed.Item = page.Item(0).Attributes()
			page.Release()
		}
		attrs = failed.Item
		m.refused(c.Name, attrs)
	}
	if lost != nil {
		*lost = m.lostAny(err)
	}
	if m.seen != nil {
		m.seen.items(succeeded(m.itemCall.Page(), err), attrs)
	}
	if consumed != nil {
		m.done(ctx, err, *consumed)
	} else {
		m.done(ctx, err)
	}
	if err != nil {
		return attr.Stored{}, nil, err
	}
	found, page := m.item(attrs)
	return found, page, nil
}

// sizeOf is how large a write of a transaction is, as far as the request says.
func sizeOf(w types.TransactWriteItem) int {
	switch {
	case w.Put != nil:
		return attr.Size(w.Put.Item)
	case w.Update != nil:
		return attr.Size(w.Update.Key) + attr.Size(w.Update.ExpressionAttributeValues)
	}
	return 0
}

// TransactWrite makes one request. An item that is not nil is written in the place of that of the input's put at its position;
// items may be nil. size says how large the writes are, for an estimate of what a cancelled transaction consumed; nil takes
// it from the input. lost is as that of PutItem.
func (c *Conn) TransactWrite(ctx context.Context, in *dynamodb.TransactWriteItemsInput, items []*wire.Writer, size func(i int) int, lost *bool) error {
	m := c.meterOfItems(ctx, "TransactWriteItems", false)
	m.itemCall.Items = items
	m.count = lost != nil
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.TransactWriteItems(ctx, in, m.asOptions()...)
	if lost != nil {
		*lost = m.lostAny(err)
	}
	if m.seen != nil {
		m.seen.transact(in.TransactItems, items)
	}
	if err == nil {
		m.done(ctx, nil, out.ConsumedCapacity...)
		return nil
	}
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		if m.seen != nil {
			for _, r := range cancelled.CancellationReasons {
				m.seen.items(nil, r.Item)
			}
		}
		if size == nil {
			size = func(i int) int { return sizeOf(in.TransactItems[i]) }
		}
		m.cancelled(c.Name, size, len(in.TransactItems), cancelled.CancellationReasons)
	}
	m.done(ctx, err)
	return err
}
