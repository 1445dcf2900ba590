// Package ddbmem is a DynamoDB in memory, for tests and tools.
//
// It speaks the wire protocol of the service, so that the SDK, or a client in any language, cannot tell it from one. It
// needs nothing but this module, starts in microseconds, holds no goroutine and no socket, and keeps everything in
// memory:
//
//	client := ddbmem.New().Client()
//
// What the documentation of DynamoDB says, the engine does; where it refuses a request, it does so with the error and in
// the words of the service.
//
// # Calling it
//
// [Engine.Client] and [Engine.StreamsClient] are SDK clients that call the engine in process. An [Engine] is an
// [net/http.Handler] too, and [Engine.Serve] puts it on a TCP address; the command in cmd/ddbmem does just that:
//
//	go run github.com/singletable-go/ddb/ddbmem/cmd/ddbmem -addr 127.0.0.1:8000
//
// [Engine.Snapshot] and [Engine.Restore] save tables and items as JSON.
//
// # Supported operations
//
// Everything else answers UnknownOperationException.
//
//	CreateTable                key schemas, local and global indexes, multi-attribute index keys, stream, tags, billing
//	UpdateTable                add and delete a global index with backfill, billing, stream, class, protection
//	DescribeTable              with item counts and sizes that are exact
//	DeleteTable                unless protected
//	ListTables                 in pages
//	UpdateTimeToLive           expiry on the engine's clock
//	DescribeTimeToLive
//	PutItem                    conditions, old values
//	GetItem                    projections
//	UpdateItem                 SET, REMOVE, ADD, DELETE; conditions; all return values
//	DeleteItem                 conditions, old values
//	Query                      tables and indexes, filters, projections, pages, both directions
//	Scan                       tables and indexes, filters, projections, pages, segments
//	BatchGetItem               up to 100 keys and 16 MB
//	BatchWriteItem             up to 25 requests
//	TransactGetItems           up to 100 items and 4 MB, at one moment
//	TransactWriteItems         up to 100 items and 4 MB, all or nothing, client tokens
//	ExecuteStatement           SELECT, INSERT, UPDATE, DELETE; with Options.PartiQL
//	BatchExecuteStatement      up to 25 statements; with Options.PartiQL
//	ExecuteTransaction         up to 100 statements, EXISTS too; with Options.PartiQL
//	TagResource
//	UntagResource
//	ListTagsOfResource
//	DescribeLimits             those of a new account
//	DescribeEndpoints          the address that was called
//	DescribeContinuousBackups  there is no recovery to a point in time
//	ListGlobalTables           there are none
//	ListStreams                those of deleted tables for a day
//	DescribeStream             shards with their parents
//	GetShardIterator           TRIM_HORIZON, LATEST, AT_ and AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP
//	GetRecords                 for a day, up to 1000 records and 1 MB
//
// The parameters from before there were expressions (AttributesToGet, AttributeUpdates, Expected, KeyConditions,
// QueryFilter, ScanFilter, ConditionalOperator) are refused with a ValidationException that names their successor, as a
// mistake in a program of today. [Options.Legacy] accepts them, and [Options.PartiQL] the operations that run PartiQL
// statements. The command accepts both, for tools of any age.
//
// # Time
//
// The engine asks a [Clock] for the time, and nothing happens behind its back: items that have expired are deleted by the
// next request that looks at their table or its stream, index rows that a fault delays appear at the next request after
// their time. With a [ManualClock], a test decides when.
//
// # Bad days
//
// [Faults] provokes what a real DynamoDB does on a bad day: throttling, batches that come back half done, transactions
// that conflict, reads and indexes that lag behind, answers that get lost. The data stays consistent whatever happens;
// [Engine.Check] proves it.
//
// Transactions that overlap in time conflict, as they do in the service: one of two on the same item is cancelled with
// TransactionConflict, and so is a write of its own to an item of a transaction under way.
//
// # Capacity
//
// With [Options.Capacity], tables throttle as they do in the service: for what is provisioned, for what partitions bear,
// for an index that lacks write units. A test can see a hot partition with [Engine.CapacityMetrics], give the table a
// better key, and see it gone; [Engine.SetAutoScaling] lets units follow the load. Without it nothing is throttled. With
// a [ManualClock] the units of a second are there when the clock moves on, so give clients aws.NopRetryer: a retry waits in
// real time.
//
// # Streams
//
// Sequence numbers grow with gaps, in value and now and then in length, from 21 to 40 digits: code that compares them as
// text fails here as it would in the service. Shards split when [Engine.SplitShard] or [Options.ShardRecords] says so,
// and [Options.StreamShards] begins a stream with several. Records go after 24 hours, and the oldest before that when a
// stream takes more memory than [Options.StreamBytes]. The stream of a deleted table ends at once and goes after 24 hours.
//
// # What DynamoDB Local takes
//
// AttributeDefinitions that no key of the table or of an index uses are refused: "Some AttributeDefinitions are not used", or of a
// table without indexes "Number of attributes in KeySchema does not exactly match number of attributes defined in
// AttributeDefinitions". The service refuses them too, while DynamoDB Local takes them. Define the attributes of keys alone.
//
// # Known differences
//
//   - CreateTable, UpdateTable and DeleteTable take effect before they answer, though their answers say CREATING, UPDATING
//     and DELETING. [Options.TableDelay] makes them take time.
//   - Expired items go at once rather than within days. [Options.TTLDelay] keeps them.
//   - Reads of global indexes see every write at once unless [Faults.IndexLag] says otherwise, and so do eventually
//     consistent reads of tables and local indexes unless [Faults.ReadLag] does. Neither goes back in time, as reads of
//     several replicas may.
//   - Item counts and sizes in descriptions are exact rather than six hours old.
//   - A scan visits partitions in an order of its own, which is stable but not that of the service.
//   - Over HTTP a request must carry a signature, which is not verified.
//   - Throughput is limited only with [Options.Capacity], which says where it makes choices that the service does not
//     document. Limits on control operations, on how often a mode may change and on an item collection with a local index
//     are not enforced.
//   - AT_TIMESTAMP does what the API documents; the wording of its errors is the engine's own, since none is on record.
//   - A SELECT of PartiQL reads the partitions that its WHERE clause names by = or IN and filters the rest; the service
//     does not document how it reads.
//   - There is no global table, no backup, no import or export, no resource policy.
package ddbmem
