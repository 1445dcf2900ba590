package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Pages shows the reviews of a product, page by page.
var Pages = recipe.Recipe{
	Name:    "pages",
	Problem: "A list is longer than a page, and clients ask for the next page with what they got",
	Pattern: "A cursor is the position after the last item, signed, and bound to its query: page 100 costs what page 1 costs.",
	Not:     "Clients jump to page 100: DynamoDB has no offset, and counting to one reads all before it.",
	Costs:   []string{"the first 10", "the next 10"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ReviewTable, ReviewOptions(bytes.Repeat([]byte("k"), 32), nil))
		if err != nil {
			return err
		}
		if err := reviews(ctx, db); err != nil {
			return err
		}
		var token string
		list := func(what string, l List) error {
			return r.Step(ctx, what, func(ctx context.Context) (string, error) {
				page, err := ListReviews(ctx, db, l)
				if errors.Is(err, ddb.ErrCursor) {
					return "refused", nil
				}
				if err != nil {
					return "", err
				}
				token = page.NextToken
				s := fmt.Sprintf("%d reviews", len(page.Reviews))
				if n := len(page.Reviews); n > 0 {
					s += fmt.Sprintf(", %s to %s", page.Reviews[0].ID, page.Reviews[n-1].ID)
				}
				if token == "" {
					s += ", the last page"
				}
				return s, nil
			})
		}
		if err := list("the first 10", List{Product: "lamp", MaxItems: 10}); err != nil {
			return err
		}
		second := token
		for _, step := range []struct {
			what string
			l    List
		}{
			{"the next 10", List{Product: "lamp", MaxItems: 10, StartingToken: second}},
			{"the token, for another product", List{Product: "desk", MaxItems: 10, StartingToken: second}},
			{"the token, changed", List{Product: "lamp", MaxItems: 10, StartingToken: changed(second)}},
			{"10 with five stars", List{Product: "lamp", MinStars: 5, MaxItems: 10}},
			{"10 with five stars, of the next 50", List{Product: "lamp", MinStars: 5, MaxItems: 10, PageSize: 50}},
			{"10 with six stars, of the next 50", List{Product: "lamp", MinStars: 6, MaxItems: 10, PageSize: 50}},
		} {
			if err := list(step.what, step.l); err != nil {
				return err
			}
		}
		for token != "" {
			if err := list("…", List{Product: "lamp", MinStars: 6, MaxItems: 10, PageSize: 50, StartingToken: token}); err != nil {
				return err
			}
		}
		return nil
	},
}

// changed is a token with another character in the middle.
func changed(token string) string {
	b := []byte(token)
	if i := len(b) / 2; b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}

// reviews writes 120 reviews, each twentieth with five stars.
func reviews(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 120 {
		stars := 3
		if i%20 == 0 {
			stars = 5
		}
		ops = append(ops, Reviews.Put(Review{
			Product: "lamp", At: recipe.Begin.Add(time.Duration(i) * time.Minute), ID: fmt.Sprintf("r%03d", i), Stars: stars,
		}))
	}
	return db.Batch(ctx, ops...)
}
