package blob_test

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// A program stalls between the object and the item, for longer than a sweep spares the object.
func TestAWriterThatStallsAfterItsObjectDoesNotWriteItsItem(t *testing.T) {
	t.Parallel()
	stalls := map[string]func(time.Time) time.Time{
		"the program": func(now time.Time) time.Time { return now.Add(2 * time.Hour) },
		"the machine": func(now time.Time) time.Time { return slept(now, 2*time.Hour) },
	}
	for name, stall := range stalls {
		for reads := range 3 { // of the clock, after the object was stored
			for _, k := range []kind{plain, historical} {
				s := newSchool(t, k)
				start, left := time.Now(), reads
				db := ddb.New(s.engine.Client(), "school", s.db.Table(), &ddb.Options{Blobs: s.store, Now: func() time.Time {
					if s.store.puts == 0 {
						return start
					}
					if left--; left >= 0 {
						return start
					}
					return stall(start)
				}})
				lectures := ddb.NewRepository(db, s.entity)
				_, err := lectures.Create(t.Context(), one("x"))
				if reads == 2 { // sent by then
					require.NoError(t, err, name)
					continue
				}
				require.ErrorContains(t, err, "was not written within 30m", name)
				_, err = s.lectures.Get(t.Context(), one(""))
				require.ErrorIs(t, err, ddb.ErrNotFound, name)
				left = reads
				s.store.puts = 0
				require.ErrorContains(t, db.Transact(t.Context(), s.entity.Create(one("x"))), "was not written within 30m", name)
			}
		}
	}
}

// slept is now after the machine slept: the monotonic clock stood still.
func slept(now time.Time, d time.Duration) time.Time {
	now = now.Add(d)
	(*struct {
		wall uint64
		ext  int64 // the monotonic clock
	})(unsafe.Pointer(&now)).ext -= int64(d) //nolint:gosec // the layout of time.Time, checked by the test
	return now
}
