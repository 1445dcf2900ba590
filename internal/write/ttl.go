package write

import (
	"errors"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// ttlHorizon is the age in years up to which DynamoDB deletes expired items. AWS: "Using time to live in DynamoDB".
const ttlHorizon = 5

// maxTTL is the greatest plausible number of seconds; a greater one is most likely in milliseconds.
const maxTTL = 100_000_000_000

var errTTL = errors.New("DynamoDB would never delete the item")

// checkTTL refuses times at which DynamoDB never deletes an item.
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
