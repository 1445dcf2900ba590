// Package plan writes the expressions of DynamoDB requests.
package plan
