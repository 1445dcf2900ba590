package writes

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
)

// Lock is a lock that a holder has for a time, a lease.
type Lock struct {
	Name   string `dynamodbav:"-"`
	Holder string `dynamodbav:"holder"`
	Until  int64  `dynamodbav:"until"` // milliseconds since 1970
	Token  int64  `dynamodbav:"token"` // raised by each acquisition, and never lowered
}

// Route is what the lock protects: the stops of a truck on a day.
type Route struct {
	ID    string   `dynamodbav:"-"`
	Stops []string `dynamodbav:"stops"`
	Token int64    `dynamodbav:"token"` // of the holder that opened it last
}

// The table of locks and of what they protect, and the entities.
var (
	DepotTable = ddb.NewTable("pk", "")
	Locks      = ddb.MustDefine(DepotTable, "lock", func(l *Lock, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("lock#"), ddb.Str(&l.Name)))
	})
	Routes = ddb.MustDefine(DepotTable, "route", func(x *Route, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("route#"), ddb.Str(&x.ID)))
	})
)

// ErrHeld means that another holder has the lock. ErrLost means that the lock was another's meanwhile: stop.
var (
	ErrHeld = errors.New("another holder has the lock")
	ErrLost = errors.New("the lock was lost")
)

// Locker acquires locks. A lock alone does not keep two holders apart: one that pauses, or whose clock is wrong, believes
// that it still has a lock that another one has taken over. So what it protects has the token too: see [OpenRoute].
//
// Each call here can be made again after an error that matches [ddb.ErrOutcomeUnknown].
type Locker struct {
	DB    *ddb.DB
	Lease time.Duration    // how long a holder has a lock without renewing it: several times as long as a pause of its process
	Skew  time.Duration    // how much clocks may differ: a lock is taken over that much after its lease
	Now   func() time.Time // default time.Now
}

// Acquire takes a lock that is free, or whose lease has ended. A response that is lost is no problem: the request that is
// sent again finds its own holder, which is a new one for each call.
func (l Locker) Acquire(ctx context.Context, name string) (Lock, error) {
	if l.Lease <= 0 {
		return Lock{}, fmt.Errorf("lock %s: the lease is %v: set one", name, l.Lease)
	}
	f, holder := Locks.Fields(), rand.Text()
	ended := l.now() - l.Skew.Milliseconds()
	lock, err := ddb.NewRepository(l.DB, Locks).Upsert(ctx, Lock{Name: name}, // the condition is for a lock that exists
		ddb.If(ddb.Or(ddb.Lt(&f.Until, ended), ddb.Eq(&f.Holder, holder))),
		ddb.Set(&f.Holder, holder), ddb.Set(&f.Until, l.until()), ddb.Add(&f.Token, 1))
	if errors.Is(err, ddb.ErrCondition) {
		return Lock{}, fmt.Errorf("lock %s: %w", name, ErrHeld)
	}
	return lock, err
}

// Renew begins another lease. Do it after a third of the lease, so that a renewal that fails can be tried again before it ends.
func (l Locker) Renew(ctx context.Context, lock Lock) (Lock, error) {
	renewed, err := l.set(ctx, lock, l.until())
	return renewed, lost(lock.Name, err)
}

// Release ends the lease. The item stays, since the next token must be higher. A lock that was lost needs no release.
func (l Locker) Release(ctx context.Context, lock Lock) error {
	_, err := l.set(ctx, lock, 0)
	if errors.Is(err, ddb.ErrCondition) {
		return nil
	}
	return err
}

func (l Locker) set(ctx context.Context, lock Lock, until int64) (Lock, error) {
	f := Locks.Fields()
	return ddb.NewRepository(l.DB, Locks).Update(ctx, Lock{Name: lock.Name}, ddb.If(ddb.Eq(&f.Token, lock.Token)), ddb.Set(&f.Until, until))
}

func (l Locker) now() int64 {
	if l.Now == nil {
		return time.Now().UnixMilli()
	}
	return l.Now().UnixMilli()
}

func (l Locker) until() int64 { return l.now() + l.Lease.Milliseconds() }

// OpenRoute puts the token into the route, and returns the route as it is from then on: no earlier holder can write it any
// more. To read it without that would not do: an earlier holder could still write between the read and the first write.
func OpenRoute(ctx context.Context, db *ddb.DB, lock Lock, id string) (Route, error) {
	f := Routes.Fields()
	r, err := ddb.NewRepository(db, Routes).Upsert(ctx, Route{ID: id}, ddb.If(ddb.Le(&f.Token, lock.Token)), ddb.Set(&f.Token, lock.Token))
	return r, lost(lock.Name, err)
}

// SaveRoute writes the stops, unless a later holder has opened the route.
func SaveRoute(ctx context.Context, db *ddb.DB, lock Lock, id string, stops []string) error {
	f := Routes.Fields()
	err := db.Do(ctx, Routes.Update(Route{ID: id}, ddb.If(ddb.Eq(&f.Token, lock.Token)), ddb.Set(&f.Stops, stops)))
	return lost(lock.Name, err)
}

func lost(name string, err error) error {
	if errors.Is(err, ddb.ErrCondition) {
		return fmt.Errorf("lock %s: %w", name, ErrLost)
	}
	return err
}
