package writes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/singletable-go/ddb"
)

// Window counts what a client of an API did in a time, or a share of it.
type Window struct {
	Client string    `dynamodbav:"-"`
	Length int       `dynamodbav:"-"` // in milliseconds: a client may have a limit for a second and one for a day
	Start  time.Time `dynamodbav:"-"`
	Shard  int       `dynamodbav:"-"`
	Count  int       `dynamodbav:"count"`
	Gone   time.Time `dynamodbav:"gone,unixtime"`
}

// The table of windows, and the entity. All of its key is in the partition key, so that the shards of a client whose
// requests are too many for one partition are on several. DynamoDB deletes what is over.
var (
	LimitTable = ddb.NewTable("window", "").TTL("gone")
	Windows    = ddb.MustDefine(LimitTable, "window", func(w *Window, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("client#"), ddb.Str(&w.Client), ddb.Prefix("#ms#"), ddb.Num(&w.Length, 11),
			ddb.Prefix("#from#"), ddb.Time(&w.Start), ddb.Prefix("#"), ddb.Num(&w.Shard, 3)))
		d.TTL(&w.Gone)
	})
)

// Limiter lets a number of requests pass in each window of time. Windows begin at full multiples of their length, so around
// such a time up to twice the number can pass in a short time: choose a shorter window with a smaller number if that hurts.
type Limiter struct {
	DB     *ddb.DB
	Limit  int           // of requests in a window, at least as many as Shards
	Window time.Duration // such as a minute

	// Shards is by how many keys a client's window is counted; default 1. One key takes up to 1,000 requests a second, refused
	// ones included. Each shard lets its share of the limit pass, so a few requests are refused before the limit is reached:
	// use as few as the load needs.
	Shards int

	Now  func() time.Time // default time.Now
	Pick func(n int) int  // a shard from 0 to n-1; default random
}

// Allow reports whether a request of a client may pass, and counts it then. A condition and an addition are one request, so
// there is no time between them in which another one could pass. If the response is lost and the request is sent again, it
// counts twice: fewer pass, and never more. The first request of a window finds no count, and passes: each request counts as
// one, and each share of the limit is one at least. With an error it is for the caller to say what is worse, to let requests pass
// without a limit or to refuse them.
func (l Limiter) Allow(ctx context.Context, client string) (bool, error) {
	shards := max(1, l.Shards)
	if l.Limit < shards || l.Window < time.Millisecond {
		return false, fmt.Errorf("limiter: %d requests in %v, in %d shards: each shard needs one request at least", l.Limit, l.Window, shards)
	}
	now, pick := time.Now, rand.IntN
	if l.Now != nil {
		now = l.Now
	}
	if l.Pick != nil {
		pick = l.Pick
	}
	w := Window{Client: client, Length: int(l.Window.Milliseconds()), Start: now().Truncate(l.Window), Shard: pick(shards)}
	share := l.Limit / shards
	if w.Shard < l.Limit%shards {
		share++
	}
	f := Windows.Fields()
	err := l.DB.Do(ctx, Windows.Upsert(w, ddb.If(ddb.Lt(&f.Count, share)), // the condition is for a window that has begun
		ddb.Add(&f.Count, 1), ddb.Set(&f.Gone, w.Start.Add(2*l.Window+time.Minute))))
	if errors.Is(err, ddb.ErrCondition) {
		return false, nil
	}
	return err == nil, err
}
