// Package differential compares the engine of package ddbmem with engines by other authors: it sends the same random
// requests to both and compares the responses whole, items, order, keys, counts, capacity, error codes and messages.
//
// The other engines are the one in a container (DynamoDB Local, or what DDB_ENGINE_IMAGE names) or at DYNAMODB_ENDPOINT, and
// dynoxide and dynalite, which npm has and which are kept in the user's cache directory. An engine that cannot be had is
// left out with one line in the log; DDB_REQUIRE_LOCAL=1 makes the container mandatory, DDB_REQUIRE_NODE=1 those of npm.
//
// Every difference counts, unless the table [Known] has it: with who does as AWS does, and where that is on record: a
// document, a test measured on AWS, or nothing, which is said. DIFFERENCES.md shows the table.
//
//	go test ./differential       a short run of the same requests each time, for continuous integration
//	go test ./differential -rapid.seed=0 -rapid.checks=1000 -rapid.steps=200 -timeout 2h
//	                             a long one of new requests: so many tables, and requests on each
//	go test ./differential -run TestDifferences -update
//	                             writes DIFFERENCES.md after a change of the table
//
// A failure shrinks to a short list of requests, which the log shows as they can be sent again. TestSurvey goes on after
// the first, and lists one example of each sort.
package differential
