package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// The shapes below describe requests member by member, in the order in which the service reports broken constraints.

type fields = []wire.Field

func structOf(name string, f ...wire.Field) *wire.Shape {
	return &wire.Shape{Type: wire.Struct, Name: name, Fields: f}
}

func member(name string, s *wire.Shape) wire.Field { return wire.Field{Name: name, Shape: s} }

func required(s *wire.Shape) *wire.Shape {
	c := *s
	c.Required = true
	return &c
}

func enum(values ...string) *wire.Shape { return &wire.Shape{Type: wire.String, Enum: values} }

func listOf(elem *wire.Shape) *wire.Shape { return &wire.Shape{Type: wire.List, Elem: elem} }

func mapOf(elem *wire.Shape) *wire.Shape { return &wire.Shape{Type: wire.Map, Elem: elem} }

func atLeastOne(t wire.Type) *wire.Shape { return &wire.Shape{Type: t, HasMin: true, Min: 1} }

var (
	aString  = &wire.Shape{Type: wire.String}
	aBool    = &wire.Shape{Type: wire.Bool}
	aLong    = &wire.Shape{Type: wire.Long}
	anInt    = &wire.Shape{Type: wire.Int}
	attr     = &wire.Shape{Type: wire.Attr}
	attrMap  = &wire.Shape{Type: wire.AttrMap}
	names    = mapOf(aString)
	notNull  = required(aString)
	itemMap  = required(attrMap)
	nameList = &wire.Shape{Type: wire.List, Elem: aString, MinLen: 1, MaxLen: 255}

	// tableName is that of the item operations; table operations check theirs first, see operation.table.
	tableName    = &wire.Shape{Type: wire.String, Required: true, Pattern: wire.NamePattern, MinLen: 1, MaxLen: 255}
	newTableName = &wire.Shape{Type: wire.String, Required: true, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}
	indexName    = &wire.Shape{Type: wire.String, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}

	returnCapacity    = enum("INDEXES", "TOTAL", "NONE")
	returnCollections = enum("SIZE", "NONE")
	returnValues      = enum("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	returnOnFailure   = enum("ALL_OLD", "NONE")
	selectShape       = enum("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	logical           = enum("OR", "AND")
	comparison        = enum("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS")

	conditions = mapOf(structOf("Condition",
		member("AttributeValueList", listOf(attr)),
		member("ComparisonOperator", required(comparison)),
	))
	expected = mapOf(structOf("ExpectedAttributeValue",
		member("AttributeValueList", listOf(attr)),
		member("ComparisonOperator", comparison),
		member("Exists", aBool),
		member("Value", attr),
	))
)

var putItemShape = structOf("PutItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("TableName", tableName),
	member("Item", itemMap),
	member("ConditionalOperator", logical),
	member("Expected", expected),
	member("ReturnValues", returnValues),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
	member("ConditionExpression", aString),
	member("ExpressionAttributeValues", attrMap),
	member("ExpressionAttributeNames", names),
)

var deleteItemShape = structOf("DeleteItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("TableName", tableName),
	member("Key", itemMap),
	member("ConditionalOperator", logical),
	member("Expected", expected),
	member("ReturnValues", returnValues),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
	member("ConditionExpression", aString),
	member("ExpressionAttributeValues", attrMap),
	member("ExpressionAttributeNames", names),
)

var updateItemShape = structOf("UpdateItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("TableName", tableName),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("ReturnValues", returnValues),
	member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
	member("Key", itemMap),
	member("ConditionalOperator", logical),
	member("Expected", expected),
	member("AttributeUpdates", mapOf(structOf("AttributeValueUpdate", member("Action", enum("ADD", "PUT", "DELETE")), member("Value", attr)))),
	member("ConditionExpression", aString),
	member("UpdateExpression", aString),
	member("ExpressionAttributeValues", attrMap),
	member("ExpressionAttributeNames", names),
)

var getItemShape = structOf("GetItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("AttributesToGet", nameList),
	member("TableName", tableName),
	member("Key", itemMap),
	member("ConsistentRead", aBool),
	member("ProjectionExpression", aString),
	member("ExpressionAttributeNames", names),
)

var queryShape = structOf("QueryInput",
	member("Select", selectShape),
	member("IndexName", indexName),
	member("ReturnConsumedCapacity", returnCapacity),
	member("QueryFilter", conditions),
	member("TableName", tableName),
	member("ConditionalOperator", logical),
	member("AttributesToGet", nameList),
	member("Limit", anInt),
	member("KeyConditions", conditions),
	member("ExclusiveStartKey", attrMap),
	member("ConsistentRead", aBool),
	member("ScanIndexForward", aBool),
	member("KeyConditionExpression", aString),
	member("FilterExpression", aString),
	member("ProjectionExpression", aString),
	member("ExpressionAttributeValues", attrMap),
	member("ExpressionAttributeNames", names),
)

var scanShape = structOf("ScanInput",
	member("Select", selectShape),
	member("IndexName", indexName),
	member("TotalSegments", &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 1000000}),
	member("ReturnConsumedCapacity", returnCapacity),
	member("TableName", tableName),
	member("ConditionalOperator", logical),
	member("ScanFilter", conditions),
	member("Segment", &wire.Shape{Type: wire.Int, HasMin: true, Min: 0, Max: 999999}),
	member("Limit", atLeastOne(wire.Int)),
	member("AttributesToGet", nameList),
	member("ExclusiveStartKey", attrMap),
	member("ConsistentRead", aBool),
	member("FilterExpression", aString),
	member("ProjectionExpression", aString),
	member("ExpressionAttributeValues", attrMap),
	member("ExpressionAttributeNames", names),
)

var batchGetShape = structOf("BatchGetItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("RequestItems", &wire.Shape{Type: wire.Map, KeyName: true, Elem: structOf("KeysAndAttributes",
		member("Keys", &wire.Shape{Type: wire.List, Elem: attrMap, Required: true, MinLen: 1}),
		member("AttributesToGet", nameList),
		member("ConsistentRead", aBool),
		member("ProjectionExpression", aString),
		member("ExpressionAttributeNames", names),
	)}),
)

