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
// platform/lecture%23/lecture%237/Slides/J5X2…. It has up to 1,024 bytes, as S3 allows. A write of an item whose key is
// too long for that is refused. An object never changes, and belongs to one item: two items never share one. Versions of
// one item ([ddb.Definition.History]) do.
//
// # The order of steps
//
// A write stores the objects first, and then the item that refers to them. Nothing deletes an object then; a sweep does
// that later: see below. So the object of each reference exists, whatever step a crash follows. What a crash leaves
// behind is an object without a reference, which a sweep finds.
//
// A reference comes into an item in two ways only:
//
//   - from an object that this write stored a moment ago. If the item is not written within 30 minutes from then, the
//     write fails. DynamoDB refuses a request that is older than 15 minutes. AWS: "Troubleshooting Signature Version 4
//     errors"
//   - from the item itself. Put, Replace and an Update that sets the field assert that the item still has this reference,
//     else the error matches [ddb.ErrConflict]: another write replaced the content, and its object may be deleted. Modify
//     and Move assert the state that they read
//
// Every other reference is copied: of another item or another field, of a version, of an item that a Create stores again,
// in an Upsert, of another store. The copy is an object of the item's own. If the original is gone the error matches
// [ErrNoObject]. A store with a method Copy copies by itself, others by way of memory.
//
// # Sweeping
//
// [ddb.DB.SweepBlobs] lists the store, and deletes each object that is older than [SweepOptions].Grace and that neither
// its item nor a version of it refers to. It reads them strongly consistently, the item first. The grace is an hour or
// more, so no write that stored the object can still be under way: a reference to it cannot come into the item later.
// The age is that by the store's clock, compared with the program's: they may differ by 10 minutes.
//
// So a program that read an item can load its content for the grace at least, counted from when the object was stored. It
// is not counted from when the item changed: content that was replaced after a year may be deleted by the next sweep. Load
// the content soon after the item was read; if it is gone, the error matches [ErrNoObject]: read the item again.
//
// What a backup of the table refers to is swept as well. Let the store keep deleted objects for as long as backups are
// kept: in S3, by versions of the bucket and a lifecycle rule.
//
// # Programs that do not know the field
//
// A program whose struct lacks the field can run beside. Its Update and its Modify keep the reference, and the content
// with it. Its Put and Replace remove the reference, as every attribute that they do not know; a sweep then deletes the
// object. With a [ddb.Definition.Version] neither program overwrites the other's write unseen. A program that copies
// attributes past the library, such as a restored backup, must not bring back a reference that the item no longer has.
//
// Run the sweep from a program that declares the History of each entity, else objects of versions are deleted.
package ddbblob
