// Package differential compares ddbmem with other engines. It sends the same random requests to both and compares the
// whole responses: items, order, keys, counts, capacity, error codes and messages.
//
// The other engines are the one in a container (DynamoDB Local, or the image in DDB_ENGINE_IMAGE) or at
// DYNAMODB_ENDPOINT, and dynoxide and dynalite. These two come from npm and are kept in the user's cache directory. An
// unavailable engine is skipped with one line in the log. DDB_REQUIRE_LOCAL=1 makes the container mandatory,
// DDB_REQUIRE_NODE=1 those of npm.
//
// A difference fails the test, unless the table [Known] has it. The table says which engine behaves as AWS does, and
// the source: a document, a test measured on AWS, or none. DIFFERENCES.md shows the table.
//
//	go test ./differential       a short run of the same requests each time, for continuous integration
//	go test ./differential -rapid.seed=0 -rapid.checks=1000 -rapid.steps=200 -timeout 2h
//	                             a long one of new requests: so many tables, and requests on each
//	go test ./differential -run TestDifferences -update
//	                             writes DIFFERENCES.md after a change of the table
//
// A failure is reduced to a short list of requests, which the log shows in a form that can be sent again. TestSurvey
// continues after the first difference and lists one example of each kind.
package differential
