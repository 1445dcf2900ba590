package large

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SplitItem shows a manuscript in parts.
var SplitItem = recipe.Recipe{
	Name:    "split-item",
	Problem: "A text is larger than the 400 KB of an item, and readers must never see half of it",
	Pattern: "Write it in parts under a new generation, then switch the head to them in one conditional write, then delete the old parts.",
	Not:     "It is large and read as a whole: an object store is cheaper, and below 400 KB compression may do.",
	Costs:   []string{"store 900 KB", "read it"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ManuscriptTable, nil)
		if err != nil {
			return err
		}
		archive, text := Archive{DB: db}, bytes.Repeat([]byte("words and "), 90<<10)
		var head Manuscript
		read := func(ctx context.Context) (string, error) {
			head, got, err := archive.Read(ctx, "novel")
			return fmt.Sprintf("generation %d, %d KB in %s", head.Generation, len(got)>>10, counted(head.Parts, "part")), err
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"store 900 KB as one item", func(ctx context.Context) (string, error) {
				err := db.Do(ctx, ManuscriptParts.Put(ManuscriptPart{ID: "novel", Generation: 1, Writer: "ann", Text: text}))
				if !errors.Is(err, ddb.ErrTooLarge) {
					return "", fmt.Errorf("it is not refused: %w", err)
				}
				return "refused, too large", nil
			}},
			{"store 900 KB", func(ctx context.Context) (string, error) {
				head, err = archive.Store(ctx, Manuscript{ID: "novel", Title: "A novel"}, text)
				return "", err
			}},
			{"read it", read},
			{"read the head alone", func(ctx context.Context) (string, error) {
				head, err := ddb.NewRepository(db, Manuscripts).Get(ctx, Manuscript{ID: "novel"})
				return head.Title, err
			}},
			{"a writer stops before the switch", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, ManuscriptParts.Put(ManuscriptPart{ID: "novel", Generation: 2, Writer: "bob", Text: text[:9<<10]}))
			}},
			{"read it then", read},
			{"store 100 KB", func(ctx context.Context) (string, error) {
				_, err := archive.Store(ctx, head, text[:100<<10])
				return "", err
			}},
			{"a second writer, who read before", func(ctx context.Context) (string, error) {
				_, err := archive.Store(ctx, head, text[:9<<10])
				if !errors.Is(err, ddb.ErrConflict) {
					return "", fmt.Errorf("it is not refused: %w", err)
				}
				return "refused, read again", nil
			}},
			{"read it at last", read},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprint(n, " ", noun)
}
