// Package sequence orders the sequence numbers of a DynamoDB stream.
package sequence
