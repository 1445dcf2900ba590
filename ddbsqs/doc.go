// Package ddbsqs keeps dead letters in a queue of SQS, and handles them from there. It is a module of its own, so that
// only who uses it requires the SDK's client of SQS.
//
//	letters := ddbsqs.New(sqs.NewFromConfig(cfg), url, nil)
//	mux := ddb.NewMux(Platform, &ddb.MuxOptions{DeadLetters: letters.Put})
//
// A program of its own, or the same one, handles them again when what they failed by is mended:
//
//	err := letters.Run(ctx, ddbsqs.Letters(replay)) // until ctx ends; Drain ends when the queue is empty
//
// replay is a mux without DeadLetters: a letter that fails then stays in the queue. One with DeadLetters would put a new
// letter in place of it, whose receives are counted from one again.
//
// A queue that is the on-failure destination of a stream's event source mapping is handled with [Discarded], which reads
// the records from the stream again.
//
// # What it promises
//
// A message is deleted after it was handled, never before: it comes at least once. While it is handled nobody else gets it,
// however long that takes, up to the 12 hours that SQS allows. What fails comes again after [Options].Retry.
//
// # Poison
//
// A letter that fails again and again is left to the redrive policy of the queue: give it a dead-letter queue of its own and
// a maxReceiveCount. Where there is none, [Options].Poison takes it after so many receives.
//
// # Order
//
// A standard queue has none. Aggregates and fan-outs read the table and do not mind; a handler that does needs a FIFO
// queue, whose URL ends in .fifo: there the letters of an item come in the order in which they were put, and a letter
// that fails holds up those of its item. AWS: "FIFO queue delivery logic in Amazon SQS".
//
// # Size
//
// A message holds 1 MiB, and before August 2025 it held 256 KiB; a queue may allow less. A record with two images of 400 KB
// may need more than that. See [Options].MaxBytes. AWS: "Amazon SQS message quotas".
package ddbsqs
