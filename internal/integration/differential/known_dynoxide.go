package differential

import "strings"

// dynoxideOnly are the differences of dynoxide 1.2.1.
var dynoxideOnly = of("dynoxide",
	// Checks of expressions.
	difference(".*", `Syntax error|Invalid function name`, `Invalid \w+Expression: |Expected|Unexpected|Syntax error`, "its texts for syntax errors differ",
		byDynalite(`query.js, scan.js, getItem.js, updateItem.js "should return ValidationException for syntax errors…"`)),
	difference(".*", `Invalid \w+Expression: An expression attribute`, `^ValidationException: An expression attribute`, "it does not say which expression",
		byDynalite(`scan.js "should return ValidationException for missing attribute names", "… values"`)),
	difference(".*", `unused in expressions`, `^\{|^ConditionalCheckFailed|^TransactionCanceled|No fields|^ValidationException: `,
		"it checks for unused names and values after the condition, and only in evaluated parts",
		alternator(`test_condition_expression.py test_update_condition_unused_entries_failed, …_short_circuit; test_transact.py test_transact_write_items_unused_value`)),
	difference(".*", `is not defined; attribute|Invalid attribute type name found|can not be empty|The BETWEEN operator requires`, `^\{|^ConditionalCheckFailed|^TransactionCanceled`, "it checks them only when it evaluates them",
		byDynalite(`scan.js "should return ValidationException for missing attribute names", "… for attribute_type with incorrect value", "… for empty ProjectionExpression"; deleteItem.js "… if ConditionExpression BETWEEN args are in the incorrect order"`)),
	difference("TransactWriteItems", `can only be specified when using expressions|The BETWEEN operator requires`, `^TransactionCanceled`,
		"it cancels the transaction where an invalid expression should reject the request, or evaluates it later",
		alternator(`test_transact.py test_transact_write_items_syntax_error, …_unused_value`)),
	difference(".*", `The first operand must be distinct`, `^\{|^ConditionalCheckFailed|^TransactionCanceled|`+evaluation, "it compares an attribute with itself",
		byDynalite(`scan.js "should return ValidationException for non-distinct expressions"`)),
	difference(".*", `Incorrect operand type for operator or function`, `^\{|^ConditionalCheckFailed|^TransactionCanceled|UPDATE requires|Unknown operator`,
		"it compares values that have no order, and looks for the beginning of a number",
		byDynalite(`scan.js "should return ValidationException for functions with incorrect operand type"; query.js "… for invalid operand types"`)),
	difference(".*", `Key attributes must be scalars`, `^\{|^ConditionalCheckFailed|^TransactionCanceled|^ValidationException: `, "it looks into key attributes",
		byDynalite(`scan.js "should return ValidationException for non-scalar key access"; getItem.js, query.js, updateItem.js "… index access", "… update index map"`)),
	difference(".*", `Two document paths (conflict|overlap)`, `^\{|^ConditionalCheckFailed|^TransactionCanceled|^ValidationException: `,
		"it overlooks paths that conflict, or evaluates the condition first",
		byDynalite(`getItem.js, updateItem.js "should return ValidationException for conflicting paths…", "… overlapping paths…"`)),
	difference("Query", `KeyConditionExpression|number of query conditions|Query key condition|Query condition missed|Incorrect operand type|Consistent reads|Condition parameter type|only contain one condition|of length 1 or 2 only|first operand must be`,
		`KeyConditionExpression|no sort key|reserved keyword|Expected |Cannot convert`,
		"its texts for invalid key conditions differ, and it stops after two conditions",
		byDynalite(`query.js "should return ValidationException for nested attributes", "… for invalid operators", "… for multiple conditions per key"`)),
	difference("Query|Scan", `Filter Expression can only contain non-primary key attributes`, `Filter Expression can only contain non-primary key attributes`,
		"it reports a different one of several keys", none("AWS documents no order")),

	// Keys.
	difference("Query", `Condition parameter type does not match schema type`, `^\{|Cannot convert partition key value`, "it accepts a condition of another type than the key",
		alternator(`test_key_condition_expression.py test_key_condition_expression_wrong_type`)),
	difference("Query", `cannot contain an empty (string|binary) value`, `^\{`, "it accepts a condition with an empty key",
		none("AWS is on record for GetItem: dynalite's getItem.js; DynamoDB Local refuses the condition too")),
	difference("TransactGetItems", `^ValidationException: One or more parameter values are not valid`, `^TransactionCanceledException`,
		"it cancels the transaction where an empty key should reject the request, as in its own TransactWriteItems",
		captured(`tests/transactions.rs test_transact_put_empty_string_table_key_is_top_level_validation, of writes`)),
	difference("ExecuteStatement", `"Items"`, `"Items":\[\]`, "its begins_with finds nothing in a key of type B", none("DynamoDB Local finds the items"), "Items").when(func(d dispute) bool {
		return says(d, "begins_with(")
	}),
	difference("Query|ExecuteStatement", `"Count"|"Items"`, `"Count"|"Items"`, "its begins_with ignores case",
		document("developerguide/Query.KeyConditionExpressions.html")+": string comparisons by UTF-8 bytes",
		"Items", "Count", "ScannedCount", "LastEvaluatedKey", "ConsumedCapacity", "Order").when(func(d dispute) bool {
		condition, _ := d.request.body["KeyConditionExpression"].(string)
		return strings.Contains(condition, "begins_with") || says(d, "begins_with(") || compares(d, "BEGINS_WITH")
	}),

	// Updates.
	difference("UpdateItem|TransactWriteItems", `document path provided in the update expression`, `^\{|An operand in the update expression|refers to an attribute`,
		"it lets ADD, DELETE, REMOVE and SET ignore a missing path, or replaces a value by a map",
		alternator(`test_update_expression.py test_nested_attribute_update_bad_path_dot, …_array`)),
	difference("UpdateItem|TransactWriteItems", `Type mismatch for Index Key`, `^\{|Type mismatch for Index Key|unsupported type`, "it checks the type of what comes out, not those of all values that an expression may give",
		byDynalite(`updateItem.js "should return ValidationException if trying to update wrong type on index"`)).when(func(d dispute) bool {
		return strings.Contains(canonical(d.request.body), "if_not_exists")
	}),
	difference("UpdateItem|TransactWriteItems", `secondary index key to unsupported type`, `Type mismatch for Index Key`, "its text for a type from the item is that for a type from a value",
		byDynalite(`updateItem.js "should return ValidationException if trying to update existing index"`)),
	difference("UpdateItem|TransactWriteItems", evaluation+`|Type mismatch for Index Key`, evaluation+`|ConditionalCheckFailed`,
		"it reports a different one of several errors in an update", none("AWS documents no order")),
	difference("UpdateItem", `^\{`, `"Attributes"`, "it returns the key as the old values of an item that did not exist",
		alternator(`test_returnvalues.py test_update_item_returnvalues_all_old`), "Attributes").when(func(d dispute) bool {
		return d.request.body["ReturnValues"] == "ALL_OLD" && !strings.Contains(d.ours, `"Attributes"`)
	}),
	difference("UpdateItem", `action (with value )?is not supported for the type`, `action (with value )?is not supported for the type`, "it reports a different one of several actions",
		none("AWS documents no order")),
	difference("UpdateItem|PutItem|DeleteItem", `Value cannot be used when Exists is false`, `Value cannot be used when Exists is false`,
		"it reports a different one of several attributes", none("AWS documents no order")),
	difference("Query|Scan|UpdateItem|PutItem|DeleteItem", `ComparisonOperator \w+ is not valid`, `ComparisonOperator \w+ is not valid|Cannot convert`,
		"it reports a different one of several comparisons", none("AWS documents no order")),

	// Transactions.
	difference("TransactWriteItems|TransactGetItems", `\[(None, )*ValidationError`, `^TransactionCanceledException`,
		"it continues after a ValidationError, and returns the reasons of later parts",
		alternator(`test_transact.py test_transact_write_cancellation_reasons_validationerror`)),
	difference("TransactGetItems", `"Responses"`, `"Responses"`, "it adds the key to what a projection asks for, and leaves out an item of which a projection finds nothing",
		alternator(`test_transact.py test_transact_get_items_projection_expression`), "Responses").when(func(d dispute) bool {
		return strings.Contains(canonical(d.request.body), `"ProjectionExpression"`)
	}),
	difference("TransactGetItems|TransactWriteItems", `multiple operations on one item`, `^TransactionCanceledException`, "it reports a different one of several errors",
		none("AWS documents no order")),
	difference("TransactWriteItems", `\[(None, )*ValidationError`, `multiple operations on one item`, "it reports a different one of several errors",
		none("AWS documents no order")),
	difference("TransactWriteItems", `Cannot update attribute`, `^\{`, "it lets ADD and DELETE name a key attribute",
		document("APIReference/API_UpdateItem.html")+": UpdateExpression; "+byDynalite(`updateItem.js "should return ValidationException if trying to update key"`)),

	// Indexes, pages and capacity.
	difference("Query|ExecuteStatement", `Global secondary index \w+ does not project`, `^\{|does not project|Unknown operator`, "it lets a query ask an index for attributes that it lacks",
		document("APIReference/API_Query.html")+": Select; the words: "+captured(`tests/partiql_index_qualifier.rs`)),
	difference("Scan", `"LocalSecondaryIndexes"`, `"ConsumedCapacity"`, "it charges the scan of a local index to the table",
		document("APIReference/API_ConsumedCapacity.html")+": LocalSecondaryIndexes", "ConsumedCapacity"),

	difference("BatchGetItem", `"Responses"`, `"Responses"`, "it returns and charges an item for each spelling of its number",
		alternator(`test_batch.py test_batch_get_item_duplicate_number_key`), "Responses", "ConsumedCapacity").when(func(d dispute) bool {
		return d.table.hash.kind == "N" || d.table.sort != nil && d.table.sort.kind == "N"
	}),

	// The parameters from before expressions.
	difference(".*", `NOT_CONTAINS|^ConditionalCheckFailed|"Items"`, `^\{`, "NOT_CONTAINS holds for an attribute that does not exist, or of another type",
		alternator(`test_expected.py test_update_expected_1_not_contains`)).when(func(d dispute) bool { return compares(d, "NOT_CONTAINS") }),
	difference(".*", `ComparisonOperator \w+ is not valid for \w+ AttributeValue type`, `^\{|^ConditionalCheckFailed`, "it compares values of any type",
		byDynalite(`query.js "should return ValidationException for invalid ComparisonOperator types", "… CONTAINS", "… BETWEEN", "… BEGINS_WITH"`)),
	difference(".*", `AttributeValues inside AttributeValueList must be of same type`, `^\{|^ConditionalCheckFailed|Cannot convert`, "it looks for values of several types",
		byDynalite(`query.js "should return ValidationException if AttributeValueList has different types"`)),
	difference(".*", `The BETWEEN condition was provided a range`, `^\{|^ConditionalCheckFailed|Cannot convert`, "it accepts bounds in the wrong order",
		byDynalite(`query.js, deleteItem.js "should return ValidationException if BETWEEN arguments are in the incorrect order"`)),

	// Statements.
	difference("ExecuteStatement", `.`, `UPDATE requires a WHERE clause`, "it does not read functions, sums and several clauses in an UPDATE",
		document("developerguide/ql-reference.update.html")+", ql-functions.html").when(func(d dispute) bool {
		text, _ := d.request.body["Statement"].(string)
		return strings.Contains(text, "(") || strings.Count(text, "SET ")+strings.Count(text, "REMOVE ") > 1
	}),
	difference("ExecuteStatement", `.`, `Unknown operator: \(`, "it does not know attribute_type",
		document("developerguide/ql-functions.attribute_type.html")).when(func(d dispute) bool { return says(d, "attribute_type") }),
	difference("ExecuteStatement", `The BETWEEN operator requires`, `^\{|^ConditionalCheckFailed`, "it accepts bounds in the wrong order",
		none("AWS is on record for expressions: dynalite's query.js")),
	difference("ExecuteStatement", `does not project one or more filter attributes`, `"Items"|does not project`, "it filters a SELECT by IN on an index by attributes that the index lacks, or lists them in another order",
		captured(`tests/partiql_index_qualifier.rs a_keyed_read_rejects_a_filter…, of equality`)),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it filters a SELECT on an index by attributes that the index does not project",
		captured(`tests/partiql_index_qualifier.rs an_unkeyed_read_accepts…`)).when(func(d dispute) bool { return d.partial() }),
	difference("ExecuteStatement", `Key value must be of type|Key attribute's data type|cannot contain an empty`, `Invalid key value|^\{|^ConditionalCheckFailed`,
		"it looks for an item by a key that no item can have", none("AWS is on record for GetItem: dynalite's getItem.js")),
	difference("ExecuteStatement", `mandatory equality on all key attributes`, `does not support OR conditions|identifies a single item|Incorrect operand type`, "its text for a missing key differs, or it reports another error first",
		none("DynamoDB Local has the same words")),
	difference("ExecuteStatement", `The BETWEEN operator requires`, evaluation, "it reports a different one of several errors", none("AWS documents no order")),
	difference("ExecuteStatement", `Incorrect operand type`, `Incorrect operand type`, "it reports a different one of several operands", none("AWS documents no order")),
	difference("ExecuteStatement", `refers to an attribute that does not exist`, `^\{`, "list_append makes a list of a missing attribute",
		document("developerguide/ql-functions.html")),
	difference("ExecuteStatement", `^\{|^ConditionalCheckFailed`, `^\{|^ConditionalCheckFailed`, "it drops items that lack an attribute which is compared by <>",
		none("DynamoDB Local returns them, as expressions do; dynoxide's tests/partiql_predicate_types.rs, of a day on AWS, says otherwise")).when(func(d dispute) bool { return says(d, "<>") }),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it loses items where NOT stands before NOT or a group", none("NOT NOT a is a")).when(func(d dispute) bool { return says(d, "NOT (") }),
)
