package large

import (
	"context"
	"errors"
	"io"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
)

// Large items, three ways:
//
//   - compressed: a text that is below 400 KB when it is compressed, so about 1 MB of prose. One item, one request, one write.
//   - in parts (split-item): more than that, up to a few MB, if the table is to be the only store. A write unit for each KB, half a
//     read unit for each 4 KB, and a head that says which parts are valid.
//   - as an object: what is larger, or rarely read, or sent to browsers as it is: images, audio, documents. Storage costs about a
//     tenth. The item stays small, so lists and edits of it stay cheap. Each read is one more request, to another service.

// Episode is an episode of a podcast. Its audio is an object in a store, and the item refers to it.
type Episode struct {
	Show   string       `dynamodbav:"-"`
	Number int          `dynamodbav:"-"`
	Title  string       `dynamodbav:"title"`
	Audio  ddbblob.Blob `dynamodbav:"audio"`
}

// The table of podcasts, and the entity. The DB has the store in Options.Blobs: a directory, a bucket, or one of your own.
var (
	PodcastTable = ddb.NewTable("pk", "sk")

	Episodes = ddb.MustDefine(PodcastTable, "episode", func(e *Episode, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("show#"), ddb.Str(&e.Show)), ddb.Key(ddb.Prefix("episode#"), ddb.Num(&e.Number, 6)))
	})
)

// Publish stores the audio, size bytes of it, and then the item. If the program ends in between, an object is left, to which no item
// refers, and which the sweep deletes. An object that an item refers to is there.
func Publish(ctx context.Context, db *ddb.DB, e Episode, audio io.ReaderAt, size int64) (Episode, error) {
	e.Audio = ddbblob.Reader(audio, size)
	return ddb.NewRepository(db, Episodes).Put(ctx, e)
}

// Play opens the audio of an episode. A reader whose item is older than the grace of the sweep may find no object any more: then
// the item is read again.
func Play(ctx context.Context, db *ddb.DB, e Episode) (io.ReadCloser, error) {
	audio, err := e.Audio.Open(ctx)
	if !errors.Is(err, ddbblob.ErrNoObject) {
		return audio, err
	}
	if e, err = ddb.NewRepository(db, Episodes).Consistent().Get(ctx, e); err != nil {
		return nil, err
	}
	return e.Audio.Open(ctx)
}
