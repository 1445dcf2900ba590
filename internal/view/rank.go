package view

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/write"
)

// entryOf returns what the source would put into the target if it were the first: the value for Min and Max, value and
// order for Latest, an element for Top.
func (r rankRule) entryOf(attrs attr.Item, source reflect.Value) (types.AttributeValue, error) {
	switch r.op {
	case RuleTop:
		v := r.entry(source) // of a user: see counted
		av, err := codec.EncodeElem(model.KeepEmpty(r.into), v)
		if err == nil && av == nil {
			err = fmt.Errorf("an entry that has no encoding: %v", v)
		}
		return av, err
	case RuleLatest:
		at, err := carry(r.by, r.at, attrs, source)
		if err != nil {
			return nil, err
		}
		value, err := carry(r.from, r.into, attrs, source)
		if err != nil {
			return nil, err
		}
		entry := attr.Item{"at": at}
		if value != nil {
			entry["value"] = value
		}
		return &types.AttributeValueMemberM{Value: entry}, nil
	}
	return carry(r.by, r.into, attrs, source)
}

// leastEntry is the size of an entry of Top that has only zero values, 0 if that cannot be told.
func leastEntry(into *field.Field) int {
	if into.Type.Kind() != reflect.Slice {
		return 0
	}
	size := 0
	_ = fault.Safely(func() error { // of an encoding of the user's own
		av, err := codec.EncodeElem(model.KeepEmpty(into), reflect.New(into.Type.Elem()).Elem())
		if err == nil && av != nil {
			size = attr.ValueSize(av)
		}
		return err
	})
	return size
}

// carry returns the value of a source's field as the target's field into stores it; nil where there is none.
func carry(from, into *field.Field, attrs attr.Item, source reflect.Value) (types.AttributeValue, error) {
	if from.Stored() && from.AsString == into.AsString && from.UnixTime == into.UnixTime &&
		from.StringSet == into.StringSet && from.NumberSet == into.NumberSet && from.BinarySet == into.BinarySet {
		if av, err := model.At(from, attrs); err != nil || av != nil || !model.IsNumber(from.Type) {
			return av, err // as it is: no digit is lost
		}
	}
	return codec.EncodeField(model.KeepEmpty(into), from.Get(source))
}

// values returns the target's attributes by the first items of a rank, nil for an attribute that the target does not have.
func (r rankRule) values(entries []types.AttributeValue) attr.Item {
	out := attr.Item{r.into.Attr(): nil}
	switch {
	case r.op == RuleTop:
		if len(entries) > 0 {
			out[r.into.Attr()] = &types.AttributeValueMemberL{Value: entries}
		}
	case r.op == RuleLatest:
		out[r.at.Attr()] = nil
		if len(entries) == 0 {
			break
		}
		m, ok := entries[0].(*types.AttributeValueMemberM)
		if !ok {
			break
		}
		out[r.at.Attr()], out[r.into.Attr()] = m.Value["at"], m.Value["value"]
	case len(entries) > 0:
		out[r.into.Attr()] = entries[0]
	}
	return out
}

// first reads the entries of the first items of a rank.
func (a *aggregate) first(ctx context.Context, db *write.DB, r rankRule, target string) ([]types.AttributeValue, error) {
	out, err := db.QueryOwn(ctx, &dynamodb.QueryInput{
		TableName:                 &db.Name,
		ConsistentRead:            new(true),
		KeyConditionExpression:    new("#p = :p"),
		ExpressionAttributeNames:  map[string]string{"#p": db.Table.Primary.Partition[0]},
		ExpressionAttributeValues: attr.Item{":p": &types.AttributeValueMemberS{Value: a.rulePartition(model.RankPrefix, r.label, target)}},
		ScanIndexForward:          new(r.op == RuleMin),
		Limit:                     new(int32(r.n)),
	})
	if err != nil {
		return nil, err
	}
	var entries []types.AttributeValue
	for _, item := range out.Items {
		entries = append(entries, item[model.EntryAttr])
	}
	return entries, nil
}

// rankKey is the key of a source's item in a rank.
func (a *aggregate) rankKey(r rankRule, target, order, source string) attr.Item {
	return a.view.Table.CompanionKey(a.rulePartition(model.RankPrefix, r.label, target), rankSort(order, source))
}

func rankSort(order, source string) string { return order + hashText(source)[:22] }
