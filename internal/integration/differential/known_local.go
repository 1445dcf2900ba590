package differential

import "strings"

// evaluation matches the errors of an update that depend on the item.
const evaluation = `document path provided in the update|refers to an attribute that does not exist|An operand in the update expression|more than 38 significant digits|Number overflow`

// dynamodbLocal are the differences of DynamoDB Local 3.3.1.
var dynamodbLocal = []Difference{
	// Keys.
	difference("PutItem", `Missing the key \w+ in the item`, `One of the required keys was not given a value`,
		"it does not name the key", byDynalite(`putItem.js "should return ValidationException if missing key"`)),
	difference("BatchWriteItem", `The provided key element does not match the schema`, `One of the required keys was not given a value|Item to put in PutItem cannot be null`,
		"its texts for the keys of a batch are those for a put",
		byDynalite(`batchWriteItem.js "should return ValidationException if key does not match schema"`)),
	difference("PutItem|BatchWriteItem|UpdateItem|TransactWriteItems", `Type mismatch for Index Key \w+ Expected: \w+ Actual: \w+ IndexName`, `Type mismatch for Index Key`,
		"it does not name the key", byDynalite(`putItem.js "should return ValidationException if secondary index key is incorrect type"`)),
	difference("PutItem", `Type mismatch for key \w+ expected: \w+ actual: \w+`, `Type mismatch for key|The provided key element does not match the schema`,
		"it does not name the key", byDynalite(`putItem.js "should return ValidationException if type mismatch for key"`)),
	difference(".*", `The provided key element does not match the schema`, `Type mismatch for key`,
		"its text for the type of a key is that for an item", byDynalite(`getItem.js "should return ValidationException if key does not match schema"`)),
	difference(".*", `Query condition missed key schema element: \w+`, `Query condition missed key schema element`,
		"it does not name the key", suite(`tier3/error-messages/query.test.ts "missing hash key in KeyConditionExpression"`)),
	difference("BatchGetItem", `The provided key element does not match the schema`, `has one or more empty keys`, "its text for an empty key differs",
		byDynalite(`batchGetItem.js "should return ValidationException if key does not match schema"`)),
	difference("PutItem|UpdateItem|BatchWriteItem", `IndexName: gsi`, `IndexName: lsi`, "it checks local indexes before global ones; AWS names the first by name",
		captured(`tests/index_key_validation.rs put_names_alphabetically_first_index_for_shared_attribute`)),

	// Parameters.
	difference("Query|Scan", `at '[lL]imit' failed to satisfy constraint`, `Value at 'Limit'`, "its text for a Limit of 0 differs",
		suite(`tier3/error-messages/scan.test.ts "Limit of 0: full minimum-value error"`)),
	difference(".*", `AttributeValue: \{B:`, `HeapByteBuffer`, "it prints a Java object", none("AWS is on record for S and N only")),
	difference(".*", `enum value set`, `Return values set to invalid value|Select must be`, "its text for an invalid enumeration value differs",
		suite(`tier3/error-messages/query.test.ts "invalid Select value"`)),
	difference(".*", `at 'returnConsumedCapacity' failed to satisfy constraint`, ``, "it accepts any ReturnConsumedCapacity",
		document("APIReference/API_PutItem.html")+": Valid Values: INDEXES | TOTAL | NONE"),
	difference(".*", `can only be specified when using expressions`, ``, "it overlooks an empty ExpressionAttributeNames or ExpressionAttributeValues",
		byDynalite(`deleteItem.js "should return ValidationException if ExpressionAttributeNames but no ConditionExpression"`)),
	difference("UpdateItem", `is not defined; attribute value`, `is not defined; attribute value`, "it reports a different one of several values",
		none("dynalite's updateItem.js takes any")),
	difference("UpdateItem|PutItem|DeleteItem|GetItem|Query|Scan", `is not defined; attribute name`, `is not defined; attribute name`, "it reports a different one of several names",
		byDynalite(`scan.js "should return ValidationException for missing attribute names": the first in the text`)),
	difference("Query|Scan|GetItem", `must be scalars`, `must be scalars`, "it reports a different one of several keys", none("AWS documents no order")),
	difference(".*", `lower bound operand`, `lower bound operand`, "it shows numbers as they were written", none("AWS's text for 1.0 is not known")),
	difference("Query|Scan", `does not project \[`, `does not project \[`, "it lists attributes in another order", none("AWS documents no order")),

	// Updates.
	difference("UpdateItem|PutItem|DeleteItem", `Key attributes must be scalars`, `ConditionalCheckFailedException|Key attributes must be scalars`,
		"it evaluates the condition before it checks the paths of the update", none("AWS documents no order")),
	difference("UpdateItem", `Cannot update attribute|Type mismatch for Index Key`, `ConditionalCheckFailedException|Key attributes must be scalars`,
		"it evaluates the condition before it checks the targets of the update", none("AWS documents no order")),
	difference("UpdateItem", `action (with value )?is not supported|Only DELETE action`, `ConditionalCheckFailedException`,
		"it evaluates Expected before it checks the actions of AttributeUpdates",
		byDynalite(`updateItem.js "should return ValidationException if update has no value": refused without a table`)),
	difference("UpdateItem|TransactWriteItems", `overlap with each other`, `overlap with each other`, "it names another pair of overlapping paths",
		none("AWS names now the one, now the other: the cases that dynalite's updateItem.js comments out")),
	difference("UpdateItem", `Type mismatch for Index Key|secondary index key to unsupported type`, `The provided key element does not match the schema|Type mismatch for Index Key`,
		"it does not distinguish a wrong type in an update from one in a key", byDynalite(`updateItem.js "should return ValidationException if trying to update existing index"`)),
	difference("UpdateItem|TransactWriteItems|ExecuteStatement", evaluation+`|Type mismatch for Index Key`, evaluation+`|ConditionalCheckFailed`,
		"it reports a different one of several errors in an update", none("AWS documents no order")),
	difference("UpdateItem|TransactWriteItems", `Type mismatch for Index Key|secondary index key to unsupported type`, `^\{`,
		"it lets an update give the key of a local index a wrong type", alternator(`test_lsi.py test_lsi_wrong_type_attribute_update`)),

	// Pages and projections.
	difference("Query", `"LastEvaluatedKey"`, `^\{`, "it leaves out LastEvaluatedKey where a Limit meets the last item that the key condition allows; AWS does both",
		document("developerguide/Query.Pagination.html")+"; with the key: "+reported("aws/aws-sdk-js/issues/1981")).when(func(d dispute) bool {
		pages := strings.Split(d.ours, "\n")
		last := len(pages) - 2 // the page after it is empty
		if last < 0 || !strings.Contains(pages[last+1], `"ScannedCount":0`) {
			return false
		}
		pages[last] = without(pages[last], []string{"LastEvaluatedKey"})
		return strings.Join(pages[:last+1], "\n") == d.theirs
	}),
	difference("Scan", `"Items"`, `"Items"`, "it filters a scan of an index by attributes that the index does not project",
		captured(`tests/partiql_index_qualifier.rs Q7, Q29, Q35, Q37, of PartiQL`), "Items", "Count", "ConsumedCapacity").when(func(d dispute) bool {
		return d.request.body["FilterExpression"] != nil && d.partial()
	}),

	difference("BatchGetItem", `"Responses"`, `"Responses"`, "it returns an item for each spelling of its number",
		alternator(`test_batch.py test_batch_get_item_duplicate_number_key`), "Responses"),

	// Transactions.
	difference("TransactWriteItems", `The conditional request failed"`, `The conditional request failed\."`, "it ends the message with a full stop",
		suite(`tier3/error-messages/transactWriteItems.test.ts "one passing, one failing: positional reason codes"`)),
	difference("Transact.*", `\bValidationError\b`, `^ValidationException|^TransactionCanceledException: [^T]`, "it rejects the request instead of cancelling the transaction",
		suite(`tier3/error-messages/transactGetItems.test.ts "missing key attribute: action-level ValidationError surfaces as TransactionCanceledException"`)),
	difference("TransactWriteItems|TransactGetItems", `multiple operations on one item`, ``, "it does not notice two operations on one binary key, or reports another error first",
		document("developerguide/transaction-apis.html")),
	difference("TransactGetItems|TransactWriteItems", `ValidationError`, `^TransactionCanceledException: `, "it gives another reason, or none",
		alternator(`test_transact.py test_transact_write_cancellation_reasons_validationerror`)),
	difference("TransactWriteItems", `Key attributes must be scalars`, `^\{`, "it looks into key attributes in a ConditionCheck", none("it rejects that elsewhere")),

	// Statements.
	difference("ExecuteStatement", `DuplicateItemException`, `DuplicateItem:`, "it calls the exception by another name",
		document("APIReference/API_ExecuteStatement.html")+": Errors, DuplicateItemException"),
	difference("ExecuteStatement", `does not project one or more filter attributes`, `"Items"`, "it filters a keyed SELECT by attributes that the index does not project",
		captured(`tests/partiql_index_qualifier.rs a_keyed_read_rejects_a_filter…`)),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it filters a SELECT on an index by attributes that the index does not project",
		captured(`tests/partiql_index_qualifier.rs an_unkeyed_read_accepts…`)).when(func(d dispute) bool { return d.partial() }),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it loses a condition where AND joins several with an OR or a NOT among them",
		none("the items that it returns do not meet the condition")).when(func(d dispute) bool {
		text, _ := d.request.body["Statement"].(string)
		return (strings.Contains(text, " OR ") || strings.Contains(text, "NOT ")) && strings.Count(text, " AND ") > 1
	}),

	// Capacity.
	difference("Query|Scan|BatchGetItem", `"CapacityUnits"`, `"CapacityUnits":0[,}]`, "it charges nothing for a page, or a key, on which nothing was found",
		byDynalite(`batchGetItem.js "should return ConsumedCapacity from each specified table with no consistent read and small item"; of pages none found`), "ConsumedCapacity"),
	difference("BatchGetItem", `"CapacityUnits"`, `"CapacityUnits"`, "it charges nothing for items that do not exist",
		document("developerguide/read-write-operations.html"), "ConsumedCapacity"),
	difference("PutItem|UpdateItem|DeleteItem|BatchWriteItem", `"CapacityUnits"`, `"CapacityUnits"`,
		"it charges an index for an item that has only some of its key attributes and so is not in it",
		document("developerguide/bp-indexes-general-sparse-indexes.html"), "ConsumedCapacity").when(func(d dispute) bool { return units(d.theirs) > units(d.ours) }),
	difference("Scan|Query", `"CapacityUnits"`, `"CapacityUnits"`, "it fetches what a local index does not project without charging for it",
		document("APIReference/API_Query.html")+": Select", "ConsumedCapacity").when(func(d dispute) bool {
		return d.partial()
	}),
	difference("DeleteItem", `^\{`, `"ConsumedCapacity"`, "it reports capacity that was not asked for",
		document("APIReference/API_DeleteItem.html")+": ReturnConsumedCapacity", "ConsumedCapacity"),
	difference("Transact.*", `"ConsumedCapacity"`, `"ConsumedCapacity"`,
		"it charges half for transactions, and leaves out ReadCapacityUnits and WriteCapacityUnits; on AWS the table's units are doubled, an index's are not",
		captured(`tests/partiql_index_consumed_capacity.rs a_transactional_insert_doubles_the_table_arm_only`), "ConsumedCapacity"),
	difference("BatchWriteItem", `"ConsumedCapacity"`, `"ConsumedCapacity"`, "it charges indexes for the deletion of an item that does not exist",
		captured(`tests/index_consumed_capacity.rs delete_item_in_no_index`), "ConsumedCapacity"),
}
