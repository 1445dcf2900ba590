// Package differential compares the engine of package ddbmem with engines by other authors: it sends the same random
// requests to all of them and compares the answers whole, items, order, keys, counts, capacity, error codes and messages.
//
// The other engines are DynamoDB Local, in a container or at DYNAMODB_ENDPOINT, and, where Node is installed, dynoxide and
// dynalite, which are fetched with npm into the user's cache directory. An engine that cannot be had is left out with one
// line in the log; DDB_REQUIRE_LOCAL=1 makes DynamoDB Local mandatory.
//
// With several engines the majority decides: ddbmem is wrong where two others agree against it. With one, every difference
// counts. Differences in which the other side is known to be wrong stand in the table [Known], each with where it is on
// record what AWS does: a document, a test measured on AWS, or nothing, which is said.
//
//	go test ./differential       a short run of the same requests each time, for continuous integration
//	go test ./differential -rapid.seed=0 -rapid.checks=1000 -rapid.steps=200 -timeout 2h
//	                             a long one of new requests: so many tables, and requests on each
//
// A failure shrinks to a short list of requests, which the log shows as they can be sent again.
package differential
