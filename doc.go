// Package ddb models many kinds of entity in one DynamoDB table.
//
// It takes the description of a table as Go values (its indexes, its entities, the prefixes and fields that make their
// keys) and derives the rest: the keys on every write, typed reads, item collections of mixed types, the table
// definition, and a page that shows the whole design. Three sentences to hold on to: descriptors are data,
// repositories do I/O, and a field is named by its address.
//
// # The table and its entities
//
// A [Table] is schema only: no client, no physical name. Entities are defined in package variables:
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
// The function runs once, on a prototype whose fields are named by their addresses: a typo, a field of the wrong kind
// or a forgotten & does not compile, and renaming a field renames it here. [Define] reports every fault of the whole
// definition at once: keys that two values could share, entities that a query could mix up in any index, an index that
// an item would be in by accident, a field that would be lost. [Table.Check] tells the faults of all definitions, for a test;
// what is declared behind the last entity is checked by [New], which panics on a fault. [Table.Describe] prints the design back.
//
// # How items are stored
//
// Attributes are those of package attributevalue, by dynamodbav tags; there is no tag vocabulary of our own, and json tags say nothing. Each item
// also has its key attributes, and its entity's name in the type attribute ("entityType", see [Table.TypeAttribute]).
// A field that the primary key holds in full may be tagged "-": it is then stored in the key alone, and comes back from
// it; conditions and filters cannot name it. A field of which attributevalue would store nothing, or what it does not read
// back, is a fault of the definition: a type that exports no field, a channel, a map key without text; [AsText] stores what
// has text methods, such as a decimal, a big.Int or a netip.Addr. Tag options that attributevalue would ignore are faults too.
// So is a struct that has the marshaler of what it embeds, which knows nothing of the fields beside it. An embedded pointer
// of whose fields none is stored, since all are left out as empty, comes back nil.
//
// What is read is what was written, or the write is refused with the field named, before any request: text and map keys that
// are not valid UTF-8, NaN, infinities and numbers beyond DynamoDB's, times that RFC 3339 cannot tell, an element that stands
// in a set twice, what an any holds that would be lost, a pointer to a slice or map that is nil, and what nests deeper than 32 levels: the error matches [ErrValue]. What an older release stored of such
// a value is read, or is an [ItemError] of that item, which can be deleted by its key. Conditions and edits are no exception; what an [Add] makes of the number that is stored, DynamoDB
// alone sees. A json.Number or attributevalue.Number is its value: 1.50 comes back as 1.5, from the write already. In an any the kind of a value is lost, as in attributevalue: a number comes back as a float64, so one of more
// than 15 digits changes, and a time as text. Declare what matters.
//
// A time is stored as RFC 3339 text in its own zone, with as many digits of a second as it has, and DynamoDB compares that
// text, in which 00.5Z comes before 00Z: [Lt], [Le], [Gt], [Ge] and [Between] on such an attribute, and on a number tagged
// ",string", are refused in [If], Filter and When. Tagged unixtime it is a number of whole seconds, read in UTC, and in a key ([Time]) it always sorts
// right; [Eq] holds for the same text, so for one zone. A zero time is stored too, even under omitempty. On reading, the key
// wins over an attribute that is absent, and a disagreement is an error, be the attribute zero or empty. Every part of the
// primary key is compared with what was read; see [ItemError] for what is not. Attributes that the library fills are matched by
// their exact names, and so are the fields that it fills: Version, TTL, Created and Updated. Other fields are read from a name that differs only
// in case where there is none of the exact name, the least of several; attributevalue leaves that to chance. An item is claimed by the shape of
// its primary key; the type attribute is the cross-check. Whatever the library adds for itself is named with a leading
// ~, keys and attributes alike.
//
// # What DynamoDB makes of values
//
// DynamoDB keeps 38 digits of a number and writes it its own way: the text "1.50" comes back as "1.5". A set has an element at least, so an
// empty one is stored as NULL. Lists and maps nest up to 32 levels, the innermost string or number included. What is to stay as it was
// written belongs in a string: an [AsText], or a field of your own.
//
// # Keys
//
// A key is a template of literals ([Prefix]) and parts ([Str], [Fold], [Num], [Time], [Text], [Shard]), or the field's
// own attribute ([Native]). Keys stay readable: nothing is escaped. They are injective all the same, since a value in
// which the literal that follows begins is refused when it is written, with a [KeyError]; and they sort as their
// values do, negative numbers included. Text is compared as it was written: no Unicode normalization. An empty string,
// a zero time and no bytes are empty and stand in no key; a number or a bool is never empty. Partition keys have up to
// 2048 bytes and sort keys up to 1024, in the table and in every index.
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
// The example holds the fields of the partition key and nothing else. [Query.SortKey] takes equalities for the leading
// parts of the sort key and then at most one range; it compiles to one condition that stays inside the entity, so that
// an open range never runs into the next one and 1 never matches 12. [Query.Filter] drops items that were read and
// paid for.
//
// Cardinality is in the name of the method: [Repository.Get] and [Repository.One] return one item, [Repository.Query]
// many, [Repository.Page] a bounded piece and a [Cursor], [Repository.BatchGet] what became of each key. [DB.Gather]
// reads an item collection of several types with one Query, [DB.Items] iterates over one, [DB.Scan] over the table.
// Indexes that do not project whole items are hydrated through BatchGet: each item is checked against the index key and the
// filter again, and left out if it no longer matches. Beside the fields, reads look at the type, the TTL and the number of
// the schema; they are read under [Query.Select] too, and an index that does not project the TTL or the number is hydrated.
//
// # Iterators
//
// Sequences are iter.Seq2[T, error]: values with nil errors, and errors with the zero value. An item that cannot be read,
// because no entity claims it or it does not decode, is an [ItemError] with its key and cause, and the sequence goes on if
// the loop does: one bad item ends no list. Any other error is the last thing that a sequence yields, that of a context
// that ends included. break stops paging. Each range over a sequence is a fresh read.
//
//	for e, err := range enrollments.Query(ctx, EnrollmentsOf(s)) {
//		if bad, ok := errors.AsType[*ddb.ItemError](err); ok {
//			log.Print(bad) // and on to the next
//			continue
//		}
//		…
//	}
//
// [Collect] makes a slice and stops at the first error of any kind, as [DB.Gather] does; [CollectAll] and [DB.GatherAll] go
// on, and return the errors of the items joined, beside those that could be read. So does [Repository.Page], whose cursor
// stands behind all of them. [Query.IgnoreUnknown] skips what no entity claims.
//
// # Writing
//
// Each verb says what must be there: [Repository.Create] (nothing), [Repository.Replace] and [Repository.Update] (an
// item), [Repository.Put], [Repository.Upsert] and [Repository.Delete] (either), [Repository.Take] (an item, which it
// returns). Conditions stand in [If]. Verbs return the item as stored; [ReturnOld] turns that round.
//
//	f := Things.Fields()
//	t, err := things.Update(ctx, Thing{ID: id},
//		ddb.If(ddb.Eq(&f.Status, Draft), ddb.Eq(&f.OrgID, org)),
//		ddb.Set(&f.Status, Pending), ddb.Append(&f.Tags, "new"))
//
// An index key never goes stale. Update works out which index rows an edit touches, also those that a [Row.When] makes
// appear or vanish, and writes their keys in the same request. What it needs for them and the edit does not say comes
// from Eq in If, from the primary key, or from a field of the example, which is then asserted; if something is missing,
// the call is refused before any request and says what to supply. [Op.String] prints where each part comes from. An
// edit whose result only DynamoDB knows, such as [Add], is refused on a part of a key; on a [Native] key it is right.
// [Repository.Modify] reads, changes the item in Go, and writes what changed if nobody else did meanwhile.
//
// The same verbs of an [Entity] make an [Op], a write as data: for [DB.Transact] (all of them, or none), [DB.Batch] (as
// few requests as possible, with an outcome for each) and [DB.Do]. [Entity.Check] asserts something about an item that
// the transaction does not write.
//
// # What the library keeps for an entity
//
// [Definition.Version] is optimistic locking: writes assert the version and raise it. [Definition.Revision] adds an opaque
// token that tells an item from one that was deleted and created anew, for ETag and If-Match. [Definition.History] keeps every
// version under a key of its own, so that reading current items never pays for old ones. [Definition.Unique] keeps a
// value unique through an item of its own in the same transaction. [Definition.TTL] makes what is expired absent, before
// DynamoDB deletes it. [Definition.Created] and [Definition.Updated] keep times.
//
// # Streams
//
// A [Mux] routes the records of the table's stream to handlers by entity, typed: [Handle], in order for each item, with
// partial batch failure and dead letters. What is wrong with a record goes to the dead letters; what is wrong around it, an
// outage or a missing permission, stops the batch and costs no record ([ErrUnavailable]). [Mux.Stats] counts what became
// of records, and [MuxOptions].Report gets each failure. A Mux is a Lambda handler by itself ([Mux.Lambda]); package ddbstream reads a
// stream without Lambda; and a [RecordDecoder] takes the records from Kinesis Data Streams, from a pipe of EventBridge or
// from messages of SQS. An [Aggregate] keeps fields of one entity true as functions of many others (a sum, a count, the
// latest, the top ten), exactly once in effect however often, late or out of order records arrive: the stream says
// which item changed, the table says what it is now. [FanOut] copies an item into many others and moves those whose key
// changes.
//
// # Errors
//
// An error says operation, entity, key and cause. Test for its class with errors.Is and the sentinels of this package,
// and for its facts with errors.AsType: [KeyError] for a value that no key can hold ([ErrValue] is the class of what no attribute can), [WriteError] for a write that was
// refused, with the item that stood in the way ([Entity.Current]), [TransactError] and [BatchError] for several,
// [ItemError] for a stored item that cannot be read, [ThrottleError] for what DynamoDB lacked throughput of. The SDK's own error is always in the tree. What the program,
// rather than the data, got wrong matches [ErrModel] and is found before any request.
//
// A network loses responses, and the SDK sends the request again. A write recognizes its own work then, where it can: by the
// stamp of a versioned item, by comparing an item that it put, by the token of a transaction. Where it cannot, its error
// matches [ErrOutcomeUnknown], and no class that would say that nothing was written. An error that does not match it is
// definite.
//
// # Costs
//
// Every method says what it costs. [WithMeter] counts requests and consumed capacity under a context, by index, through
// paging, batches and retries, so that a test can assert them.
//
// # Integrity
//
// DynamoDB sends a checksum with each response. Through a client of the SDK's own, a response that does not match it is an
// error that the SDK tries again, of reads and of writes, whether the library decodes the items or [Options].AttributePath
// leaves that to the SDK; the SDK alone only logs it. Clients that do not look at the options of a call, such as DAX or a
// fake, and those with DisableValidateResponseChecksum, are on their own.
//
// # Concurrency
//
// Tables are built in package variables, by one goroutine, and are frozen by [New]. Entities, queries, repositories and
// DBs are safe for concurrent use. Nothing needs closing.
package ddb
