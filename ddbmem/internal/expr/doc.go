// Package expr parses and evaluates the expressions of DynamoDB requests:
// condition, filter and key condition expressions, projection expressions and
// update expressions.
//
// One lexer and one parser serve all of them. [Parse] takes everything in a
// request that concerns expressions, checks it in the order in which DynamoDB
// does, and reports the first error in DynamoDB's words as a [value.Error].
// What it returns is bound to the names and values of the request, holds no
// item, and may be evaluated on many items from several goroutines.
//
// # Errors
//
// Errors in the text of an expression come from Parse, with the name of the
// parameter in front ("Invalid UpdateExpression: …"). Errors that depend on the
// key schema come from [KeyCondition.Resolve]. Errors that depend on the item
// come from [Update.Apply]; conditions, filters and projections have none.
//
// # Comparison
//
// Values of different types are never equal and have no order. Every
// comparison with a missing attribute is false, except <>, which is true.
package expr
