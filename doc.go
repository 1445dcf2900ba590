// Package ddb models many kinds of entity in one DynamoDB table.
//
// A model describes a table as Go values: its indexes, its entities, and the prefixes and fields of their keys. The
// package derives the rest: the keys of every write, typed reads, item collections of mixed types, the table
// definition, and a page that shows the whole design. Three rules hold everywhere: descriptors are data, repositories
// do I/O, and a field is named by its address.
//
// # The table and its entities
//
// A [Table] is schema only, without a client or a physical name. Entities are defined in package variables:
//
//	const (
//		course  ddb.Prefix = "c#"
//		student ddb.Prefix = "s#"
//		enroll  ddb.Prefix = "e#"
//	)
//
//	var (
//		Platform = ddb.NewTable("pk", "sk")
//		GSI1     = Platform.GSI("gsi1", "gsi1_pk", "gsi1_sk")
//	)
//
//	type Enrollment struct {
//		ID        string `dynamodbav:"-"`
//		CourseID  string `dynamodbav:"-"`
//		StudentID string `dynamodbav:"studentId"`
//	}
//
//	var Enrollments = ddb.MustDefine(Platform, "enrollment", func(e *Enrollment, d *ddb.Definition) {
//		id := ddb.Key(enroll, ddb.Str(&e.ID))
//		d.Primary(ddb.Key(course, ddb.Str(&e.CourseID)), id)
//		d.Index(GSI1, ddb.Key(student, ddb.Str(&e.StudentID)), id)
//	})
//
// The function runs once, on a prototype whose fields are named by their addresses. A typo, a field of the wrong kind
// or a forgotten & does not compile, and renaming a field renames it here.
//
// [Define] reports every fault of a definition at once: keys that two values could share, entities that a query could
// mix up in any index, an index that an item would be in by accident, a field that would be lost. [Table.Check] returns
// the faults of all definitions, for a test. Declarations after the last entity are checked by [New], which panics on a
// fault. [Table.Describe] prints the design.
//
// # How items are stored
//
// Attributes are those of package attributevalue, by dynamodbav tags. There are no other tags, and json tags have no
// effect. Each item also has its key attributes, and its entity's name in the type attribute ("entityType", see
// [Table.TypeAttribute]). Attributes and keys that the library adds for itself begin with "~".
//
// A field that the primary key holds in full may be tagged "-": it is then stored in the key only, and read from it.
// Conditions and filters cannot name it.
//
// A field that attributevalue would not store, or would not read back, is a fault of the definition: a type that
// exports no field, a channel, a map key without text. [AsText] stores a type that has text methods, such as a decimal,
// a big.Int or a netip.Addr. Tag options that attributevalue would ignore are faults too. So is a struct that has the
// marshaler of a type that it embeds, since that marshaler does not store the fields beside it. An embedded pointer
// comes back nil if none of its fields is stored, since all are left out as empty.
//
// An item is read as it was written. A value for which this does not hold is refused before any request, with an error
// that matches [ErrValue] and names the field. Conditions and edits are checked too, but the result of an [Add] is
// known only to DynamoDB. Such a value that an older release stored is read, or is an [ItemError] of that item, which
// can be deleted by its key.
//
// A json.Number or attributevalue.Number is stored as its value: 1.50 comes back as 1.5, also from the write itself. In
// an any the kind of a value is lost, as in attributevalue: a time comes back as text, and a number as a float64, so
// one of more than 15 digits changes. Declare the types that matter.
//
// # Times
//
// A time is stored as RFC 3339 text in its own zone, with as many digits of a second as it has. DynamoDB compares that
// text, in which 00.5Z comes before 00Z. So [Lt], [Le], [Gt], [Ge] and [Between] on such an attribute are refused in
// [If], Filter and When, and so they are on a number tagged ",string". [Eq] holds for the same text, so for one zone.
//
// Tagged unixtime, a time is a number of whole seconds, read in UTC, and sorts right. In a key ([Time]) it always sorts
// right. A zero time is stored too, even under omitempty.
//
// # How items are read
//
// The shape of its primary key decides which entity claims an item; the type attribute is the cross-check. If an
// attribute is absent, its field is read from the key. If both are there and disagree, reading the item is an error,
// also if the attribute is zero or empty. Every part of the primary key is compared; see [ItemError] for what is not.
//
// Attributes that the library fills are matched by their exact names, and so are the fields Version, TTL, Created and
// Updated. Another field is read from an attribute whose name differs only in case if there is none of the exact name;
// of several, the least one is read. attributevalue leaves that choice to chance.
//
// # What DynamoDB does with values
//
// DynamoDB keeps 38 digits of a number and normalizes it: the text "1.50" comes back as "1.5". A set has at least one
// element, so an empty one is stored as NULL. Lists and maps nest up to 32 levels, including the innermost string or
// number. A value that must stay exactly as it was written belongs in a string: an [AsText], or a field of your own.
//
// # Keys
//
// A key is a template of literals ([Prefix]) and parts ([Str], [Fold], [Num], [Time], [Text], [Shard]), or the field's
// own attribute ([Native]). Keys stay readable: nothing is escaped. They are injective: a value that contains the
// literal that follows it is refused when it is written, with a [KeyError]. They sort as their values do, negative
// numbers included.
//
// Text is compared as it was written: there is no Unicode normalization. An empty string, a zero time and an empty byte
// slice are empty and stand in no key; a number or a bool is never empty. Partition keys have up to 2048 bytes and sort
// keys up to 1024, in the table and in every index.
//
// # Reading
//
// An access pattern is a function that returns a [Query]: a value that can be printed, listed and tested without a
// client.
//
//	func EnrollmentsOf(student string) ddb.Query[Enrollment] {
//		return Enrollments.On(GSI1, Enrollment{StudentID: student})
//	}
//
// The example has the fields of the partition key and no others. [Query.SortKey] takes equalities for the leading parts
// of the sort key and then at most one range. It compiles to one key condition that stays inside the entity: an open
// range never runs into the next entity, and 1 never matches 12. [Query.Filter] drops items that were read and paid
// for.
//
// The name of a method states its cardinality. [Repository.Get] and [Repository.One] return one item,
// [Repository.Query] many, [Repository.Page] a bounded part and a [Cursor], and [Repository.BatchGet] an outcome for
// each key. [DB.Gather] reads an item collection of several types with one Query, [DB.Items] iterates over one, and
// [DB.Scan] over the table.
//
// If an index does not project whole items, reads fetch them with BatchGet. Each item is checked against the index key
// and the filter again, and left out if it no longer matches. Besides the fields, reads need the type, the TTL and the
// schema number. They are read under [Query.Select] too, and an index that does not project the TTL or the schema
// number makes reads fetch the items.
//
// # Iterators
//
// Sequences are iter.Seq2[T, error]: values with nil errors, and errors with the zero value. An item that cannot be
// read, because no entity claims it or it does not decode, is an [ItemError] with its key and cause. The sequence
// continues if the loop does, so one bad item does not end a list. Any other error is the last thing that a sequence
// yields, including that of a context that ends. break stops the paging. Each range over a sequence is a new read.
//
//	for e, err := range enrollments.Query(ctx, EnrollmentsOf(s)) {
//		if bad, ok := errors.AsType[*ddb.ItemError](err); ok {
//			log.Print(bad) // and on to the next
//			continue
//		}
//		…
//	}
//
// [Collect] makes a slice and stops at the first error of any kind, as [DB.Gather] does. [CollectAll] and
// [DB.GatherAll] continue past items that cannot be read, and return their errors joined, beside the other items. So
// does [Repository.Page], whose cursor is after all of them. [Query.IgnoreUnknown] skips items that no entity claims.
//
// # Writing
//
// Each verb states what must exist: [Repository.Create] (nothing), [Repository.Replace] and [Repository.Update] (an
// item), [Repository.Put], [Repository.Upsert] and [Repository.Delete] (either), [Repository.Take] (an item, which it
// returns). Conditions stand in [If]. Verbs return the item as stored; with [ReturnOld], as it was before.
//
//	f := Things.Fields()
//	t, err := things.Update(ctx, Thing{ID: id},
//		ddb.If(ddb.Eq(&f.Status, Draft), ddb.Eq(&f.OrgID, org)),
//		ddb.Set(&f.Status, Pending), ddb.Append(&f.Tags, "new"))
//
// No index entry goes stale. Update computes which index entries an edit touches, including those that an
// [IndexKeys.When] makes appear or vanish, and writes their keys in the same request. Values that the edit does not set
// come from Eq in If, from the primary key, or from a field of the example, which is then asserted. If one is missing,
// the call is refused before any request, and the error says what to supply. [Op.String] prints the source of each
// part. An edit whose result only DynamoDB knows, such as [Add], is refused on a part of a key, except on a [Native]
// key. [Repository.Modify] reads the item, changes it in Go, and writes the changes if it was not modified
// concurrently.
//
// The same verbs of an [Entity] make an [Op], a write as data: for [DB.Transact] (all of them, or none), [DB.Batch] (as
// few requests as possible, with an outcome for each) and [DB.Do]. [Entity.Check] asserts conditions on an item that
// the transaction does not write.
//
// # What the library keeps for an entity
//
// [Definition.Version] is optimistic locking: writes assert the version and raise it. [Definition.Revision] adds an
// opaque token, for ETag and If-Match, that also distinguishes an item from one that was deleted and created again.
// [Definition.History] keeps every version under a key of its own, so that reads of current items never pay for old
// ones. [Definition.Unique] keeps a value unique through an item of its own in the same transaction. [Definition.TTL]
// makes expired items absent before DynamoDB deletes them. [Definition.Created] and [Definition.Updated] keep times.
//
// # Streams
//
// A [Mux] routes the records of the table's stream to typed handlers by entity ([Handle]), in order for each item, with
// partial batch failure and dead letters. A record that is at fault itself goes to the dead letters. A failure of the
// environment, such as an outage or a missing permission, stops the batch and costs no record ([ErrUnavailable]).
// [Mux.Stats] counts the outcomes of records, and [MuxOptions].Report gets each failure.
//
// A Mux is a Lambda handler by itself ([Mux.Lambda]). Package ddbstream reads a stream without Lambda. A
// [RecordDecoder] takes the records from Kinesis Data Streams, from an EventBridge pipe or from SQS messages.
//
// An aggregate of package ddbview keeps fields of one entity as functions of many others: a sum, a count, the latest, the top ten. Its
// effect is exactly once, however often, late or out of order records arrive: the stream says which item changed, the
// table says what it is now. A fan-out copies an item into many others and moves those whose key changes.
//
// # Errors
//
// An error states operation, entity, key and cause. Test its class with errors.Is and the sentinels of this package.
// Get its facts with errors.AsType, which finds these types wherever they are in the tree of an error:
//
//   - [KeyError]: a value that no key can hold ([ErrValue] is the class of a value that no attribute can hold)
//   - [WriteError]: a write that was refused, with the stored item that caused it ([Entity.Current])
//   - [TransactError] and [BatchError]: several writes
//   - [ItemError]: a stored item that cannot be read
//   - [ThrottleError]: the throughput that DynamoDB lacked
//
// The SDK's own error is always in the tree. A mistake of the program, rather than of the data, matches [ErrModel] and
// is found before any request.
//
// A network loses responses, and the SDK then sends the request again. A write detects its own retries where it can: by
// the stamp of a versioned item, by comparing an item that it put, by the idempotency token of a transaction. Where it
// cannot, its error matches [ErrOutcomeUnknown], and no class that would mean that nothing was written. An error that
// does not match it is definite.
//
// # Costs
//
// Every method that does I/O states its requests, its capacity and its errors; [Repository] has the rules that they
// share. [WithMeter] counts requests and consumed capacity under a context, by index, through paging, batches and
// retries, so that a test can assert them. [Options].Observe gets each request, for telemetry.
//
// # Integrity
//
// DynamoDB sends a checksum with each response. With a client of the SDK, the library makes a wrong checksum an error,
// and the SDK sends the request again, for reads and for writes. That holds whether the library decodes the items or
// [Options].UseAttributeMaps leaves that to the SDK; the SDK alone only logs it. It does not hold for clients that ignore
// the options of a call, such as DAX or a fake, and with DisableValidateResponseChecksum.
//
// # Concurrency
//
// Tables are built in package variables, by one goroutine, and are frozen by [New]. Entities, queries, repositories and
// DBs are safe for concurrent use. Nothing needs closing.
package ddb
