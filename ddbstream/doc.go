// Package ddbstream reads DynamoDB Streams without Lambda: it finds the shards of a table's stream, reads parents before
// their children, shares shards with other workers by leases, remembers how far it got, and hands the records to a
// [ddb.Mux].
//
//	store := ddbstream.NewTableStore(client, "prod-platform-readers", "search-feed")
//	reader := ddbstream.NewReader(streams, "prod-platform", mux, store, nil)
//	err := reader.Run(ctx) // until ctx ends; Drain ends when the stream does, for tests and jobs
//
// # What it promises
//
// Every record that the stream keeps is delivered at least once, those of one item in order. A worker that crashes is
// replaced by another, which begins at the last checkpoint: what was handled after it comes again. A record that fails
// is delivered again and again, and the records of its shard that come after its batch wait, until it succeeds or the
// mux hands it to its dead letters.
//
// # Gaps
//
// A stream keeps its records for 24 hours. Whatever is lost to a reader is a [Gap], never silent: it goes to the mux, whose
// views then need a Rebuild, and to [Options].OnGap, without which Run ends with it.
//
// # Dead letters
//
// A [File] or a [Queue] takes what a mux could not handle, and [Replay] hands it to a mux again, after any time. A
// contribution ledger does not mind that everything has moved on since; a handler of your own has to.
package ddbstream
