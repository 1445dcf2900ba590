package writes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// OptimisticLocking shows two writers of one item.
var OptimisticLocking = recipe.Recipe{
	Name:    "optimistic-locking",
	Problem: "Two people edit the same item, and the second one must not overwrite the first",
	Pattern: "A version in the item: a write asserts the version that was read, and a program starts again if it is another one.",
	Not:     "Writers meet on one item all the time: then use edits that need no read, such as Add, or split the item.",
	Costs:   []string{"ann saves version 1", "a program adds a tag"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, DraftTable, nil)
		if err != nil {
			return err
		}
		drafts := ddb.NewRepository(db, Drafts)
		ann, err := drafts.Create(ctx, Draft{ID: "storm", Text: "A storm."})
		if err != nil {
			return err
		}
		bob := ann // both have version 1 on their screens
		ann.Text, bob.Text = "A heavy storm.", "A storm at sea."
		for _, s := range []struct {
			what string
			mine Draft
		}{{"ann saves version 1", ann}, {"bob saves version 1", bob}} {
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				saved, theirs, err := Save(ctx, drafts, s.mine)
				if theirs != nil {
					return fmt.Sprintf("refused, stored is version %d: %q", theirs.Version, theirs.Text), nil
				}
				return fmt.Sprintf("version %d: %q", saved.Version, saved.Text), err
			})
			if err != nil {
				return err
			}
		}
		err = r.Step(ctx, "a program adds a tag", func(ctx context.Context) (string, error) {
			d, err := Tag(ctx, drafts, "storm", "weather")
			return fmt.Sprintf("version %d: %s", d.Version, strings.Join(d.Tags, " ")), err
		})
		if err != nil {
			return err
		}
		return manyTags(ctx, r, drafts)
	},
}

// manyTags adds four tags at once. How often a writer starts again differs from run to run, so no cost is printed.
func manyTags(ctx context.Context, r *recipe.Run, drafts *ddb.Repository[Draft]) error {
	tags := []string{"coast", "ferries", "north", "wind"}
	errs := make([]error, len(tags))
	var all sync.WaitGroup
	for i, tag := range tags {
		all.Go(func() { _, errs[i] = Tag(ctx, drafts, "storm", tag) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	d, err := drafts.Consistent().Get(ctx, Draft{ID: "storm"})
	slices.Sort(d.Tags)
	r.Say("four programs at once, each another tag: version %d: %s", d.Version, strings.Join(d.Tags, " "))
	return err
}
