package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// operations is the whole API, by the target of the request.
var operations = map[string]*operation{}

// api is the whole API in the order of the documentation.
var api []*operation

func init() {
	api = []*operation{
		{name: "CreateTable", shape: createTableShape, run: createTable, named: true, does: "key schemas, local and global indexes, multi-attribute index keys, stream, tags, billing"},
		{name: "UpdateTable", shape: updateTableShape, run: updateTable, named: true, does: "add and delete a global index with backfill, billing, stream, class, protection"},
		{name: "DescribeTable", shape: namedTableShape, run: describeTable, named: true, does: "with exact item counts and sizes"},
		{name: "DeleteTable", shape: namedTableShape, run: deleteTable, named: true, does: "unless protected"},
		{name: "ListTables", shape: listTablesShape, run: listTables, does: "in pages"},
		{name: "UpdateTimeToLive", shape: updateTTLShape, run: updateTimeToLive, named: true, does: "expiry on the engine's clock"},
		{name: "DescribeTimeToLive", shape: namedTableShape, run: describeTimeToLive, named: true},
		{name: "PutItem", shape: putItemShape, run: putItem, fault: writeCall, layer: wire.Enveloped, does: "conditions, old values"},
		{name: "GetItem", shape: getItemShape, run: getItem, fault: readCall, layer: wire.Plain, does: "projections"},
		{name: "UpdateItem", shape: updateItemShape, run: updateItem, fault: writeCall, layer: wire.Enveloped, does: "SET, REMOVE, ADD, DELETE; conditions; all return values"},
		{name: "DeleteItem", shape: deleteItemShape, run: deleteItem, fault: writeCall, layer: wire.Enveloped, does: "conditions, old values"},
		{name: "Query", shape: queryShape, run: query, fault: readCall, layer: wire.Plain, does: "tables and indexes, filters, projections, pages, both directions"},
		{name: "Scan", shape: scanShape, run: scan, fault: readCall, does: "tables and indexes, filters, projections, pages, segments"},
		{name: "BatchGetItem", shape: batchGetShape, run: batchGetItem, fault: readCall, layer: wire.Plain, does: "up to 100 keys and 16 MB"},
		{name: "BatchWriteItem", shape: batchWriteShape, run: batchWriteItem, fault: writeCall, does: "up to 25 requests"},
		{name: "TransactGetItems", shape: transactGetShape, run: transactGetItems, fault: readCall, does: "up to 100 items and 4 MB, one snapshot"},
		{name: "TransactWriteItems", shape: transactWriteShape, run: transactWriteItems, fault: writeCall, does: "up to 100 items and 4 MB, all or nothing, idempotency tokens"},
		{name: "ExecuteStatement", shape: statementShape, run: executeStatement, fault: writeCall, optional: true, does: "SELECT, INSERT, UPDATE, DELETE; with Options.PartiQL"},
		{name: "BatchExecuteStatement", shape: batchStatementShape, run: batchExecuteStatement, fault: writeCall, optional: true, does: "up to 25 statements; with Options.PartiQL"},
		{name: "ExecuteTransaction", shape: transactStatementShape, run: executeTransaction, fault: writeCall, optional: true, does: "up to 100 statements, EXISTS too; with Options.PartiQL"},
		{name: "TagResource", shape: tagShape, run: tagResource},
		{name: "UntagResource", shape: untagShape, run: untagResource},
		{name: "ListTagsOfResource", shape: listTags, run: listTagsOfResource},
		{name: "DescribeLimits", shape: structOf("DescribeLimitsInput"), run: describeLimits, does: "the quotas of a new account"},
		{name: "DescribeEndpoints", shape: structOf("DescribeEndpointsRequest"), at: describeEndpoints, does: "the address of the request"},
		{name: "DescribeContinuousBackups", shape: backedUpShape, run: describeContinuousBackups, does: "point-in-time recovery is off"},
		{name: "ListGlobalTables", shape: listGlobalShape, run: listGlobalTables, does: "always empty"},
		{name: "ListStreams", shape: listStreamsShape, run: listStreams, streams: true, does: "also those of deleted tables, for 24 hours"},
		{name: "DescribeStream", shape: describeStreamShape, run: describeStream, streams: true, does: "shards with their parents"},
		{name: "GetShardIterator", shape: shardIteratorShape, run: getShardIterator, streams: true, does: "TRIM_HORIZON, LATEST, AT_ and AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP"},
		{name: "GetRecords", shape: getRecordsShape, run: getRecords, streams: true, does: "for 24 hours, up to 1000 records and 1 MB"},
	}
	for _, op := range api {
		target := tableTarget
		if op.streams {
			target = streamsTarget
		}
		operations[target+op.name] = op
	}
}
