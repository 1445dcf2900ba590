package differential

import "regexp"

func wording(says, aws, proof string) Wording {
	return Wording{"dynamodb-local", regexp.MustCompile("^" + says + "$"), aws, proof}
}

// by assigns a wording to another engine.
func (w Wording) by(engine string) Wording {
	w.Engine = engine
	return w
}

// typed are the messages for operands of a wrong type, in which DynamoDB Local spells out the types.
const typed = `updateItem.js "should return ValidationException if trying to delete incorrect types", "… to add incorrect types"`

// returnValues is the message for an unknown ReturnValues.
var returnValues = wording(`1 validation error detected: Value '.*' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: .*`,
	`1 validation error detected: Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]`,
	newer(`tier3/validation-ordering/deepRequests.test.ts "Deep requests - DeleteItem ReturnValues": the words of these engines are the older ones, and where they remain`))

// unused is the message for values or names of a write without an expression.
var unused = wording(`((?:1 validation error detected: )?ExpressionAttribute(?:Values|Names) can only be specified when using expressions): (?:Condition|Update)Expression (?:is null|and ConditionExpression are null).*`, `$1`,
	newer(`tier3/error-messages/putItem.test.ts, deleteItem.test.ts "ExpressionAttributeValues or ExpressionAttributeNames without an expression"`))

// Wordings are the known differences in messages. They are applied to the other engine's message before the comparison.
var Wordings = []Wording{
	wording(`A value provided cannot be converted into a number`, `The parameter cannot be converted to a numeric value`,
		byDynalite(`putItem.js, batchGetItem.js, deleteItem.js (tables of bad numbers)`)),
	wording(`DynamoDB only supports precision up to 38 digits`, `Attempting to store more than 38 significant digits in a Number`,
		byDynalite(`updateItem.js, deleteItem.js, batchGetItem.js (tables of bad numbers)`)),
	wording(`(.*valid types: )\{N,BS,L,B,NULL,M,S,SS,NS,BOOL\}`, `${1}{B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
		none(`dynalite's scan.js says that AWS lists them in any order`)),
	wording(`Cannot do operations on a non-existent table`, `Requested resource not found`,
		suite(`tier3/error-messages/getItem.test.ts "non-existent table: full ResourceNotFoundException message"`)),
	wording(`(Value null at 'tableName' failed .*)`, `1 validation error detected: $1`,
		suite(`tier3/error-messages/putItem.test.ts "missing table name: full validation error string"`)),
	wording(`Limit must be greater than or equal to 1`, `Value at 'Limit'`, suite(`tier3/error-messages/query.test.ts "Limit of 0"`)),
	wording(`The number of conditions on the keys is invalid`, `The provided key element does not match the schema`,
		suite(`tier3/error-messages/getItem.test.ts "malformed Key (missing range key on composite table): full schema-mismatch error"`)),
	wording(`(.* not supported for the type )STRING`, `${1}S`, byDynalite(typed)),
	wording(`(.* not supported for the type )NUMBER`, `${1}N`, byDynalite(typed)),
	wording(`(.* not supported for the type )BINARY`, `${1}B`, byDynalite(typed)),
	wording(`(.* not supported for the type )BOOLEAN`, `${1}BOOL`, byDynalite(typed)),
	wording(`(.* not supported for the type )LIST`, `${1}L`, byDynalite(typed)),
	wording(`(.* not supported for the type )MAP`, `${1}M`, byDynalite(typed)),
	wording(`Invalid attribute value type`, `The provided key element does not match the schema`,
		byDynalite(`getItem.js, deleteItem.js, updateItem.js "should return ValidationException if key does not match schema"`)),
	unused.by("dynoxide"),
	unused.by("dynalite"),
	wording(`(.*Incorrect operand type for operator or function; operator: )(ADD|DELETE)(, operand type: \w+)`, `${1}${2}${3}, typeSet: ALLOWED_FOR_${2}_OPERAND`,
		none("DynamoDB Local names the set of types, and so do programs that catch the error on AWS; older reports have no set")).by("dynoxide"),
	returnValues.by("dynoxide"),
	returnValues.by("dynalite"),
	wording(`Operands for [+-] must be numbers|list_append requires (two )?list operands`, `An operand in the update expression has an incorrect data type`,
		document("APIReference/API_TransactWriteItems.html")+": TransactionCanceledException").by("dynoxide"),
}
