package writes

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// LeaseLocks shows a holder that pauses, and another one that takes over.
var LeaseLocks = recipe.Recipe{
	Name:    "locks",
	Problem: "One of several programs at a time does some work, and the work goes on if that one stops",
	Pattern: "A lock with a lease, and a token that each holder raises; what the lock protects refuses writes with an older token.",
	Not:     "It is one item that is written: a version in it is enough, and needs no lock.",
	Costs:   []string{"one acquires the lock", "one saves a stop"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, DepotTable, nil)
		if err != nil {
			return err
		}
		locks := Locker{DB: db, Lease: 30 * time.Second, Skew: 2 * time.Second, Now: r.Now}
		var one, two Lock
		var route Route
		acquire := func(lock *Lock) func(context.Context) (string, error) {
			return func(ctx context.Context) (_ string, err error) {
				*lock, err = locks.Acquire(ctx, "truck-1")
				return fmt.Sprintf("token %d", lock.Token), err
			}
		}
		open := func(lock *Lock) func(context.Context) (string, error) {
			return func(ctx context.Context) (_ string, err error) {
				route, err = OpenRoute(ctx, db, *lock, "truck-1")
				return fmt.Sprintf("stops %v", route.Stops), err
			}
		}
		save := func(lock *Lock, stop string) func(context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				stops := append(route.Stops, stop)
				return fmt.Sprintf("stops %v", stops), SaveRoute(ctx, db, *lock, "truck-1", stops)
			}
		}
		for _, s := range []struct {
			what  string
			pause time.Duration // before it
			fails bool
			do    func(context.Context) (string, error)
		}{
			{"one acquires the lock", 0, false, acquire(&one)},
			{"one opens the route", 0, false, open(&one)},
			{"one saves a stop", 0, false, save(&one, "harbour")},
			{"two tries to acquire the lock", 0, true, acquire(&two)},
			{"one renews the lock after 10 s", 10 * time.Second, false, func(ctx context.Context) (_ string, err error) {
				one, err = locks.Renew(ctx, one)
				return "", err
			}},
			{"one pauses for 33 s, and two acquires the lock", 33 * time.Second, false, acquire(&two)},
			{"two opens the route", 0, false, open(&two)},
			{"one goes on, and saves a stop", 0, true, save(&one, "airport")},
			{"two saves a stop", 0, false, save(&two, "market")},
			{"two releases the lock", 0, false, func(ctx context.Context) (string, error) { return "", locks.Release(ctx, two) }},
		} {
			r.Pass(s.pause)
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				result, err := s.do(ctx)
				if s.fails && err != nil {
					return err.Error(), nil
				}
				return result, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	},
}
