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
// mux hands it to its dead letters. So does a record that the reader cannot convert, because it came after this release:
// it comes to the mux as [ddb.Record].Raw.
//
// # Where it begins
//
// The first worker of a group without leases decides where the group begins: with the oldest record that the stream keeps,
// with what is written from now on ([Options].Latest), or at a time ([Options].From). The decision is stored beside the
// leases as a [Start], and holds for all workers; to begin anew, use another group. A shard that has a checkpoint begins
// behind it.
//
// # Several workers
//
// A worker that has fewer shards than its share asks the owner of one for it. The owner ends its batch, writes the position
// and hands the shard over, so that no two workers are in a shard at once and an item's records stay in order. A worker that
// has not renewed its lease for the time of a lease has lost its shards, and stops; then what was handled since the last
// checkpoint comes again. A worker that is alive keeps a shard whose handler hangs, since to take it would break the order of its
// items: that is told by both sides ([ShardStatus].WantedSince, [Options].OnError), so give handlers a deadline. A worker of an older release, which cannot be asked, loses shards to others at once, as it did among
// its own; in a deploy that mixes them, records may come again, and a handler of the older release may still be at work on
// one that the new owner handles too.
//
// # Outages
//
// What fails is tried again, with pauses that grow to ten seconds. A cause is told once a minute ([Options].OnError). When all
// requests of a kind fail the reader keeps its positions and lets one through at a time ([Options].OnOutage).
// [Reader.Status] tells how each shard stands, and what the mux did.
//
// # Gaps
//
// A stream keeps its records for 24 hours. Whatever is lost to a reader is a [Gap], never silent: it goes to the mux, whose
// views then need a Rebuild, and to [Options].OnGap, without which Run ends with it.
//
// # Dead letters
//
// A [File] or a [Queue] takes what a mux could not handle, and [Replay] hands it to a mux again, after any time, and tells what failed
// again. A record that went there has not failed any more, so that the reader says nothing of it: [ddb.MuxOptions].Report is told of
// each, and [Status].Mux counts them. A contribution ledger does not mind that everything has moved on since; a handler of your own has to.
package ddbstream
