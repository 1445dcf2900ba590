package versions

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// V0Form shows how versions are lost by hand, and how not.
var V0Form = recipe.Recipe{
	Name:    "v0-form",
	Problem: "Items have the sort keys v0, v1, v2 …, v0 being the latest: the form of AWS's guide, written by other programs too",
	Pattern: "One transaction writes v0, if it is still the version that was read, and creates the next number.",
	Not:     "The table is yours alone: numbered-versions does this, with deletes, restores and pruning.",
	Costs:   []string{"two editors save, in a transaction each"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, StoryTable, nil)
		if err != nil {
			return err
		}
		f, drafts := Drafts.Fields(), ddb.NewRepository(db, Drafts).Consistent()
		// By hand: the program reads v0, puts the next number, and puts v0.
		number := func(ctx context.Context, n int, text, story string) error {
			return db.Do(ctx, Drafts.Put(Draft{Story: story, Number: n, Latest: n, Text: text}))
		}
		copied := func(ctx context.Context, n int, text, story string) error {
			return db.Do(ctx, Drafts.Put(Draft{Story: story, Latest: n, Text: text}))
		}
		for _, s := range []struct {
			what, story string
			do          func(ctx context.Context, story string) error
		}{
			{"two editors save, each with two puts", "a", func(ctx context.Context, story string) error {
				return errors.Join( // both have read that v0 is version 1
					number(ctx, 2, "ann's", story), number(ctx, 2, "bob's", story),
					copied(ctx, 2, "bob's", story), copied(ctx, 2, "ann's", story))
			}},
			{"a program dies between its two puts", "b", func(ctx context.Context, story string) error {
				return number(ctx, 2, "ann's", story)
			}},
			{"the same, with v0 first", "c", func(ctx context.Context, story string) error {
				return copied(ctx, 2, "ann's", story)
			}},
			{"an Add counts up, sent again as its response was lost", "d", func(ctx context.Context, story string) error {
				for range 2 {
					if err := db.Do(ctx, Drafts.Update(LatestDraft(story), ddb.Add(&f.Latest, 1))); err != nil {
						return err
					}
				}
				return number(ctx, 3, "ann's", story)
			}},
			{"two editors save, in a transaction each", "e", func(ctx context.Context, story string) error {
				_, first := SaveDraft(ctx, db, Draft{Story: story, Latest: 1, Text: "ann's"}) // both have read version 1
				_, second := SaveDraft(ctx, db, Draft{Story: story, Latest: 1, Text: "bob's"})
				return errors.Join(first, second)
			}},
		} {
			if _, err := SaveDraft(ctx, db, Draft{Story: s.story, Text: "the first"}); err != nil {
				return err
			}
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				err := s.do(ctx, s.story)
				if errors.Is(err, ErrStale) {
					return "one is refused", nil
				}
				return "", err
			})
			if err != nil {
				return err
			}
			var stored []string
			for d, err := range drafts.Query(ctx, Drafts.Query(LatestDraft(s.story))) {
				if err != nil {
					return err
				}
				of := ""
				if d.Number == 0 {
					of = fmt.Sprintf(", a copy of v%d", d.Latest)
				}
				stored = append(stored, fmt.Sprintf("v%d%s: %s", d.Number, of, d.Text))
			}
			r.Say("  %s", strings.Join(stored, "; "))
		}
		return nil
	},
}
