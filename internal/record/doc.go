// Package record reads the records of a table's stream from whatever carries them: events of Lambda, Kinesis Data Streams, pipes,
// messages of a queue.
package record
