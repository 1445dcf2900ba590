package call

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// condition is that of a write.
type condition struct {
	expr   *string
	names  map[string]string
	values attr.Item
}

// put adds a put of an item, whose JSON stands in the place of the attributes unless it is nil.
func (x *exchange) put(attrs attr.Item, json *wire.Writer, cond condition) {
	s := model.Loaded(attrs)
	if json != nil {
		if page := json.Page(); page != nil {
			defer page.Release()
			s = attr.Stored{JSON: page.Item(0)}
		} else if whole, err := json.Attributes(); err == nil {
			s = model.Loaded(whole)
		}
	}
	x.write(ddbobserve.Put, x.owner(s), x.conn.Table.KeyOf(s), cond)
	x.Writes[len(x.Writes)-1].Bytes = s.Size()
}

// by adds another write, of the item with the key.
func (x *exchange) by(action string, key attr.Item, cond condition) {
	x.write(action, x.owner(model.Loaded(key)), key, cond)
}

func (x *exchange) write(action, entity string, key attr.Item, cond condition) {
	x.Writes = append(x.Writes, ddbobserve.Write{
		Action: action, Entity: entity, Key: copied(key), Condition: filled(cond.expr, cond.names, cond.values),
	})
	x.of(entity)
}

// transact adds the writes of a transaction.
func (x *exchange) transact(writes []types.TransactWriteItem, items []*wire.Writer) {
	for i, w := range writes {
		switch {
		case w.Put != nil:
			x.put(w.Put.Item, itemAt(items, i), condition{w.Put.ConditionExpression, w.Put.ExpressionAttributeNames, w.Put.ExpressionAttributeValues})
		case w.Update != nil:
			u := w.Update
			x.by(ddbobserve.Update, u.Key, condition{u.ConditionExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues})
		case w.Delete != nil:
			d := w.Delete
			x.by(ddbobserve.Delete, d.Key, condition{d.ConditionExpression, d.ExpressionAttributeNames, d.ExpressionAttributeValues})
		case w.ConditionCheck != nil:
			k := w.ConditionCheck
			x.by(ddbobserve.Check, k.Key, condition{k.ConditionExpression, k.ExpressionAttributeNames, k.ExpressionAttributeValues})
		}
	}
}

// batch adds the writes of a batch.
func (x *exchange) batch(writes []types.WriteRequest, items []*wire.Writer) {
	for i, w := range writes {
		if w.PutRequest != nil {
			x.put(w.PutRequest.Item, itemAt(items, i), condition{})
		} else {
			x.by(ddbobserve.Delete, w.DeleteRequest.Key, condition{})
		}
	}
}

func itemAt(items []*wire.Writer, i int) *wire.Writer {
	if i >= len(items) {
		return nil
	}
	return items[i]
}
