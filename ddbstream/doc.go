// Package ddbstream reads DynamoDB Streams without Lambda. It finds the shards of a table's stream, reads a parent
// before its children, shares the shards among workers by leases, stores checkpoints, and hands the records to a
// [ddb.Mux].
//
//	store := ddbstream.NewTableStore(client, "prod-platform-readers", "search-feed")
//	reader := ddbstream.NewReader(streams, "prod-platform", mux, store, nil)
//	err := reader.Run(ctx) // until ctx ends; Drain ends when the stream does, for tests and jobs
//
// # What it promises
//
// Delivery is at least once, and the records of one item are delivered in order. When a worker crashes, another worker
// takes its shards and begins at the last checkpoint: records handled after that checkpoint are delivered again.
//
// A record that fails is delivered again, with backoff, until it succeeds or the mux hands it to its dead letters.
// Until then the later batches of its shard wait. A record that this release cannot convert is delivered as
// [ddb.Record].Raw, and the same rule holds for it.
//
// # Where it begins
//
// The first worker of a group without leases decides where the group begins: at the oldest record of the stream, at the
// present ([Options].Latest), or at a time ([Options].From). The decision is stored beside the leases as a [Start] and
// holds for all workers. To begin again, use another group. A shard with a checkpoint begins after that checkpoint.
//
// # Several workers
//
// A worker that has fewer shards than its share asks the owner of a shard for it. The owner ends its batch, writes the
// checkpoint and hands the shard over. So no two workers read a shard at once, and the records of an item stay in
// order.
//
// A worker that could not renew its lease for [Options].Lease has lost its shards and stops reading them. Records
// handled since the last checkpoint are delivered again, to the new owner.
//
// A live worker keeps a shard whose handler hangs, because taking it would break the order of its items. Both workers
// report this ([ShardStatus].WantedSince, [Options].OnError). Give handlers a deadline.
//
// A worker of an older release cannot be asked: others take its shards at once, as workers of that release do. While a
// deployment mixes releases, records may be delivered twice, and two workers may handle the same record at once.
//
// # Outages
//
// Failed requests are retried with backoff, up to ten seconds. The same cause is reported once a minute
// ([Options].OnError). When all requests of a kind fail, the reader keeps its positions and sends one request at a time
// ([Options].OnOutage). [Reader.Status] returns the state of each shard and the counts of the mux.
//
// # Gaps
//
// A stream keeps its records for 24 hours. Lost records are always reported, as a [Gap]. The gap goes to the mux, whose
// views then need a Rebuild, and to [Options].OnGap. Without OnGap, Run ends with the gap as its error.
//
// # Dead letters
//
// A [File] or a [Queue] stores the records that a mux could not handle. [Replay] hands them to a mux again, at any
// later time, and returns what failed again. The reader does not report a record that became a dead letter:
// [ddb.MuxOptions].Report receives each, and [Status].Mux counts them. A contribution ledger handles an old record
// correctly. Your own handlers have to expect that the item has changed since.
//
// # What it costs
//
// Every [Options].Discover a worker reads the leases and lists the streams and their shards. A shard costs one
// GetRecords for each batch, and one for each [Options].Poll while it has no new records. The store is written three
// times in each [Options].Lease for each shard, and at most once in each [Options].Checkpoint while records arrive.
package ddbstream
