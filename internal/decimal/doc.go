// Package decimal adds numbers exactly, on the text in which DynamoDB stores them.
package decimal
