package ddb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
)

// do runs an op as one request and returns the item as it was before, if the op asks for it and there was one. It
// sets version and timestamps in op's item.
func (db *DB) do(ctx context.Context, op Op) (item, error) {
	if op.e.table != db.table {
		return nil, modelFault("ddb: %s %s: the entity is of another table than the DB's", op.verb, op.e.name)
	}
	if err := op.e.proto.Changed(); err != nil {
		return nil, modelFault("ddb: %s %s: %w", op.verb, op.e.name, err)
	}
	if op.verb == verbDelete || op.verb == verbTake {
		return db.delete(ctx, op)
	}
	return db.put(ctx, op)
}

func (db *DB) put(ctx context.Context, op Op) (item, error) {
	version := db.stamp(op)
	attrs, err := op.e.encode(string(op.verb), op.item)
	if err != nil {
		return nil, err
	}
	if n := itemSize(attrs); n > maxItemBytes {
		return nil, fmt.Errorf("ddb: %s %s %s: %w: the item has %d bytes, DynamoDB allows %d", op.verb, op.e.name, db.table.keyText(attrs), ErrTooLarge, n, maxItemBytes)
	}
	x := &plan.Expression{}
	cond, err := db.writeCondition(x, op, version)
	if err != nil {
		return nil, err
	}
	m := meterOf(ctx, "PutItem", false)
	in := &dynamodb.PutItemInput{
		TableName: &db.name, Item: attrs, ReturnConsumedCapacity: m.want(),
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}
	if cond != "" {
		in.ConditionExpression = &cond
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	if op.returnOld {
		in.ReturnValues = types.ReturnValueAllOld
	}
	out, err := db.client.PutItem(ctx, in, m.options)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	if err != nil {
		return nil, db.refused(op, db.table.keyOf(attrs), version, err)
	}
	return present(out.Attributes, db), nil
}

func (db *DB) delete(ctx context.Context, op Op) (item, error) {
	key, err := op.e.key(string(op.verb), op.item)
	if err != nil {
		return nil, err
	}
	var version int64
	if f := op.e.version; f != nil {
		version = f.Get(op.item).Int()
	}
	x := &plan.Expression{}
	cond, err := db.writeCondition(x, op, version)
	if err != nil {
		return nil, err
	}
	m := meterOf(ctx, "DeleteItem", false)
	in := &dynamodb.DeleteItemInput{
		TableName: &db.name, Key: key, ReturnConsumedCapacity: m.want(),
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}
	if cond != "" {
		in.ConditionExpression = &cond
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	if op.returnOld {
		in.ReturnValues = types.ReturnValueAllOld
	}
	out, err := db.client.DeleteItem(ctx, in, m.options)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	if err != nil {
		return nil, db.refused(op, key, version, err)
	}
	return present(out.Attributes, db), nil
}

// present returns attrs unless they are none or expired.
func present(attrs item, db *DB) item {
	if len(attrs) == 0 || db.expired(attrs) {
		return nil
	}
	return attrs
}

// stamp sets the fields of op's item that the library keeps, and returns the version that the item had.
func (db *DB) stamp(op Op) (version int64) {
	if f := op.e.version; f != nil {
		v := f.Addr(op.item)
		version = v.Int()
		if op.verb == verbCreate {
			version = 0
		}
		v.SetInt(version + 1)
	}
	now := db.opts.Now().UTC().Round(0)
	for _, f := range []*field.Field{op.e.updated, op.e.created} {
		if f != nil && (f == op.e.updated || op.creates(version) || f.Get(op.item).IsZero()) {
			f.Addr(op.item).Set(reflect.ValueOf(now.Truncate(precision(f))))
		}
	}
	return version
}

// creates reports whether the op makes an item that was not there, as far as that is known before the request.
func (op Op) creates(version int64) bool {
	return op.verb == verbCreate || op.verb == verbPut && op.e.version != nil && version == 0
}

// precision is what the field's attribute keeps of a time.
func precision(f *field.Field) time.Duration {
	if f.UnixTime {
		return time.Second
	}
	return time.Nanosecond
}

// writeCondition is what must hold for the op: what its verb says, the version, and its If.
func (db *DB) writeCondition(x *plan.Expression, op Op, version int64) (string, error) {
	given, err := op.e.compile(x, op.conds)
	if err != nil {
		return "", fmt.Errorf("ddb: %s %s: If: %w", op.verb, op.e.name, err)
	}
	pk := func() string { return x.Name(db.table.primary.partition[0]) }
	absent := func() string {
		if op.e.ttl == nil {
			return "attribute_not_exists(" + pk() + ")"
		}
		return "attribute_not_exists(" + pk() + ") OR " + x.Path(op.e.ttl.Path) + " <= " + x.Value(db.now())
	}
	there := func() string {
		if op.e.ttl == nil {
			return "attribute_exists(" + pk() + ")"
		}
		ttl := x.Path(op.e.ttl.Path)
		return "attribute_exists(" + pk() + ") AND (attribute_not_exists(" + ttl + ") OR " + ttl + " > " + x.Value(db.now()) + ")"
	}
	versioned := op.e.version != nil
	var own string
	switch {
	case op.verb == verbCreate, op.verb == verbPut && versioned && version == 0:
		own = absent()
	case op.verb == verbReplace, op.verb == verbTake, versioned && version != 0, len(op.conds) > 0:
		own = there()
	}
	if versioned && version != 0 && op.verb != verbCreate {
		n := &types.AttributeValueMemberN{Value: strconv.FormatInt(version, 10)}
		own = plan.And(own, x.Path(op.e.version.Path)+" = "+x.Value(n))
	}
	return plan.And(own, given), nil
}

// refused makes the error of a write that failed, from the item that stood in the way if DynamoDB returned it.
func (db *DB) refused(op Op, key item, version int64, err error) error {
	out := &WriteError{Verb: string(op.verb), Entity: op.e.name, Key: db.table.keyText(key), Err: db.explain(err)}
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return out
	}
	old := present(failed.Item, db)
	if old != nil {
		v := op.e.newItem()
		if db.table.claims(op.e, old) && op.e.decode(old, v) == nil {
			out.Current = v.Interface()
		}
	}
	out.Err = fmt.Errorf("%w: %w", db.class(op, old, version), err)
	return out
}

// class says why a condition failed. The order is that of what must hold first: that the item is there or not, its
// version, and then what the caller asked for.
func (db *DB) class(op Op, old item, version int64) error {
	versioned := op.e.version != nil
	switch {
	case op.verb == verbCreate:
		return ErrExists
	case old == nil && version != 0 && versioned && op.verb == verbPut:
		return fmt.Errorf("%w: version %d was given, and there is no such item", ErrConflict, version)
	case old == nil:
		return ErrNotFound
	case versioned && (version != 0 || op.verb == verbPut):
		have, _ := lookup(old, op.e.version.Path).(*types.AttributeValueMemberN)
		if have == nil {
			return fmt.Errorf("%w: version %d was given, the stored item has none", ErrConflict, version)
		}
		if have.Value != strconv.FormatInt(version, 10) {
			return fmt.Errorf("%w: version %d was given, %s is stored", ErrConflict, version, have.Value)
		}
	}
	return ErrCondition
}

// claims reports whether e claims the item.
func (t *Table) claims(e *entity, attrs item) bool {
	claimed, err := t.claim(attrs)
	return err == nil && claimed == e
}
