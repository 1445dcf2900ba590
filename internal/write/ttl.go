package write

import (
	"errors"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// ttlHorizon is how long ago DynamoDB still deletes what has expired. AWS: "Using time to live in DynamoDB".
const ttlHorizon = 5

// maxTTL is where seconds end: a greater number is one of milliseconds by mistake.
const maxTTL = 100_000_000_000

var errTTL = errors.New("DynamoDB never deletes an item by it")

// checkTTL refuses times that DynamoDB would take for never.
func checkTTL(e *model.Entity, it reflect.Value, now time.Time) error {
	if e.TTL == nil {
		return nil
	}
	return checkExpiry(e, e.TTL.Get(it), now)
}

func checkExpiry(e *model.Entity, v reflect.Value, now time.Time) error {
	at, ok := reflect.TypeAssert[time.Time](v)
	switch {
	case !ok || at.IsZero():
		return nil
	case at.Unix() > maxTTL:
		return fault.Model("%s is %d, which looks like milliseconds: %w", e.TTL.Name, at.Unix(), errTTL)
	case at.Before(now.AddDate(-ttlHorizon, 0, 0)):
		return fault.Model("%s is %s, more than five years past: %w", e.TTL.Name, at.UTC().Format(time.RFC3339), errTTL)
	}
	return nil
}
