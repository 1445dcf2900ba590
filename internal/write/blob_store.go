package write

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/singletable-go/ddb/ddbblob"
)

// objectLife is how long after an object began to be stored its item may be written. A sweep deletes objects after an hour at
// the earliest: there are 15 minutes left in which DynamoDB accepts a request that is under way, and 15 for clocks that differ.
const objectLife = ddbblob.MinGrace / 2

// storeObjects stores the objects of a compiled write, those that no earlier try stored.
func (db *DB) storeObjects(ctx context.Context, w *prepared) error {
	if w.placed == nil || w.tries.objects.hooks.ItemFirst {
		return nil
	}
	for _, o := range w.placed.objects {
		if o.stored {
			continue
		}
		o.begun = db.Opts.Now()
		if err := db.storeObject(ctx, o); err != nil {
			return w.op.Fail(w.main().key, w.tries.ifLost(fmt.Errorf("store the content: %w", err)))
		}
		o.stored = true
	}
	if _, left := db.timeLeft(w); left <= 0 {
		return w.op.Fail(w.main().key, w.tries.ifLost(errLate))
	}
	return nil
}

func (db *DB) storeObject(ctx context.Context, o *object) error {
	store, to := db.Opts.Blobs, o.blob.Ref().Key
	if content := o.from.Content(); content != nil {
		return store.Put(ctx, to, content)
	}
	if copier, ok := store.(ddbblob.Copier); ok && db.inStore(o.from) {
		if err := copier.Copy(ctx, o.from.Ref().Key, to); err != nil {
			return fmt.Errorf("copy %s: %w", o.from, err)
		}
		return nil
	}
	from := o.from
	if from.Store() == nil {
		from = from.In(store)
	}
	content, err := from.Load(ctx)
	if err != nil {
		return fmt.Errorf("copy it: %w", err)
	}
	return store.Put(ctx, to, io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content))))
}

// timeLeft returns for how long the item of a write may be sent, if it has new objects.
func (db *DB) timeLeft(w *prepared) (bounded bool, left time.Duration) {
	left = objectLife
	if w.placed == nil || w.tries.objects.hooks.NoLimit {
		return false, left
	}
	now := db.Opts.Now()
	for _, o := range w.placed.objects {
		if o.begun.IsZero() {
			continue // with BlobHooks.ItemFirst
		}
		end := o.begun.Add(objectLife)
		left = min(left, end.Sub(now), end.Round(0).Sub(now)) // the monotonic clock stands still while the machine sleeps
	}
	return len(w.placed.objects) > 0, left
}

// errLate says why a write ended that has new objects.
var errLate = fmt.Errorf("the item was not written within %s after its content began to be stored: write it again", objectLife)

// inTime is ctx for sending writes. It ends when the item of one may not be sent any more. The second result is to be called
// with the error of sending them: it adds that to it.
func (db *DB) inTime(ctx context.Context, writes ...*prepared) (context.Context, func(error) error) {
	some, least := false, objectLife
	for _, w := range writes {
		bounded, left := db.timeLeft(w)
		some, least = some || bounded, min(least, left)
	}
	if !some {
		return ctx, func(err error) error { return err }
	}
	timed, cancel := context.WithTimeoutCause(ctx, least, errLate)
	return timed, func(err error) error {
		late := errors.Is(err, context.DeadlineExceeded) && context.Cause(timed) == errLate //nolint:errorlint // as it was given
		if cancel(); late {
			return fmt.Errorf("%w: %w", err, errLate)
		}
		return err
	}
}

// storeLate stores the objects of an item that is written already, as [BlobHooks].ItemFirst wants it.
func (db *DB) storeLate(ctx context.Context, w *prepared) error {
	if w.placed == nil || !w.tries.objects.hooks.ItemFirst {
		return nil
	}
	w.tries.objects.hooks.ItemFirst = false
	return db.storeObjects(ctx, w)
}
