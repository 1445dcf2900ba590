// Package ddbmem is an in-memory DynamoDB for tests and tools.
//
// It speaks the wire protocol of the service, so the AWS SDK, or a client in any language, works with it unchanged. It
// depends on nothing but this module, starts in microseconds, uses no goroutine and no socket, and keeps all data in
// memory:
//
//	client := ddbmem.New().Client()
//
// The engine behaves as DynamoDB's documentation says. When it rejects a request, the error has the type and the text
// of the service's error.
//
// # Calling it
//
// [Engine.Client] and [Engine.StreamsClient] are SDK clients that call the engine in process. An [Engine] is also an
// [net/http.Handler], and [Engine.Serve] listens on a TCP address, as the command in cmd/ddbmem does:
//
//	go run github.com/singletable-go/ddb/ddbmem/cmd/ddbmem -addr 127.0.0.1:8000
//
// [Engine.Snapshot] and [Engine.Restore] save and load tables and items as JSON.
//
// # Supported operations
//
// All other operations return UnknownOperationException.
//
//	CreateTable                key schemas, local and global indexes, multi-attribute index keys, stream, tags, billing
//	UpdateTable                add and delete a global index with backfill, billing, stream, class, protection
//	DescribeTable              with exact item counts and sizes
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
//	TransactGetItems           up to 100 items and 4 MB, one snapshot
//	TransactWriteItems         up to 100 items and 4 MB, all or nothing, idempotency tokens
//	ExecuteStatement           SELECT, INSERT, UPDATE, DELETE; with Options.PartiQL
//	BatchExecuteStatement      up to 25 statements; with Options.PartiQL
//	ExecuteTransaction         up to 100 statements, EXISTS too; with Options.PartiQL
//	TagResource
//	UntagResource
//	ListTagsOfResource
//	DescribeLimits             the quotas of a new account
//	DescribeEndpoints          the address of the request
//	DescribeContinuousBackups  point-in-time recovery is off
//	ListGlobalTables           always empty
//	ListStreams                also those of deleted tables, for 24 hours
//	DescribeStream             shards with their parents
//	GetShardIterator           TRIM_HORIZON, LATEST, AT_ and AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP
//	GetRecords                 for 24 hours, up to 1000 records and 1 MB
//
// The legacy parameters, from before expressions (AttributesToGet, AttributeUpdates, Expected, KeyConditions,
// QueryFilter, ScanFilter, ConditionalOperator), are rejected with a ValidationException that names the successor: in a
// new program they are a mistake. [Options.Legacy] accepts them. [Options.PartiQL] accepts the operations that run
// PartiQL statements. The command accepts both, for tools of any age.
//
// # Time
//
// The engine takes the time from a [Clock] and does nothing in the background. Expired items are deleted by the next
// request that uses their table or its stream. Index entries that a fault delays appear with the next request after
// their time. With a [ManualClock] a test controls the time.
//
// # Faults
//
// [Faults] causes what a real DynamoDB does under stress: throttling, partly processed batches, transaction conflicts,
// stale reads and indexes, lost responses. The data stays consistent in all cases; [Engine.Check] verifies it.
//
// Transactions that overlap in time conflict, as in the service. One of two transactions on the same item is cancelled
// with TransactionConflict. So is a single write to an item of a transaction in progress.
//
// # Capacity
//
// With [Options.Capacity] tables throttle as in the service: by provisioned units, by partition limits, and by the
// write units of an index. A test can see a hot partition with [Engine.CapacityMetrics], give the table a better key,
// and see it gone. [Engine.SetAutoScaling] makes the units follow the load. Without the option nothing is throttled.
// With a [ManualClock] the units of a second arrive when the clock advances, so give clients aws.NopRetryer: a retry
// waits in real time.
//
// # Streams
//
// Sequence numbers grow with gaps. Their length varies from 21 to 40 digits: code that compares them as text fails here
// as it would in the service. Shards split when [Engine.SplitShard] is called and after [Options.ShardRecords] records.
// [Options.StreamShards] gives a new stream several shards. Records are removed after 24 hours, and the oldest earlier
// if a stream needs more memory than [Options.StreamBytes]. The stream of a deleted table ends at once and is removed
// after 24 hours.
//
// # Differences from DynamoDB Local
//
// AttributeDefinitions that are not a key of the table or of an index are rejected, as in the service: "Some
// AttributeDefinitions are not used", or for a table without indexes "Number of attributes in KeySchema does not
// exactly match number of attributes defined in AttributeDefinitions". DynamoDB Local accepts them. Define only key
// attributes.
//
// # Differences from the service
//
//   - CreateTable, UpdateTable and DeleteTable take effect before they respond, though their responses say CREATING,
//     UPDATING and DELETING. [Options.TableDelay] makes them take time.
//   - Expired items are deleted at once, not within days. [Options.TTLDelay] keeps them longer.
//   - Reads of global indexes see every write at once unless [Faults.IndexLag] is set. The same holds for eventually
//     consistent reads of tables and local indexes without [Faults.ReadLag]. Neither goes back in time, as reads of
//     several replicas may.
//   - Item counts and sizes in descriptions are exact, not six hours old.
//   - A scan visits partitions in an order of its own, which is stable but not that of the service.
//   - Over HTTP a request must have a signature, which is not verified.
//   - Throughput is limited only with [Options.Capacity], whose documentation names the choices that the service does
//     not document. Three limits are not enforced: on control operations, on changes of the billing mode, and on the
//     size of an item collection with a local index.
//   - AT_TIMESTAMP behaves as the API documents. The texts of its errors are the engine's own, because none are known.
//   - A PartiQL SELECT reads the partitions that its WHERE clause names by = or IN and filters the rest. The service
//     does not document how it reads.
//   - Global tables, backups, import, export and resource policies do not exist.
package ddbmem
