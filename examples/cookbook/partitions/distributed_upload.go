package partitions

import (
	"cmp"
	"context"
	"slices"

	"github.com/singletable-go/ddb"
)

// Article is an article of a newspaper's archive.
type Article struct {
	Paper string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Text  string `dynamodbav:"text"`
}

// The table of articles, and the entity.
var (
	ArchiveTable = ddb.NewTable("paper", "article")
	Articles     = ddb.MustDefine(ArchiveTable, "article", func(a *Article, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("paper#"), ddb.Str(&a.Paper)), ddb.Key(ddb.Prefix("article#"), ddb.Str(&a.ID)))
	})
)

// Upload writes articles with the load spread over all partition keys, from the first request to the last. What is throttled
// is sent again with backoff, and after an error all can be uploaded again: a Put has the same effect twice. For files of
// items in DynamoDB's JSON there is ddbjob.Import, which spreads them itself.
func Upload(ctx context.Context, db *ddb.DB, articles []Article) error {
	const atOnce = 8 * 25 // as many requests at a time as a batch makes, each full
	for part := range slices.Chunk(Spread(articles, func(a Article) string { return a.Paper }), atOnce) {
		ops := make([]ddb.Op, len(part))
		for i, a := range part {
			ops[i] = Articles.Put(a)
		}
		if err := db.Batch(ctx, ops...); err != nil {
			return err
		}
	}
	return nil
}

// Spread returns items in an order in which those of each key are at equal distances. What comes from a
// database is sorted by key, so one partition gets all writes for a while. To take the first item of each key, then the second, and so on, is not enough where
// keys differ in size: in the end only the largest is left. If the items do not fit into memory, read from several
// places of the file at once, and spread what was read.
func Spread[T any, K comparable](items []T, key func(T) K) []T {
	counts := map[K]int{}
	for _, it := range items {
		counts[key(it)]++
	}
	type placed struct {
		item T
		at   float64 // from 0 to 1
	}
	places := make([]placed, len(items))
	seen := map[K]int{}
	for i, it := range items {
		k := key(it)
		places[i] = placed{it, (float64(seen[k]) + 0.5) / float64(counts[k])}
		seen[k]++
	}
	slices.SortStableFunc(places, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	spread := make([]T, len(items))
	for i, p := range places {
		spread[i] = p.item
	}
	return spread
}
