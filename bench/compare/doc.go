// Package compare has one task, done by four programs: with the AWS SDK, with guregu/dynamo, with ElectroDB and with ddb. Its tests
// run them on one engine, and print the table of the README that compares them.
package compare
