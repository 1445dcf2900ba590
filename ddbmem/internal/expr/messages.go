package expr

// The messages about expressions, as DynamoDB words them.
const (
	msgEmptyExpression = "The expression can not be empty;"
	msgTooLong         = "Expression size has exceeded the maximum allowed size; expression size: %d"
	msgUpdateTooLong   = "Expression size has exceeded the maximum allowed size;"
	msgSyntax          = "Syntax error; token: \"%s\", near: \"%s\""
	msgParentheses     = "The expression has redundant parentheses;"
	msgOperators       = "The expression contains too many operators; operator count: %d"
	msgNesting         = "The document path has too many nesting levels; nesting levels: %d"
	msgIndexRange      = "List index is not within the allowable range; index: [%s]"
	msgReserved        = "Attribute name is a reserved keyword; reserved keyword: %s"
	msgNoName          = "An expression attribute name used in the document path is not defined; attribute name: %s"
	msgNoValue         = "An expression attribute value used in expression is not defined; attribute value: %s"
	msgOverlap         = "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %s, path two: %s"
	msgConflict        = "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, path two: %s"

	msgFunction          = "Invalid function name; function: %s"
	msgNotInCondition    = "The function is not allowed in a condition expression; function: %s"
	msgNotInUpdate       = "The function is not allowed in an update expression; function: %s"
	msgMisused           = "The function is not allowed to be used this way in an expression; function: %s"
	msgOperandCount      = "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d"
	msgTooManyInOperands = "The IN operator is provided with too many operands; number of operands: %d"
	msgNotDistinct       = "The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s"
	msgNeedsPath         = "Operator or function requires a document path; operator or function: %s"
	msgOperandType       = "Incorrect operand type for operator or function; operator or function: %s, operand type: %s"
	msgClauseType        = "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%[1]s_OPERAND"
	msgAttributeType     = "Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
	msgAnyType           = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
	msgBetweenTypes      = "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {%s:%s}, upper bound operand: AttributeValue: {%s:%s}"
	msgBetweenOrder      = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {%s:%s}, upper bound operand: AttributeValue: {%s:%s}"
	msgSection           = "The \"%s\" section can only be used once in an update expression;"

	msgNamesWithout       = "ExpressionAttributeNames can only be specified when using expressions"
	msgValuesWithout      = "ExpressionAttributeValues can only be specified when using expressions: %s %s null"
	msgValuesWithoutNewer = "ExpressionAttributeValues can only be specified when using expressions"
	msgEmptyMap           = "%s must not be empty"
	msgInvalidKey         = "%s contains invalid key: Syntax error; key: \"%s\""
	msgLongKey            = "%s contains invalid key: The expression attribute map contains a key that is too long; size of key: %d"
	msgEmptyName          = "ExpressionAttributeNames contains invalid value: Empty attribute name for key %s"
	msgLongName           = "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key %s"
	msgInvalidValue       = "ExpressionAttributeValues contains invalid value: %s for key %s"
	msgUnused             = "Value provided in %s unused in expressions: keys: {%s}"

	msgKeyOperator   = "Invalid operator used in KeyConditionExpression: %s"
	msgKeyNested     = "KeyConditionExpressions cannot contain nested operations"
	msgKeyPath       = "KeyConditionExpressions cannot have conditions on nested attributes"
	msgKeyFirst      = "Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand"
	msgKeySeveral    = "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
	msgKeyNone       = "Invalid condition in KeyConditionExpression: No key attribute specified"
	msgKeyTwice      = "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
	msgKeyCount      = "Conditions can be of length 1 or 2 only"
	msgKeyExceeds    = "The number of query conditions (%d) exceeds the number of key attributes defined in the schema (%d)"
	msgKeyMissed     = "Query condition missed key schema element: %s"
	msgKeyRefused    = "Query key condition not supported"
	msgKeyType       = "One or more parameter values were invalid: Condition parameter type does not match schema type"
	msgKeyEmpty      = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s"
	msgIndexKeyEmpty = "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s"
	msgKeyEquality   = "HASH key attributes %s must have equality conditions specified in the query"
	msgKeySortOrder  = "RANGE key attributes %s must have equality conditions specified in the query because a condition is present on key attribute %s"

	msgPartitionKeyLong = "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of%d bytes"
	msgSortKeyLong      = "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of %d bytes"
	msgTooLarge         = "Item size to update has exceeded the maximum allowed size"
	msgNoAttribute      = "The provided expression refers to an attribute that does not exist in the item"
	msgBadOperand       = "An operand in the update expression has an incorrect data type"
	msgBadPath          = "The document path provided in the update expression is invalid for update"
	msgValueNesting     = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"

	msgComparisonCount = "One or more parameter values were invalid: Invalid number of argument(s) for the %s ComparisonOperator"
	msgComparisonType  = "One or more parameter values were invalid: ComparisonOperator %s is not valid for %s AttributeValue type"
	msgComparisonOrder = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
	msgValueTypes      = "One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type"
	msgNotIndexable    = "Attempted conditional constraint is not an indexable operation"
	msgActionType      = "One or more parameter values were invalid: %s is not supported for the type %s"
	msgActionValue     = "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified"
	msgMismatch        = "Type mismatch for attribute to update"

	maxLength        = 4096
	maxOperators     = 300
	maxInOperands    = 100
	maxPartitionKey  = 2048 // bytes
	maxSortKey       = 1024
	maxNesting       = 32
	maxElements      = 400 << 10 // of a list: no item holds more
	maxPlaceholder   = 255
	maxAttributeName = 65535
)
