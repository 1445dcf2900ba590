package differential

import (
	"regexp"
	"strings"
)

// twoPaths matches a comparison of two attributes, or of their sizes.
var twoPaths = regexp.MustCompile(`[#\w\].)] ?(=|<>) ?[#a-z]`)

// removals matches the clauses that remove something.
var removals = regexp.MustCompile(`(?i)\b(REMOVE|DELETE)\s`)

// dynaliteOnly are the differences of dynalite 4.0.0.
var dynaliteOnly = of("dynalite",
	// Checks of expressions.
	difference(".*", `Syntax error`, `Syntax error|Invalid \w+Expression`, "its texts for syntax errors differ",
		byDynalite(`query.js, scan.js, getItem.js, updateItem.js "should return ValidationException for syntax errors…"`)+": the words of AWS, which it matches loosely"),
	difference(".*", `.`, `Syntax error; Expected`, "it does not read NOT NOT, nor AND#",
		alternator(`test_condition_expression.py test_update_condition_not`)).when(func(d dispute) bool {
		body := canonical(d.request.body)
		return strings.Contains(body, "NOT NOT") || strings.Contains(body, "AND#")
	}),
	difference(".*", `Incorrect operand type`, `first operand must be distinct`, "it reports a different one of several errors", none("AWS documents no order")),
	difference(".*", `typeSet: ALLOWED_FOR_`, `Incorrect operand type`, "it does not name the set of types", none("DynamoDB Local names it")),
	difference(".*", `Two document paths conflict`, `Two document paths conflict`, "it names another pair of paths", none("AWS documents no order")),
	difference(".*", `must be scalars`, `must be scalars`, "it reports a different one of several keys", none("AWS documents no order")),
	difference(".*", `Incorrect operand type for operator or function`, `^\{|^ConditionalCheckFailed|`+evaluation, "it compares values that have no order",
		byDynalite(`scan.js "should return ValidationException for functions with incorrect operand type"`)+", and suite tier1"),
	difference(".*", `^\{`, `^ConditionalCheckFailed|^\{`, "its IN never holds for false",
		document("developerguide/Expressions.OperatorsAndFunctions.html")+": IN").when(func(d dispute) bool {
		body := canonical(d.request.body)
		return strings.Contains(body, " IN (") || strings.Contains(body, `"ComparisonOperator":"IN"`)
	}),
	difference(".*", `^ConditionalCheckFailed|^\{`, `^ConditionalCheckFailed|^\{`, "it treats two missing attributes as equal",
		alternator(`test_condition_expression.py test_update_condition_eq_two_unset, …_ne_two_unset`)).when(func(d dispute) bool {
		condition, _ := d.request.body["ConditionExpression"].(string)
		filter, _ := d.request.body["FilterExpression"].(string)
		return twoPaths.MatchString(condition) || twoPaths.MatchString(filter)
	}),

	// Keys.
	difference("Query", `number of query conditions \(\d\) exceeds`, `Conditions can be of length 1 or 2 only`, "it does not count the conditions of an expression against the schema",
		newer(`tier3/error-messages/queryKeyConditionOperands.test.ts "three conditions naming three attributes on a two-attribute key"`)),
	difference(".*", `are not valid. The AttributeValue for a key attribute`, `were invalid: The AttributeValue for a key attribute`, "it has an older wording of an empty key",
		byDynalite(`putItem.js "should return ValidationException if empty string key": the newer one`)),
	difference(".*", `cannot contain an empty (string|binary) value`, `^\{|^ConditionalCheckFailed`, "it accepts an empty key of an index, and a condition with one",
		captured(`tests/index_key_validation.rs`)),

	difference("BatchGetItem", `"Responses"`, `contains duplicates`, "it treats two spellings of a number as one key",
		alternator(`test_batch.py test_batch_get_item_duplicate_number_key`)),

	// Parameters.
	difference("Query|Scan", `at 'Limit' failed`, `at 'limit' failed`, "it has an older wording of a Limit of 0", suite(`tier3/error-messages/query.test.ts "Limit of 0"`)),
	difference("Query|Scan", `SPECIFIC_ATTRIBUTES|ALL_PROJECTED_ATTRIBUTES`, `^\{`, "it accepts any Select",
		alternator(`test_query.py test_query_select`)),
	difference("Scan", `Consistent reads are not supported`, `^\{|^ValidationException`, "it accepts a consistent scan of a global index",
		document("APIReference/API_Scan.html")+": ConsistentRead"),
	difference("Query|Scan", `Global secondary index \w+ does not project`, `^\{`, "it lets a query ask an index for attributes that it lacks",
		document("APIReference/API_Query.html")+": Select"),
	difference("PutItem|UpdateItem|DeleteItem", `"Item"`, `^ConditionalCheckFailedException: The conditional request failed \{\}$`,
		"it has no ReturnValuesOnConditionCheckFailure", document("APIReference/API_PutItem.html")+": ReturnValuesOnConditionCheckFailure"),

	// Updates.
	difference("UpdateItem", `^ConditionalCheckFailed`, `Type mismatch for|unsupported type|`+evaluation, "it looks at the types of an update before the condition",
		none("AWS documents no order")),
	difference("UpdateItem", `^\{`, `Type mismatch for Index Key`, "it checks the type of a DELETE from a missing attribute",
		none("no value of that type enters the index")).when(func(d dispute) bool {
		text, _ := d.request.body["UpdateExpression"].(string)
		return strings.Contains(strings.ToUpper(text), "DELETE")
	}),
	difference("UpdateItem", evaluation+`|Type mismatch for`, evaluation+`|Type mismatch for Index Key|unsupported type|ConditionalCheckFailed`,
		"it reports a different one of several errors in an update", none("AWS documents no order")),
	difference("UpdateItem", `Number overflow|more than 38 significant digits`, `^\{|^ConditionalCheckFailed`, "it rounds a sum of more than 38 digits",
		alternator(`test_number.py test_update_expression_plus_imprecise`)),
	difference("UpdateItem", `^\{`, `document path provided in the update expression`, "it checks the paths of REMOVE and DELETE in a missing item",
		none("that AWS ignores a REMOVE of x.y on an absent item was measured and not published; dynoxide ignores both")).when(func(d dispute) bool {
		text, _ := d.request.body["UpdateExpression"].(string)
		return removals.MatchString(text)
	}),
	difference("UpdateItem", `^\{`, `"Attributes":\{\}`, "it returns no attributes as an empty map, and charges the table alone",
		none("DynamoDB Local leaves them out"), "Attributes", "ConsumedCapacity"),

	// Capacity.
	difference("PutItem|UpdateItem|DeleteItem|BatchWriteItem", `"ConsumedCapacity"`, `"ConsumedCapacity"`, "it charges the table alone",
		document("developerguide/GSI.html")+"#GSI.ThroughputConsiderations.Writes", "ConsumedCapacity").when(func(d dispute) bool { return len(d.table.indexes) > 0 }),
	difference("Query|Scan", `"CapacityUnits"`, `"CapacityUnits":0[,}]`, "it charges nothing for a page on which nothing was found",
		none("ddbmem charges the least that a request costs"), "ConsumedCapacity"),
	difference("Query|Scan", `"CapacityUnits"`, `"CapacityUnits"`, "it charges a consistent read as an eventual one, and an index by its own items",
		document("developerguide/read-write-operations.html"), "ConsumedCapacity").when(func(d dispute) bool {
		return d.request.body["ConsistentRead"] == true || d.onIndex() != ""
	}),

	// The parameters from before expressions.
	difference(".*", `NOT_CONTAINS|^ConditionalCheckFailed|"Items"`, `^\{`, "NOT_CONTAINS holds for an attribute that does not exist",
		alternator(`test_expected.py test_update_expected_1_not_contains`)).when(func(d dispute) bool { return compares(d, "NOT_CONTAINS") }),
	difference(".*", `^\{|Type mismatch for attribute`, `^ConditionalCheckFailed|"Items"`, "it stops at the first condition that fails, whatever ConditionalOperator says",
		byDynalite(`putItem.js "should succeed for multiple conditional checks if one is invalid and OR is specified"`)).when(func(d dispute) bool {
		return d.request.body["ConditionalOperator"] == "OR"
	}),
	difference(".*", `ComparisonOperator \w+ is not valid for \w+ AttributeValue type`, `^\{|^ConditionalCheckFailed`, "it compares values of any type in Expected",
		alternator(`test_expected.py test_update_expected_1_not_contains, …_begins_with_false`)),
	difference(".*", `^ConditionalCheckFailed`, `^\{`, "Exists true accepts a value of another type, or none",
		byDynalite(`putItem.js "should return ConditionalCheckFailedException if expecting non-existent key to exist"`)).when(func(d dispute) bool {
		return strings.Contains(canonical(d.request.body), `"Exists":true`)
	}),
	difference("Query|Scan", `^\{`, `ComparisonOperator \w+ is not valid for (NULL|BOOL|L|M) AttributeValue type`, "it compares no values of the newer types",
		none("its scan.js is from when they were new; DynamoDB Local compares them")),
)
