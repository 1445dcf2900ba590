// Package ddbblob stores large values of items in an object store. An item has 400 KB at most, and each read of it costs
// for all of it. A field of type [Blob] stores its content as an object, and a reference to it in the item:
//
//	type Lecture struct {
//		ID     string
//		Slides ddbblob.Blob
//	}
//
//	db := ddb.New(client, "platform", Platform, &ddb.Options{Blobs: ddbblob.Dir("/var/lib/blobs")})
//	lectures := ddb.NewRepository(db, Lectures)
//	_, err := lectures.Put(ctx, Lecture{ID: "7", Slides: ddbblob.New(slides)})
//	…
//	lecture, err := lectures.Get(ctx, Lecture{ID: "7"}) // without the content
//	slides, err := lecture.Slides.Load(ctx)
//
// A [Store] is a directory ([Dir]), memory ([Memory]), a bucket in S3 (package ddbs3, a module of its own), or a type of
// the program's with four methods. Requests to it are no requests to DynamoDB: they are in no meter, and Observe does not
// see them.
//
// # What is stored
//
// The item has a map of the object's key, its size, and its SHA-256. [Blob.Load] compares them, so a damaged object is
// an error. The zero Blob has no attribute.
//
// The key of an object names the table, the item and the attribute, and ends in random text:
// platform/lecture%237/lecture%237/Slides/J5X2…. It has up to 1,019 bytes, so that its mark has the 1,024 that S3 allows.
// A write of an item whose key is too long for that is refused with [ddb.ErrKey]. An object never changes, and belongs to
// one item: two items never share one. Versions of one item ([ddb.Definition.History]) do.
//
// The tables of one store need different names. Two of the same name, such as in two accounts or regions, need two stores:
// two directories, or two prefixes in S3. Otherwise the sweep of one deletes the objects of the other.
//
// # The order of steps
//
// A write stores the objects first, and then the item that refers to them. Nothing deletes an object then; a sweep does
// that later: see below. So the object of each reference exists, whatever step a crash follows. What a crash, or a write
// that is refused, leaves behind is an object without a reference, which a sweep finds.
//
// A reference comes into an item in two ways only:
//
//   - from an object that this write stored. If the item is not written within 30 minutes from when the object began to be
//     stored, the write fails. DynamoDB refuses a request that was signed more than 15 minutes ago. AWS: "Common Errors",
//     RequestExpired
//   - from the item itself. Put, Replace and an Update that sets the field assert that the item still has this reference,
//     else the error matches [ddb.ErrConflict]: another write replaced the content, and its object may be deleted. Modify
//     and Move assert the state that they read
//
// Every other reference is copied: of another item or another field, of a version, of an item that a Create stores again,
// in an Upsert, of another store. The copy is an object of the item's own. If the original is gone the error matches
// [ErrNoObject]. A store with a method Copy copies by itself, others by way of memory.
//
// The tries of one call store the same content once. Two calls with the same Op store it twice.
//
// # Sweeping
//
// [ddb.DB.SweepBlobs] lists the store, and reads the item of each object that is older than [SweepOptions].Grace, and its
// versions, strongly consistently. An object that neither refers to gets a mark, an empty object whose key begins with
// =old/. A later sweep deletes it, if the mark is older than the grace, and a look at the item shows the same.
// [ddb.Mux.MarkBlobs] marks objects when the stream reports the change.
//
// So a program that has read an item can load its content for at least the grace from then, whatever happens to the item.
// After that the error matches [ErrNoObject]: read the item again. A read that is not strongly consistent, or comes from a
// cache, counts from when the item was as it was read.
//
// The grace is an hour or more. No write that stored the object can still be under way then, since it has 30 minutes for
// its last request, which is valid for 15 more. A later reference is a kept one, which the item had when it was swept, or a
// copy. Ages are those by the store's clock, compared with the clock of the program that sweeps: they may differ by 15
// minutes, and the replicas of a global table by as much. A sweep beside a sweep does no harm; one that ends early is continued by the next one.
//
// What a backup of the table refers to is swept as well, and so is what an export of package ddbjob refers to, which has no
// objects in it. Let the store keep deleted objects for as long as backups are
// kept: in S3, by versions of the bucket and a lifecycle rule. A table that was restored under another name refers to
// objects of the first one, which a sweep of the first deletes unseen. Put each item once before: that copies its objects.
// Versions of a history stay without. The objects of a table that was deleted stay. Delete what begins with the table's
// name and a slash, and with =old/ before it.
//
// # Programs that do not know the field
//
// A program whose struct lacks the field can run beside. Its Update and its Modify keep the reference, and the content
// with it. Its Put and Replace remove the reference, as every attribute that they do not know; a sweep then deletes the
// object. With a [ddb.Definition.Version] neither program overwrites the other's write unseen. A program that copies
// attributes past the library must not bring back a reference that the item no longer has.
//
// Sweep in a program that declares the History of each entity, else objects of versions are deleted.
//
// # Where a Blob can stand
//
// A Blob is a field of the item itself, or of a struct that the item embeds. Define refuses it in lists, maps, pointers and
// other structs. A Blob in a value of type any is not refused, and nothing of the above holds for it. Conditions may ask
// for Present and Absent. A view cannot derive a Blob.
package ddbblob
