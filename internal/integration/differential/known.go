package differential

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Wording is an error message that an engine words otherwise than AWS does.
type Wording struct {
	Engine string
	Says   *regexp.Regexp
	AWS    string // with $1 and so on for what Says captures
	Proof  string // where AWS's wording is on record
}

// Difference is an outcome in which an engine is known to be wrong, or in which AWS itself leaves a choice.
type Difference struct {
	Engine    string
	Operation *regexp.Regexp
	Ours      *regexp.Regexp // of the view of ddbmem's outcome
	Theirs    *regexp.Regexp // of the view of the engine's outcome
	Besides   []string       // the members that differ, when the rest must still agree
	When      func(dispute) bool
	Why       string
	Proof     string
}

// dispute is a request on which two engines differ, with the views of what they made of it.
type dispute struct {
	table        *table
	request      request
	engine       string
	ours, theirs string
}

// onIndex returns the name of the index that the request reads, empty when it reads the table.
func (d dispute) onIndex() string {
	if text, ok := d.request.body["Statement"].(string); ok {
		_, rest, _ := strings.Cut(text, `"."`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	name, _ := d.request.body["IndexName"].(string)
	return name
}

// partial reports whether the request reads an index that does not project everything.
func (d dispute) partial() bool {
	return slices.ContainsFunc(d.table.indexes, func(x index) bool {
		return x.name == d.onIndex() && x.projection["ProjectionType"] != "ALL"
	})
}

const (
	byDynalite = "measured on AWS by the tests of dynalite (github.com/architect/dynalite, test/)"
	evaluation = `document path provided in the update|refers to an attribute that does not exist|An operand in the update expression|more than 38 significant digits|Number overflow`
	bySuite    = "measured on AWS by github.com/nubo-db/dynamodb-conformance"
)

func wording(says, aws, proof string) Wording {
	return Wording{"dynamodb-local", regexp.MustCompile("^" + says + "$"), aws, proof}
}

// Wordings are the known differences in messages. They are applied to what the engine says before it is compared.
var Wordings = []Wording{
	wording(`A value provided cannot be converted into a number`, `The parameter cannot be converted to a numeric value`, byDynalite),
	wording(`DynamoDB only supports precision up to 38 digits`, `Attempting to store more than 38 significant digits in a Number`, byDynalite),
	wording(`(.*valid types: )\{N,BS,L,B,NULL,M,S,SS,NS,BOOL\}`, `${1}{B,NULL,SS,BOOL,L,BS,N,NS,S,M}`, byDynalite),
	wording(`Cannot do operations on a non-existent table`, `Requested resource not found`, bySuite),
	wording(`(Value null at 'tableName' failed .*)`, `1 validation error detected: $1`, bySuite),
	wording(`Limit must be greater than or equal to 1`, `Value at 'Limit'`, bySuite),
	wording(`The number of conditions on the keys is invalid`, `The provided key element does not match the schema`, bySuite),
	wording(`(.* not supported for the type )STRING`, `${1}S`, byDynalite),
	wording(`(.* not supported for the type )NUMBER`, `${1}N`, byDynalite),
	wording(`(.* not supported for the type )BINARY`, `${1}B`, byDynalite),
	wording(`(.* not supported for the type )BOOLEAN`, `${1}BOOL`, byDynalite),
	wording(`(.* not supported for the type )LIST`, `${1}L`, byDynalite),
	wording(`(.* not supported for the type )MAP`, `${1}M`, byDynalite),
	wording(`Invalid attribute value type`, `The provided key element does not match the schema`, byDynalite),
}

// translate returns a message as AWS would word it.
func translate(engine, message string) string {
	for _, w := range Wordings {
		if w.Engine == engine && w.Says.MatchString(message) {
			return w.Says.ReplaceAllString(message, w.AWS)
		}
	}
	return message
}

func difference(operation, ours, theirs, why, proof string, besides ...string) Difference {
	return Difference{
		Engine: "dynamodb-local", Operation: regexp.MustCompile("^(" + operation + ")$"),
		Ours: regexp.MustCompile(ours), Theirs: regexp.MustCompile(theirs), Besides: besides, Why: why, Proof: proof,
	}
}

// by makes it a difference of other engines.
func (d Difference) by(engines ...string) []Difference {
	var all []Difference
	for _, e := range engines {
		d.Engine = e
		all = append(all, d)
	}
	return all
}

// when narrows a difference down.
func (d Difference) when(when func(dispute) bool) Difference {
	d.When = when
	return d
}

// Known are the known differences in outcomes.
var Known = slices.Concat(dynamodbLocal, dynoxideAndDynalite)

// dynoxideAndDynalite are the differences in which these two agree with each other, while DynamoDB Local agrees with ddbmem.
var dynoxideAndDynalite = slices.Concat(
	difference("PutItem|UpdateItem|DeleteItem|GetItem|Transact.*", `Key attributes must be scalars`, ``,
		"they let conditions look into key attributes", "measured on DynamoDB Local; of update, filter and projection expressions "+byDynalite).by("dynoxide", "dynalite"),
	difference("UpdateItem", `Key attributes must be scalars|Type mismatch for Index Key|Cannot update attribute`, `ConditionalCheckFailed`,
		"they evaluate the condition before they look at the targets of the update", byDynalite).by("dynoxide", "dynalite"),
	difference(".*", `The first operand must be distinct.*operator: (IN|BETWEEN)`, ``, "they compare an attribute with itself",
		"measured on DynamoDB Local; of other operators "+byDynalite).by("dynoxide", "dynalite"),
	difference("Query|Scan", `"Items"`, `"Items"`, "they do not fetch what a local index does not project",
		"Local secondary indexes: attribute projections, fetching from the table", "Items", "ConsumedCapacity").when(func(d dispute) bool {
		return d.partial() && (d.request.body["ProjectionExpression"] != nil || d.request.body["Select"] == "ALL_ATTRIBUTES")
	}).by("dynoxide", "dynalite"),
	difference("Query", `does not project one or more filter attributes`, `^\{`, "they let a query filter by attributes that its index lacks",
		"AWS's answer, seen in public reports of queries through AppSync").by("dynoxide", "dynalite"),
	difference("Scan", `Global secondary index \w+ does not project`, `^\{`, "they let a scan of an index ask for attributes that it lacks",
		"Global secondary indexes: attribute projections").by("dynoxide", "dynalite"),
)

// dynamodbLocal are the differences of DynamoDB Local 3.3.1.
var dynamodbLocal = []Difference{
	difference("PutItem|BatchWriteItem", `Missing the key \w+ in the item`, `One of the required keys was not given a value`,
		"it does not name the key", byDynalite),
	difference("PutItem|BatchWriteItem|UpdateItem|TransactWriteItems", `Type mismatch for Index Key \w+ Expected: \w+ Actual: \w+ IndexName`, `Type mismatch for Index Key`,
		"it does not name the key", byDynalite),
	difference("PutItem|BatchWriteItem", `Type mismatch for key \w+ expected: \w+ actual: \w+`, `Type mismatch for key|The provided key element does not match the schema`,
		"it does not name the key", byDynalite),
	difference(".*", `The provided key element does not match the schema`, `Type mismatch for key`,
		"it words the type of a key as that of an item", byDynalite),
	difference(".*", `Query condition missed key schema element: \w+`, `Query condition missed key schema element`,
		"it does not name the key", bySuite),
	difference("Query|Scan", `at '[lL]imit' failed to satisfy constraint`, `Value at 'Limit'`, "it words a Limit of 0 by itself", bySuite),
	difference(".*", `AttributeValue: \{B:`, `HeapByteBuffer`, "it prints a Java object", byDynalite),
	difference(".*", `enum value set`, `Return values set to invalid value|Select must be`, "it words a wrong member of an enumeration by itself", byDynalite),
	difference("Query|Scan|BatchGetItem", `"CapacityUnits"`, `"CapacityUnits":0[,}]`,
		"it charges nothing for a page, or a key, on which nothing was found; AWS charges the minimum", byDynalite, "ConsumedCapacity"),
	difference(".*", `at 'returnConsumedCapacity' failed to satisfy constraint`, ``, "it takes any ReturnConsumedCapacity", "API_PutItem: Valid Values: INDEXES | TOTAL | NONE"),
	difference(".*", `can only be specified when using expressions`, ``, "it overlooks an empty ExpressionAttributeNames or ExpressionAttributeValues", byDynalite),
	difference("UpdateItem|PutItem|DeleteItem", `Key attributes must be scalars`, `ConditionalCheckFailedException|Key attributes must be scalars`,
		"it evaluates the condition before it looks at the paths of the update", byDynalite),
	difference("UpdateItem|TransactWriteItems", `overlap with each other`, `overlap with each other`, "it names a path that overlaps with nothing", byDynalite),
	difference("UpdateItem", `Type mismatch for Index Key|secondary index key to unsupported type`, `The provided key element does not match the schema|Type mismatch for Index Key`,
		"it does not tell a wrong type in an update from one in a key", byDynalite),
	difference("Query", `"LastEvaluatedKey"`, `^\{`, "it leaves out LastEvaluatedKey where a Limit meets the last item that the key condition allows",
		"Query.Pagination: LastEvaluatedKey is empty only when there is nothing more to read").when(func(d dispute) bool {
		pages := strings.Split(d.ours, "\n")
		last := len(pages) - 2 // the page behind it is empty
		if last < 0 || !strings.Contains(pages[last+1], `"ScannedCount":0`) {
			return false
		}
		pages[last] = without(pages[last], []string{"LastEvaluatedKey"})
		return strings.Join(pages[:last+1], "\n") == d.theirs
	}),
	difference("TransactWriteItems", `The conditional request failed"`, `The conditional request failed\."`, "it ends the message with a full stop", bySuite),
	difference("Transact.*", `\bValidationError\b`, `^ValidationException|^TransactionCanceledException: [^T]`, "it refuses the request instead of cancelling the transaction", bySuite),
	difference("UpdateItem|TransactWriteItems", evaluation+`|Type mismatch for Index Key`, evaluation+`|ConditionalCheckFailed`,
		"it reports another one of several errors in an update", "none of the documents says which comes first"),
	difference("UpdateItem", `Cannot update attribute|Type mismatch for Index Key`, `ConditionalCheckFailedException|Key attributes must be scalars`,
		"it evaluates the condition before it looks at the targets of the update", byDynalite),
	difference("UpdateItem", `action (with value )?is not supported|Only DELETE action`, `ConditionalCheckFailedException`,
		"it evaluates Expected before it looks at the actions of AttributeUpdates", byDynalite),
	difference("Query|Scan|PutItem|UpdateItem|DeleteItem", ``, ``, "its NOT_CONTAINS is false of an attribute that is not there",
		"none found; dynoxide and dynalite agree with ddbmem").when(func(d dispute) bool {
		return strings.Contains(canonical(d.request.body), "NOT_CONTAINS")
	}),
	difference("ExecuteStatement", `DuplicateItemException`, `DuplicateItem:`, "it calls the exception by another name", "API_ExecuteStatement: Errors, DuplicateItemException"),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it filters a SELECT on an index by attributes that the index does not project",
		"Secondary indexes: attribute projections").when(func(d dispute) bool { return d.partial() }),
	difference("ExecuteStatement", `"Items"`, `"Items"`, "it loses a condition where AND joins several with an OR or a NOT among them",
		"the items that it returns do not meet the condition").when(func(d dispute) bool {
		text, _ := d.request.body["Statement"].(string)
		return (strings.Contains(text, " OR ") || strings.Contains(text, "NOT (")) && strings.Count(text, " AND ") > 1
	}),
	difference("Query|Scan", `does not project \[`, `does not project \[`, "it lists attributes in another order", "none: no document says in which"),
	difference("UpdateItem", `is not defined; attribute value`, `is not defined; attribute value`, "it reports another one of several values", byDynalite),
	difference("TransactWriteItems|TransactGetItems", `multiple operations on one item`, ``, "it does not notice two operations on one binary key, or reports another error first", bySuite),
	difference("TransactGetItems|TransactWriteItems", `ValidationError`, `^TransactionCanceledException: `, "it gives another reason, or none", bySuite),
	difference("BatchGetItem", `The provided key element does not match the schema`, `has one or more empty keys`, "it words an empty key by itself", byDynalite),
	difference("BatchGetItem", `"CapacityUnits"`, `"CapacityUnits"`, "it charges nothing for items that are not there",
		"Reading items: a request for an item that does not exist consumes read capacity", "ConsumedCapacity"),
	difference("PutItem|UpdateItem|DeleteItem|BatchWriteItem", `"CapacityUnits"`, `"CapacityUnits"`,
		"it charges an index for an item that has only some of its key attributes and so is not in it",
		"Global secondary indexes: sparse indexes", "ConsumedCapacity").when(func(d dispute) bool { return units(d.theirs) > units(d.ours) }),
	difference("BatchGetItem", `list of item keys contains duplicates`, `^\{`, "it takes two spellings of one number for two keys", "Number: leading and trailing zeroes are trimmed"),
	difference("TransactWriteItems", `Key attributes must be scalars`, `^\{`, "it looks into key attributes in a ConditionCheck", byDynalite),
	difference("Scan", `"Items"`, `"Items"`, "it filters a scan of an index by attributes that the index does not project",
		"Secondary indexes: attribute projections", "Items", "Count", "ConsumedCapacity").when(func(d dispute) bool {
		return d.request.body["FilterExpression"] != nil && d.partial()
	}),
	difference("UpdateItem|TransactWriteItems", `Type mismatch for Index Key|secondary index key to unsupported type`, `^\{`, "it lets an update give the key of a local index a wrong type", byDynalite),
	difference("Scan|Query", `"CapacityUnits"`, `"CapacityUnits"`, "it fetches what a local index does not project without charging for it",
		"Local secondary indexes: fetches from the table cost additional throughput", "ConsumedCapacity").when(func(d dispute) bool {
		return d.partial()
	}),
	difference("UpdateItem|PutItem|DeleteItem|GetItem|Query|Scan", `is not defined; attribute name`, `is not defined; attribute name`, "it reports another one of several names", byDynalite),
	difference("Query|Scan|GetItem", `must be scalars`, `must be scalars`, "it reports another one of several keys", byDynalite),
	difference(".*", `lower bound operand`, `lower bound operand`, "it shows numbers as they were written", byDynalite),
	difference("BatchWriteItem", `Missing the key`, `Item to put in PutItem cannot be null`, "it words an empty item by itself", byDynalite),
	difference("PutItem|UpdateItem|BatchWriteItem", `IndexName: gsi`, `IndexName: lsi`, "it checks local indexes before global ones", byDynalite),
	difference("DeleteItem", `^\{`, `"ConsumedCapacity"`, "it reports capacity that was not asked for", "API_DeleteItem: ReturnConsumedCapacity defaults to NONE", "ConsumedCapacity"),
	difference("Transact.*", `"ConsumedCapacity"`, `"ConsumedCapacity"`,
		"it charges half for transactional writes, and leaves out ReadCapacityUnits and WriteCapacityUnits", bySuite, "ConsumedCapacity"),
	difference("BatchWriteItem", `"ConsumedCapacity"`, `"ConsumedCapacity"`, "it charges indexes for the deletion of an item that is not there", byDynalite, "ConsumedCapacity"),
}

// known returns the difference that explains a dispute, nil when none does.
func known(c dispute) *Difference {
	for i := range Known {
		d := &Known[i]
		switch {
		case d.Engine != c.engine, !d.Operation.MatchString(c.request.operation), !d.Ours.MatchString(c.ours), !d.Theirs.MatchString(c.theirs):
		case d.When != nil && !d.When(c):
		case d.Besides == nil || without(c.ours, d.Besides) == without(c.theirs, d.Besides):
			return d
		}
	}
	if ofOrder(c.ours, c.theirs) {
		return &order
	}
	return nil
}

// units returns the capacity of a view, summed up over its tables.
func units(view string) float64 {
	var one struct {
		ConsumedCapacity struct{ CapacityUnits float64 }
	}
	if json.Unmarshal([]byte(view), &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var several struct {
		ConsumedCapacity []struct{ CapacityUnits float64 }
	}
	sum := 0.0
	if json.Unmarshal([]byte(view), &several) == nil {
		for _, c := range several.ConsumedCapacity {
			sum += c.CapacityUnits
		}
	}
	return sum
}

// checks are the checks that a request can fail, by their messages. Where a request fails several, engines differ in
// which they report, and no document says. Such a difference is one of order when each side names another check.
var checks = regexp.MustCompile(`^(?:Validation|ResourceNotFound)Exception: ` +
	`(Invalid \w+Expression|Must specify the AttributesToGet|Cannot specify the|ALL_PROJECTED_ATTRIBUTES can|Consistent reads are not|` +
	`Key attributes must be scalars|KeyConditionExpressions|Invalid operator used|Invalid condition in|Query condition missed|Query key condition|` +
	`Filter Expression can only|Value provided in|ExpressionAttribute\w+ (?:must|can only)|The table does not have|1 validation error|Value at|Return values set|Select must|` +
	`The provided key element|Requested resource|Conditions can be of|Transaction request cannot|Provided list of item keys|` +
	`One or more parameter values were invalid: (?:Condition parameter|Secondary index|Global secondary|Select type|Type mismatch for Index|Type mismatch for key|Missing the key|Cannot update|` +
	`AttributeValues inside|ComparisonOperator \w+|Invalid number of argument\(s\) for the \w+|Duplicate value in|Value |Exists |AttributeValueList |\w+ action|Only DELETE)|` +
	`Type mismatch for attribute|The BETWEEN condition|Either the KeyConditions|Key value must|Key attribute|The BETWEEN operator|Incorrect operand type|` +
	`One or more parameter values are not valid. (?:The A|A value|The update)|One of the required keys)`)

var order = Difference{Why: "it reports another one of several errors", Proof: "no document says which comes first"}

// ofOrder reports whether two errors are of different checks.
func ofOrder(ours, theirs string) bool {
	a, b := checks.FindStringSubmatch(ours), checks.FindStringSubmatch(theirs)
	return a != nil && b != nil && a[1] != b[1]
}

// without returns a view without some members, each page of it by itself.
func without(view string, members []string) string {
	var rest []string
	for line := range strings.SplitSeq(view, "\n") {
		var body object
		if json.Unmarshal([]byte(line), &body) != nil {
			return view
		}
		for _, m := range members {
			delete(body, m)
		}
		rest = append(rest, canonical(body))
	}
	return strings.Join(rest, "\n")
}
