// Package ddbsign signs requests to DynamoDB in less time than the SDK's signer does. It is optional:
//
//	client := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.HTTPSignerV4 = ddbsign.New() })
//
// A signature of AWS covers the headers that the request lists. AWS requires host, and all x-amz-* headers that are sent.
// The SDK's signer lists all headers but a few, among them two that only serve its retries and statistics. This one lists
// content-length, content-type, host, x-amz-date and x-amz-target, and x-amz-security-token where there is a session
// token. The other headers are sent unsigned. AWS: "Create a signed AWS API request", canonical headers.
//
// A request with anything else is signed by the SDK's signer: with another x-amz-* header, or the token of an earlier signature
// where there is none now, a path, a query, a port, a header of
// several values, or with options that this one does not know.
//
// What it gains is a part of the CPU time of each request; see bench/REPORT.md. It adds no requests and no capacity.
package ddbsign
