package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

var (
	statement  = &wire.Shape{Type: wire.String, Required: true, MinLen: 1, MaxLen: 8192}
	parameters = &wire.Shape{Type: wire.List, Elem: attr, MinLen: 1}
)

var statementShape = structOf("ExecuteStatementInput",
	member("Statement", statement),
	member("Parameters", parameters),
	member("ConsistentRead", aBool),
	member("NextToken", &wire.Shape{Type: wire.String, MinLen: 1, MaxLen: 32768}),
	member("ReturnConsumedCapacity", returnCapacity),
	member("Limit", atLeastOne(wire.Int)),
	member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
)

var batchStatementShape = structOf("BatchExecuteStatementInput",
	member("Statements", &wire.Shape{
		Type: wire.List, Required: true, MinLen: 1, MaxLen: 25,
		Elem: structOf("BatchStatementRequest",
			member("Statement", statement),
			member("Parameters", parameters),
			member("ConsistentRead", aBool),
			member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
		),
	}),
	member("ReturnConsumedCapacity", returnCapacity),
)

var transactStatementShape = structOf("ExecuteTransactionInput",
	member("TransactStatements", &wire.Shape{
		Type: wire.List, Required: true, MinLen: 1, MaxLen: 100,
		Elem: structOf("ParameterizedStatement",
			member("Statement", statement),
			member("Parameters", parameters),
			member("ReturnValuesOnConditionCheckFailure", returnOnFailure),
		),
	}),
	member("ClientRequestToken", &wire.Shape{Type: wire.String, MinLen: 1, MaxLen: 36}),
	member("ReturnConsumedCapacity", returnCapacity),
)
