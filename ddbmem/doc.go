// Package ddbmem is a DynamoDB in memory, for tests and tools.
//
// It speaks the wire protocol of the service, so that the SDK, or a client in any language, cannot tell it from one;
// it needs nothing but this module, starts in microseconds and keeps everything in memory:
//
//	client := ddbmem.New().Client()
//
// What the documentation of DynamoDB says, the engine does, and where it refuses a request it does so in the words of
// the service.
package ddbmem
