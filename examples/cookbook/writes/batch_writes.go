package writes

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
)

// Photo is a photo of an album.
type Photo struct {
	Album string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
}

// The table of photos, and the entity. It has no Version and nothing else that needs a condition, so its puts and deletes
// go 25 to a request.
var (
	PhotoTable = ddb.NewTable("album", "photo")
	Photos     = ddb.MustDefine(PhotoTable, "photo", func(p *Photo, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("album#"), ddb.Str(&p.Album)), ddb.Key(ddb.Prefix("photo#"), ddb.Str(&p.ID)))
	})
)

// SavePhotos writes photos in no transaction. Those that are not known to be written come back, to be saved again later. An
// error says what saving them again does not mend: photos that cannot be stored, which do not come back, or a missing
// permission. What DynamoDB leaves unprocessed was sent again already, with backoff, up to Options.MaxAttempts.
func SavePhotos(ctx context.Context, db *ddb.DB, photos []Photo) (again []Photo, err error) {
	ops := make([]ddb.Op, len(photos))
	for i, p := range photos {
		ops[i] = Photos.Put(p)
	}
	err = db.Batch(ctx, ops...)
	batch, ok := errors.AsType[*ddb.BatchError](err)
	if !ok {
		return nil, err // nil: all are written
	}
	var refused []error
	var other error // the first one: the others are most likely the same
	for i, outcome := range batch.Outcomes {
		failure := batch.At(i) // nil also of what was not sent, since another op of the batch cannot be stored
		switch {
		case outcome == ddb.WriteDone:
			continue
		case errors.Is(failure, ddb.ErrValue), errors.Is(failure, ddb.ErrKey), errors.Is(failure, ddb.ErrTooLarge):
			refused = append(refused, failure)
			continue
		case failure == nil, errors.Is(failure, ddb.ErrThrottled), errors.Is(failure, ddb.ErrOutcomeUnknown):
			// A put may be done twice, so an unknown outcome is as good as none. An op that may not, such as an Add, is one to
			// read the item for.
		case other == nil:
			other = failure
		}
		again = append(again, photos[i])
	}
	return again, errors.Join(append(refused, other)...)
}
