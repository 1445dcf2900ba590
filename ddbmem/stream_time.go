package ddbmem

import (
	"sort"
	"strconv"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// atTimestamp is the type of shard iterator that begins at a time. Streams have it since October 2026. It behaves as
// the API says; the texts of the service's errors are not known.
const atTimestamp = "AT_TIMESTAMP"

// startTime reads the start time of a shard iterator: seconds since 1970, with milliseconds as a fraction. A time in
// the future is rejected.
func startTime(in *wire.Node, now time.Time) (time.Time, *apiError) {
	n := in.Get("Timestamp")
	by := in.Text("ShardIteratorType") == atTimestamp
	switch {
	case by && n == nil:
		return time.Time{}, parameter("Invalid Timestamp")
	case !by && n != nil:
		return time.Time{}, parameter("Timestamp should not be passed for this iterator type")
	case !by:
		return time.Time{}, nil
	}
	const latest = 1 << 50 // in milliseconds; all later times are in the future
	secs, err := strconv.ParseFloat(n.Str, 64)
	if millis := secs * 1000; err == nil && millis > -latest && millis < latest {
		if at := time.UnixMilli(int64(millis + 0.5)); !at.After(now) {
			return at, nil
		}
	}
	return time.Time{}, parameter("Timestamp must not be in the future")
}

// since returns the ordinal of the first record at or after a time: the oldest remaining one if all are younger, the
// next one to come if all are older.
func (sh *shard) since(from time.Time) int {
	return sh.trimmed + sort.Search(sh.records.len(), func(i int) bool {
		return !sh.records.at(i).at.Before(from)
	})
}
