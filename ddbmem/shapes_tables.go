package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

var (
	throughput = structOf("ProvisionedThroughput",
		member("WriteCapacityUnits", required(atLeastOne(wire.Long))),
		member("ReadCapacityUnits", required(atLeastOne(wire.Long))),
	)
	onDemand = structOf("OnDemandThroughput",
		member("MaxReadRequestUnits", aLong),
		member("MaxWriteRequestUnits", aLong),
	)
	keyElement = structOf("KeySchemaElement",
		member("AttributeName", &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: 255}),
		member("KeyType", required(enum("HASH", "RANGE"))),
	)
	keySchema = &wire.Shape{Type: wire.List, Required: true, MinLen: 1, MaxLen: 2, Elem: keyElement}
	gsiSchema = &wire.Shape{Type: wire.List, Required: true, MinLen: 1, MaxLen: 8, Elem: keyElement}
	attrDefs  = listOf(structOf("AttributeDefinition",
		member("AttributeName", &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: 255}),
		member("AttributeType", required(enum("B", "N", "S"))),
	))
	projection = required(structOf("Projection",
		member("ProjectionType", enum("ALL", "INCLUDE", "KEYS_ONLY")),
		member("NonKeyAttributes", &wire.Shape{Type: wire.List, MinLen: 1, MaxLen: 20, Elem: &wire.Shape{Type: wire.String, MinLen: 1, MaxLen: 255}}),
	))
	billing    = enum("PROVISIONED", "PAY_PER_REQUEST")
	tableClass = enum("STANDARD", "STANDARD_INFREQUENT_ACCESS")
	streamSpec = structOf("StreamSpecification",
		member("StreamEnabled", required(aBool)),
		member("StreamViewType", enum("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")),
	)
	sse = structOf("SSESpecification",
		member("Enabled", aBool),
		member("SSEType", enum("AES256", "KMS")),
		member("KMSMasterKeyId", aString),
	)
	tags = listOf(structOf("Tag",
		member("Key", &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: 128}),
		member("Value", &wire.Shape{Type: wire.String, Required: true, MaxLen: 256}),
	))
	warm = structOf("WarmThroughput",
		member("ReadUnitsPerSecond", aLong),
		member("WriteUnitsPerSecond", aLong),
	)
	globalIndex = structOf("GlobalSecondaryIndex",
		member("IndexName", required(indexName)),
		member("KeySchema", gsiSchema),
		member("Projection", projection),
		member("ProvisionedThroughput", throughput),
		member("OnDemandThroughput", onDemand),
		member("WarmThroughput", warm),
	)
)

var createTableShape = structOf("CreateTableInput",
	member("AttributeDefinitions", required(attrDefs)),
	member("TableName", newTableName),
	member("BillingMode", billing),
	member("ProvisionedThroughput", throughput),
	member("KeySchema", keySchema),
	member("GlobalSecondaryIndexes", listOf(globalIndex)),
	member("LocalSecondaryIndexes", listOf(structOf("LocalSecondaryIndex",
		member("IndexName", required(indexName)),
		member("KeySchema", keySchema),
		member("Projection", projection),
	))),
	member("StreamSpecification", streamSpec),
	member("SSESpecification", sse),
	member("Tags", tags),
	member("TableClass", tableClass),
	member("DeletionProtectionEnabled", aBool),
	member("OnDemandThroughput", onDemand),
	member("WarmThroughput", warm),
	member("ResourcePolicy", aString),
)

var updateTableShape = structOf("UpdateTableInput",
	member("AttributeDefinitions", attrDefs),
	member("TableName", newTableName),
	member("BillingMode", billing),
	member("ProvisionedThroughput", throughput),
	member("GlobalSecondaryIndexUpdates", listOf(structOf("GlobalSecondaryIndexUpdate",
		member("Update", structOf("UpdateGlobalSecondaryIndexAction",
			member("IndexName", required(indexName)),
			member("ProvisionedThroughput", throughput),
			member("OnDemandThroughput", onDemand),
			member("WarmThroughput", warm),
		)),
		member("Create", structOf("CreateGlobalSecondaryIndexAction", globalIndex.Fields...)),
		member("Delete", structOf("DeleteGlobalSecondaryIndexAction", member("IndexName", required(indexName)))),
	))),
	member("StreamSpecification", streamSpec),
	member("SSESpecification", sse),
	member("ReplicaUpdates", &wire.Shape{Type: wire.List, MinLen: 1, Elem: structOf("ReplicationGroupUpdate")}),
	member("TableClass", tableClass),
	member("DeletionProtectionEnabled", aBool),
	member("OnDemandThroughput", onDemand),
	member("WarmThroughput", warm),
)

var namedTableShape = structOf("DescribeTableInput", member("TableName", newTableName))

var listTablesShape = structOf("ListTablesInput",
	member("Limit", &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 100}),
	member("ExclusiveStartTableName", indexName),
)

var backedUpShape = structOf("DescribeContinuousBackupsInput", member("TableName", newTableName))

var listGlobalShape = structOf("ListGlobalTablesInput",
	member("ExclusiveStartGlobalTableName", &wire.Shape{Type: wire.String, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}),
	member("Limit", atLeastOne(wire.Int)),
	member("RegionName", aString),
)

var updateTTLShape = structOf("UpdateTimeToLiveInput",
	member("TableName", newTableName),
	member("TimeToLiveSpecification", required(structOf("TimeToLiveSpecification",
		member("Enabled", required(aBool)),
		member("AttributeName", &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: maxTTLName}),
	))),
)

// Tagging has its own message for a missing member.
var (
	tagShape   = structOf("TagResourceInput", member("ResourceArn", aString), member("Tags", tags))
	untagShape = structOf("UntagResourceInput", member("ResourceArn", aString), member("TagKeys", listOf(aString)))
	listTags   = structOf("ListTagsOfResourceInput", member("ResourceArn", aString), member("NextToken", aString))
)

var streamArn = &wire.Shape{Type: wire.String, Required: true, MinLen: 37, MaxLen: 1024}

var listStreamsShape = structOf("ListStreamsInput",
	member("TableName", &wire.Shape{Type: wire.String, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 255}),
	member("Limit", &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 100}),
	member("ExclusiveStartStreamArn", &wire.Shape{Type: wire.String, MinLen: 37, MaxLen: 1024}),
)

var describeStreamShape = structOf("DescribeStreamInput",
	member("StreamArn", streamArn),
	member("Limit", &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 100}),
	member("ExclusiveStartShardId", &wire.Shape{Type: wire.String, MinLen: 28, MaxLen: 65}),
	member("ShardFilter", structOf("ShardFilter",
		member("Type", required(enum("CHILD_SHARDS"))),
		member("ShardId", &wire.Shape{Type: wire.String, Required: true, MinLen: 28, MaxLen: 65}),
	)),
)

var shardIteratorShape = structOf("GetShardIteratorInput",
	member("StreamArn", streamArn),
	member("ShardId", &wire.Shape{Type: wire.String, Required: true, MinLen: 28, MaxLen: 65}),
	member("ShardIteratorType", required(enum("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"))),
	member("SequenceNumber", &wire.Shape{Type: wire.String, MinLen: 21, MaxLen: 40}),
	member("Timestamp", &wire.Shape{Type: wire.Double}),
)

var getRecordsShape = structOf("GetRecordsInput",
	member("ShardIterator", &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: 2048}),
	member("Limit", &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 1000}),
)
