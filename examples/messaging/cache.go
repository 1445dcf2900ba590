package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// store returns the store of serve, and with -cache the cache that it is behind. Only items are cached, not the pages of
// groups and messages: a new message has to be seen at once. Of the items only those are read from the cache that say who is
// a member. People are in memory anyway: see [groups.Directory].
func (c *commands) store(s *app.Session) (*groups.Store, *ddbcache.Cache) {
	if !c.cache {
		return groups.NewStore(s.DB, nil), nil
	}
	cache := ddbcache.New(s.Engine.Client, &ddbcache.Options{QueryTTL: -1})
	db := ddb.New(cache, s.DB.Name(), groups.Cruddur, nil)
	return groups.NewStore(db, &groups.Options{Cached: true}), cache
}

// saved says what a cache has saved. Without it the members are read strongly consistently, which costs twice as much as
// the cache counts.
func saved(cache *ddbcache.Cache) string {
	n := cache.Stats().Items
	hits := n.Hits + n.Shared
	return fmt.Sprintf("%d of %d members came from the cache: %.1f read units saved", hits, hits+n.Misses, 2*n.Saved)
}

// logSaved writes that to the log every minute, until ctx ends.
func logSaved(ctx context.Context, cache *ddbcache.Cache, log *slog.Logger) error {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
			log.InfoContext(ctx, saved(cache))
		}
	}
}
