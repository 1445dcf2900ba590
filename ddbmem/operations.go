package ddbmem

// operations is the whole API, by the target of the request.
var operations = map[string]*operation{}

func init() {
	for _, op := range []*operation{
		{name: "CreateTable", shape: createTableShape, run: createTable, named: true},
		{name: "UpdateTable", shape: updateTableShape, run: updateTable, named: true},
		{name: "DescribeTable", shape: namedTableShape, run: describeTable, named: true},
		{name: "DeleteTable", shape: namedTableShape, run: deleteTable, named: true},
		{name: "ListTables", shape: listTablesShape, run: listTables},
		{name: "UpdateTimeToLive", shape: updateTTLShape, run: updateTimeToLive, named: true},
		{name: "DescribeTimeToLive", shape: namedTableShape, run: describeTimeToLive, named: true},
		{name: "PutItem", shape: putItemShape, run: putItem, fault: writeCall},
		{name: "GetItem", shape: getItemShape, run: getItem, fault: readCall},
		{name: "UpdateItem", shape: updateItemShape, run: updateItem, fault: writeCall},
		{name: "DeleteItem", shape: deleteItemShape, run: deleteItem, fault: writeCall},
		{name: "Query", shape: queryShape, run: query, fault: readCall},
		{name: "Scan", shape: scanShape, run: scan, fault: readCall},
		{name: "BatchGetItem", shape: batchGetShape, run: batchGetItem, fault: readCall},
		{name: "BatchWriteItem", shape: batchWriteShape, run: batchWriteItem, fault: writeCall},
		{name: "TransactGetItems", shape: transactGetShape, run: transactGetItems, fault: readCall},
		{name: "TransactWriteItems", shape: transactWriteShape, run: transactWriteItems, fault: writeCall},
		{name: "TagResource", shape: tagShape, run: tagResource},
		{name: "UntagResource", shape: untagShape, run: untagResource},
		{name: "ListTagsOfResource", shape: listTags, run: listTagsOfResource},
		{name: "ListStreams", shape: listStreamsShape, run: listStreams, streams: true},
		{name: "DescribeStream", shape: describeStreamShape, run: describeStream, streams: true},
		{name: "GetShardIterator", shape: shardIteratorShape, run: getShardIterator, streams: true},
		{name: "GetRecords", shape: getRecordsShape, run: getRecords, streams: true},
	} {
		target := tableTarget
		if op.streams {
			target = streamsTarget
		}
		operations[target+op.name] = op
	}
}
