// Package wire writes DynamoDB's requests as JSON and reads the items of its responses from their JSON, without attribute maps.
//
// It handles the common case, and never guesses. A [Call] replaces the SDK's protocol for one request. It writes the
// requests of single items, transactions and batches of writes, and reads the items of the response, or the item that a
// condition failed on, into a [Page], an index of their JSON. All else is left to the SDK: other requests, errors, and the
// other members of a response (Count, LastEvaluatedKey, ConsumedCapacity).
//
// Whatever it does not know, or would have to decide, it declines. Then the SDK reads the same bytes as if there were
// no Call, and the caller sees its result or its error. Declined are malformed JSON, invalid UTF-8, lone surrogates,
// values of an unknown type or of two, null, names with escapes or twice in one map, numbers of more than 38 digits,
// bad base64, and maps and lists deeper than DynamoDB stores.
package wire
