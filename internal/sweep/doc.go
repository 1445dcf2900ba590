// Package sweep deletes the objects of Blobs that no item refers to: package ddbblob says when that is safe.
package sweep
