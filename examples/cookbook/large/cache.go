package large

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbstream"
)

// Story is a story of a newspaper.
type Story struct {
	ID      string    `dynamodbav:"-"`
	Section string    `dynamodbav:"section"`
	At      time.Time `dynamodbav:"at"`
	Title   string    `dynamodbav:"title"`
	Text    string    `dynamodbav:"text"`
}

// The table of stories.
var (
	StoryTable = ddb.NewTable("story", "sort")
	BySection  = StoryTable.GSI("section", "section_id", "section_at")

	Stories = ddb.MustDefine(StoryTable, "story", func(s *Story, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("story#"), ddb.Str(&s.ID))
		d.Primary(id, ddb.Key(ddb.Prefix("story")))
		d.Index(BySection, ddb.Key(ddb.Prefix("section#"), ddb.Str(&s.Section)), ddb.Key(ddb.Time(&s.At)))
	})
)

// FrontPage is the ten newest stories of a section.
func FrontPage(section string) ddb.Query[Story] {
	return Stories.On(BySection, Story{Section: section}).Desc().Limit(10)
}

// CacheStories returns a database that reads from a cache of this process, as DAX does for several. All writes of the process
// must go through it: a read by key then sees them. It may be wrong for ItemTTL about what others wrote, unless FollowStories
// runs. A page of a query may be older than the process's own writes, for QueryTTL: no write removes it.
//
// Read past it, with a ddb.New of the client itself or with Consistent, what decides a write. now may be nil.
func CacheStories(client ddb.Client, name string, now func() time.Time) (*ddb.DB, *ddbcache.Cache) {
	cache := ddbcache.New(client, &ddbcache.Options{ItemTTL: 5 * time.Minute, QueryTTL: 10 * time.Second, Now: now})
	return ddb.New(cache, name, StoryTable, nil), cache
}

// FollowStories returns a reader of the stream that removes from the cache what other processes changed, about a second
// later. Each process has its own, and at most two may read the stream of a table. next may be nil.
func FollowStories(streams ddbstream.Client, name string, cache *ddbcache.Cache, next ddbcache.Processor) *ddbstream.Reader {
	return ddbstream.NewReader(streams, name, cache.Follow(name, next), &ddbstream.MemoryStore{}, &ddbstream.Options{Latest: true})
}
