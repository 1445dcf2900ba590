// Package ddb models many kinds of entity in one DynamoDB table.
package ddb