var batchWriteShape = structOf("BatchWriteItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("RequestItems", &wire.Shape{
		Type: wire.Map, KeyName: true, ValMinLen: 1, ValMaxLen: 25,
		Elem: listOf(structOf("WriteRequest",
			member("DeleteRequest", structOf("DeleteRequest", member("Key", itemMap))),
			member("PutRequest", structOf("PutRequest", member("Item", itemMap))),
		)),
	}),
)

var transactGetShape = structOf("TransactGetItemsInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("TransactItems", &wire.Shape{
		Type: wire.List, Required: true, MinLen: 1, MaxLen: 100,
		Elem: structOf("TransactGetItem", member("Get", required(structOf("Get",
			member("TableName", tableName),
			member("Key", itemMap),
			member("ProjectionExpression", aString),
			member("ExpressionAttributeNames", names),
		)))),
	}),
)

func writeAction(name string, extra ...wire.Field) wire.Field {
	f := append(fields{member("TableName", tableName)}, extra...)
	f = append(f,
		member("ExpressionAttributeNames", names),
		member("ExpressionAttributeValues", attrMap),
		member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
	)
	return member(name, structOf(name, f...))
}

var transactWriteShape = structOf("TransactWriteItemsInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("ClientRequestToken", &wire.Shape{Type: wire.String, MinLen: 1, MaxLen: 36}),
	member("TransactItems", &wire.Shape{
		Type: wire.List, Required: true, MinLen: 1, MaxLen: 100,
		Elem: structOf("TransactWriteItem",
			writeAction("ConditionCheck", member("Key", itemMap), member("ConditionExpression", notNull)),
			writeAction("Put", member("Item", itemMap), member("ConditionExpression", aString)),
			writeAction("Delete", member("Key", itemMap), member("ConditionExpression", aString)),
			writeAction("Update", member("Key", itemMap), member("ConditionExpression", aString), member("UpdateExpression", notNull)),
		),
	}),
)
