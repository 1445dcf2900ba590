// Package ddbs3 keeps the contents of large fields ([ddbblob.Blob]) in S3. It is a separate module, so that only its users
// depend on the SDK's S3 client.
//
//	store := ddbs3.New(s3.NewFromConfig(cfg), "my-bucket", &ddbs3.Options{Prefix: "platform/"})
//	db := ddb.New(client, "platform", Platform, &ddb.Options{Blobs: store})
//
// Package ddbblob says what is stored, in which order, and what deletes it.
//
// # The bucket
//
// Nothing else may write below the prefix. Give the bucket no lifecycle rule that deletes current objects there: their items
// would lose their contents. A rule that moves them to another storage class is fine, if its objects can be read at once.
// Turn on versioning with a rule that deletes noncurrent versions after as long as backups of the table are kept: the contents
// of a restored table are there again once the delete markers are removed. AWS: "Working with delete markers".
//
// A directory bucket (S3 Express One Zone) is not supported: it lists its objects in no order.
//
// # Requests and limits
//
// A Put is one PutObject, of up to 5 GB; a Get is one GetObject. An object that one item takes from another is copied by one
// CopyObject, without being read. A sweep costs a ListObjectsV2 for each 1,000 objects, a PutObject for each object that it
// marks, and two DeleteObject for each that it deletes. S3 reads and lists an object as soon as it was put. AWS: "Amazon S3
// data consistency model".
//
// # Permissions
//
// Programs need s3:PutObject and s3:GetObject below the prefix, and s3:ListBucket of the bucket: without it S3 says of an
// object that is not there that it may not be read. A sweep also needs s3:DeleteObject.
package ddbs3
