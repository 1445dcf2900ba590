package partitions

import (
	"context"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// DistributedUpload shows an upload in the order of an export, and one that is spread.
var DistributedUpload = recipe.Recipe{
	Name:    "distributed-upload",
	Problem: "An import is throttled, though it has fewer writes than the table can take",
	Pattern: "Upload items so that their partition keys alternate: where they are sorted by key, one partition works at a time.",
	Not:     "Each partition key has few items: then any order is spread.",
	Costs:   []string{"2,000 units a second, sorted by paper", "2,000 units a second, spread"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		r.Say("200 articles of 50 units each, 40 of each paper")
		sorted := export()
		if err := fill(ctx, r, "2,000 units a second, sorted by paper", sorted); err != nil {
			return err
		}
		return fill(ctx, r, "2,000 units a second, spread", Spread(sorted, func(a Article) string { return a.Paper }))
	},
}

// export is an archive of 5 papers with 40 articles of 50 units each.
func export() (articles []Article) {
	text := strings.Repeat("x", 51_000)
	for paper := range 5 {
		for i := range 40 {
			articles = append(articles, Article{Paper: fmt.Sprintf("paper-%02d", paper), ID: fmt.Sprintf("%04d", i), Text: text})
		}
	}
	return articles
}

// fill writes articles to a new table in the given order. It sends none again, so that all that are throttled are counted.
func fill(ctx context.Context, r *recipe.Run, what string, articles []Article) error {
	l, err := newLoad(ctx, ArchiveTable)
	if err != nil {
		return err
	}
	return r.Step(ctx, what, func(ctx context.Context) (string, error) {
		throttled, err := l.run(5, 40, func(i int) error { return l.db.Do(ctx, Articles.Put(articles[i])) })
		return fmt.Sprintf("%d of %d throttled", throttled, len(articles)), err
	})
}
