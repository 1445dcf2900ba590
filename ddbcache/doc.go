// Package ddbcache is a cache for DynamoDB in the memory of a program: a [ddb.Client] in front of another one, that caches
// as DAX does.
//
//	cache := ddbcache.New(client, nil) // client: *dynamodb.Client
//	db := ddb.New(cache, "app", Table, nil)
//
// # What it keeps
//
// The item cache has whole items by table and primary key, from GetItem and BatchGetItem, and that there is no such item.
// The query cache has pages of Query and Scan, by all parameters that shape them. Each has a time to live, five minutes by
// default, and a number of bytes, 64 MiB by default.
//
// Strongly consistent reads and transactions pass by, and so does a read of an item with a projection, since the cache has
// whole items. What passes by is not kept. Concurrent misses of one key make one request. If the caller that makes it gives
// up, another one makes it again; if it fails, each of the others makes its own. So no caller fails for the context, the
// options or the other keys of another. Only that the service has too much to do, a throttle or an internal error, is the
// error of all.
//
// What is returned is the caller's, to keep and to change. A string of it may be a part of the whole item, and then holds up
// to 1 KiB or eight times its own length in memory.
//
// # What it promises
//
// Writes go through the cache to the table. A GetItem or BatchGetItem through the same cache that begins after such a write
// ended sees it, or a later one. This holds for eventually consistent reads, after an error and a lost response too, for
// entries that were evicted, for any number of concurrent callers, and for a table that was deleted and made again with
// another key. It assumes that DynamoDB's eventually consistent reads see a write within [Options].Settle, and that a request
// whose response was lost arrives within it, and is seen within as long again. A client that ignores the options of calls
// does not tell that it sent a request twice. With a negative [Options].ItemTTL reads are as without a cache.
//
// The item of a PutItem or BatchWriteItem is kept as the program wrote it. A client that changes items on their way, such as
// one that adds an attribute to each, belongs in front of the cache, and not below it.
//
// # What it does not promise
//
//   - Pages of Query and Scan are old until their time to live is over: no write removes them, as in DAX. A program that
//     reads a page after it wrote reads it strongly consistently, or sets a short [Options].QueryTTL, or a negative one.
//   - The pages of one query may have been read at different times: an item that moved is in both of two pages, or in none.
//   - What another program writes, or this one past the cache, or DynamoDB's TTL deletes, is seen when the time to live is
//     over, or when a [Follower] has handled the record of the stream.
//   - A read may return an older item than an earlier read past the cache did. Decide with strongly consistent reads, or
//     with conditions of a write.
//   - A table that another program deletes and makes again with the same key is another writer's change: what was in it is
//     found until the time to live is over.
//   - A transaction that wrote several items may be seen in one of them and not yet in another while it is under way.
//
// # How it works
//
// A read that misses is a flight: it has a place for its key that others find. The end of a write does four things at
// once, after the table responded and before the caller knows:
//
//  1. It detaches the flight of the key. What a detached flight brings goes to those who wait for it, and not into the cache;
//     who comes later begins another one.
//  2. It replaces the entry if the response says what the table has now: PutItem, DeleteItem, BatchWriteItem, and UpdateItem
//     with ALL_NEW. Otherwise, after an error, and if another write of the key overlapped, so that their order is not known, it
//     removes the entry.
//  3. For [Options].Settle it marks the key: a miss is then read strongly consistently, at twice the capacity.
//  4. If it is not known whether the write was done, it may yet arrive. For the same time nothing is kept of the key, and
//     for twice that time it is read strongly consistently: what arrives late may be seen later still.
//
// A record of a stream does the same as a write that ended elsewhere, but leaves an entry that is as the record says. A write
// whose key cannot be told does it for the whole table: a PutItem before the first read, which shows which attributes the key
// has, one of a table that got another key while it was under way, and a key with a string that is not UTF-8, which the SDK
// sends as another one. A read of a key that cannot be told, or that has other attributes than was known, is strongly
// consistent. The tests leave out each of these steps, and find a history that breaks the promise.
//
// # Several processes
//
// Each process has its own cache. [Cache.Follow] keeps one up to date with what the others write, a second or so behind. At
// most two processes should read a shard of a DynamoDB stream at once; more of them follow Kinesis Data Streams, or get the
// records from one that reads. A process that reads by package ddbstream needs a group of its own, such as a MemoryStore, in
// order to see every record.
//
// # Costs
//
// A hit makes no request and consumes nothing. A [ddb.Meter] counts it in Hits. [Cache.Stats] and [Options].OnAccess have the
// numbers, with the capacity that was saved. Query and Scan ask the table what they consume, which costs nothing.
//
// A hit needs about 4 µs for an item of ten attributes. An entry needs the bytes of its values and of its names, about two for
// each, and 180 more. A write needs about 60 bytes for Settle, of at most 32,768 keys of a table, and the cache some hundred
// bytes for each table whose name it was called with, as long as it lives; neither is in the numbers of [Stats]. What forgets
// a whole table looks at all keys that are cached, if there were some of that table.
//
// An importer gets one module more than with ddb: github.com/maypok86/otter/v2.
package ddbcache
