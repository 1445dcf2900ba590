package differential

import (
	"slices"
	"strings"
)

// dynoxideAndDynalite are the differences in which these two agree with each other, and DynamoDB Local with ddbmem.
var dynoxideAndDynalite = slices.Concat(
	difference("PutItem|UpdateItem|DeleteItem|GetItem|Transact.*", `Key attributes must be scalars`, ``,
		"they let conditions look into key attributes",
		none(`DynamoDB Local refuses them, and AWS does in filters, projections and updates: dynalite's test/scan.js, getItem.js "… for non-scalar key access"`)).
		by("dynoxide", "dynalite"),
	difference("UpdateItem", `Key attributes must be scalars|Type mismatch for Index Key|Cannot update attribute`, `ConditionalCheckFailed`,
		"they evaluate the condition before they check the targets of the update", none("DynamoDB Local does as ddbmem does in most cases")).by("dynoxide"),
	difference(".*", `The first operand must be distinct.*operator: (IN|BETWEEN)`, ``, "they compare an attribute with itself",
		none("DynamoDB Local refuses IN and BETWEEN as AWS refuses the comparators")).by("dynoxide", "dynalite"),
	difference("Query", `"Count"`, `"LastEvaluatedKey"`, "without a sort key they return a LastEvaluatedKey after the last item",
		none("that Query on such a table gives no LastEvaluatedKey was measured on AWS and not published")).when(func(d dispute) bool {
		return d.table.sort == nil && d.onIndex() == "" && strings.Count(d.theirs, "\n") > strings.Count(d.ours, "\n")
	}).by("dynoxide", "dynalite"),
	difference(".*", `lower bound operand`, `lower bound operand`, "they show numbers as they were written", none("AWS's text for 1.0 is not known")).
		by("dynoxide", "dynalite"),
	difference("Query|Scan", `"Items"`, `"Items"`, "they do not fetch what a local index does not project, for the filter either",
		document("APIReference/API_Query.html")+": Select", "Items", "Count", "ConsumedCapacity").when(func(d dispute) bool {
		return d.partial() && (d.request.body["ProjectionExpression"] != nil || d.request.body["AttributesToGet"] != nil || d.request.body["Select"] == "ALL_ATTRIBUTES")
	}).by("dynoxide", "dynalite"),
	difference("Query", `does not project one or more filter attributes`, `^\{`, "they let a query filter by attributes that its index lacks",
		reported("dynamodb-toolbox/dynamodb-toolbox/issues/1195")).by("dynoxide", "dynalite"),
	difference("Scan", `Global secondary index \w+ does not project`, `^\{`, "they let a scan of an index ask for attributes that it lacks",
		document("APIReference/API_Scan.html")+": Select; the words of a Query: "+reported("localstack/localstack/issues/478")).by("dynoxide", "dynalite"),
)
