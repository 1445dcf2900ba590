package writes

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// RateLimiter shows requests that pass, and those that are too many.
var RateLimiter = recipe.Recipe{
	Name:    "rate-limiter",
	Problem: "A client may make so many requests in a minute, whichever server they come to",
	Pattern: "A count for each client and minute: one update that adds, on the condition that the count is below the limit.",
	Not:     "Each server can limit its own share: then no request is needed to refuse one.",
	Costs:   []string{"a request that passes", "a request that is refused"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		// An engine of its own, whose clock is the recipe's: another would delete the windows as long expired.
		f, err := newFaulty(ctx, r, LimitTable, ddb.Options{})
		if err != nil {
			return err
		}
		try := func(what string, l Limiter, requests int) error {
			return r.Step(ctx, what, func(ctx context.Context) (string, error) {
				passed := 0
				for range requests {
					ok, err := l.Allow(ctx, "ann")
					if err != nil {
						return "", err
					}
					if ok {
						passed++
					}
				}
				return fmt.Sprintf("%d of %d pass", passed, requests), nil
			})
		}
		l := Limiter{DB: f.db, Limit: 5, Window: time.Minute, Now: r.Now}
		if err := try("a request that passes", l, 1); err != nil {
			return err
		}
		if err := try("six more requests in this minute", l, 6); err != nil {
			return err
		}
		if err := try("a request that is refused", l, 1); err != nil {
			return err
		}
		r.Pass(time.Minute)
		if err := try("seven requests in the next minute", l, 7); err != nil {
			return err
		}
		r.Pass(time.Minute)
		next := 0
		many := Limiter{DB: f.db, Limit: 10, Window: time.Minute, Shards: 4, Now: r.Now, Pick: func(n int) int { next++; return next % n }}
		return try("20 requests on four shards, with a limit of 10", many, 20)
	},
}
