// Package ddbsqs keeps dead letters in an SQS queue, and handles them from there. It is a separate module, so that only
// its users depend on the SDK's SQS client.
//
//	letters := ddbsqs.New(sqs.NewFromConfig(cfg), url, nil)
//	mux := ddb.NewMux(Platform, &ddb.MuxOptions{DeadLetters: letters.Put})
//
// The same program, or another one, handles them again when the cause of their failure is repaired:
//
//	err := letters.Run(ctx, ddbsqs.Letters(replay)) // until ctx ends; Drain ends when the queue is empty
//
// replay is a mux without DeadLetters: a dead letter that fails again then stays in the queue. A mux with DeadLetters
// would replace it by a new message, whose receives are counted from one again.
//
// [Discarded] handles a queue that is the on-failure destination of a stream's event source mapping. It reads the
// records from the stream again.
//
// # What it promises
//
// A message is deleted only after it was handled: delivery is at least once. While a message is handled no other
// consumer receives it, however long that takes, up to the 12 hours that SQS allows. A message that fails is delivered
// again after [Options].Retry.
//
// # Messages that always fail
//
// A message that fails again and again is left to the redrive policy of the queue: give the queue a dead-letter queue
// and a maxReceiveCount. Without such a policy, [Options].Poison takes the message after [Options].MaxReceives
// receives.
//
// # Order
//
// A standard queue has no order. Aggregates and fan-outs read the table, so they do not depend on it. A handler that
// does needs a FIFO queue, whose URL ends in .fifo. Its dead letters of one item arrive in the order in which they were
// sent, and a message that fails blocks the others of its item. AWS: "FIFO queue delivery logic in Amazon SQS".
//
// # Size
//
// A message holds 1 MiB; before August 2025 it was 256 KiB, and a queue may allow less. A record with two images of 400
// KB may need more. See [Options].MaxBytes. AWS: "Amazon SQS message quotas".
package ddbsqs
