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

// enumNewer is an enum whose values have other names in the messages of newer layers.
func enumNewer(newer string, values ...string) *wire.Shape {
	s := enum(values...)
	s.Newer = "Failed to satisfy constraint: Member must satisfy enum value set: " + newer
	return s
}

// alone is a shape whose violated constraint newer layers report alone.
func alone(s *wire.Shape) *wire.Shape {
	c := *s
	c.Alone = true
	return &c
}

func listOf(elem *wire.Shape) *wire.Shape { return &wire.Shape{Type: wire.List, Elem: elem} }

func mapOf(elem *wire.Shape) *wire.Shape { return &wire.Shape{Type: wire.Map, Elem: elem} }

// shown is a structure that messages show with these members.
func shown(s *wire.Shape, members ...string) *wire.Shape {
	s.Shown = members
	return s
}

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

	// tableName is the shape in item operations; table operations check theirs first, see operation.table.
	tableName = &wire.Shape{
		Type: wire.String, Required: true, Pattern: wire.NamePattern, MinLen: 1, MaxLen: 255,
		At: true, Alone: true,
	}
	newTableName = &wire.Shape{Type: wire.String, Required: true, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}
	indexName    = &wire.Shape{Type: wire.String, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}

	returnCapacity    = enum("INDEXES", "TOTAL", "NONE")
	returnCollections = enum("SIZE", "NONE")
	returnValues      = enumNewer("[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	returnOnFailure   = enum("ALL_OLD", "NONE")
	selectShape       = enum("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	logical           = alone(enumNewer("[ALL, OR]", "OR", "AND"))
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
	member("ReturnValues", alone(returnValues)),
	member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
	member("ConditionalOperator", logical),
	member("Key", itemMap),
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
	member("RequestItems", &wire.Shape{Type: wire.Map, KeyName: true, Echo: true, Elem: structOf("KeysAndAttributes",
		member("Keys", &wire.Shape{Type: wire.List, Elem: attrMap, Required: true, MinLen: 1, At: true}),
		member("AttributesToGet", nameList),
		member("ConsistentRead", aBool),
		member("ProjectionExpression", aString),
		member("ExpressionAttributeNames", names),
	)}),
	member("ReturnConsumedCapacity", returnCapacity),
)

var batchWriteShape = structOf("BatchWriteItemInput",
	member("ReturnConsumedCapacity", returnCapacity),
	member("ReturnItemCollectionMetrics", returnCollections),
	member("RequestItems", &wire.Shape{
		Type: wire.Map, KeyName: true, KeysLast: true, ValMinLen: 1, ValMaxLen: 25,
		Elem: listOf(shown(structOf("WriteRequest",
			member("DeleteRequest", shown(structOf("DeleteRequest", member("Key", itemMap)), "Key", "WorkloadProfileName")),
			member("PutRequest", shown(structOf("PutRequest", member("Item", itemMap)), "Item", "WorkloadProfileName")),
		), "PutRequest", "DeleteRequest")),
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
	member("ClientRequestToken", &wire.Shape{Type: wire.String, MinLen: 1, MaxLen: 36}),
	member("ReturnConsumedCapacity", returnCapacity),
	member("ReturnItemCollectionMetrics", returnCollections),
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
