package keys

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestTokensAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	open := func(opts *ddb.Options) *ddb.DB { return ddb.New(client, "reviews", ReviewTable, opts) }
	first, second := []byte("a key of 32 random bytes, or so.."), []byte("the key that comes after it, ....")
	db := open(ReviewOptions(first, nil))
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, reviews(t.Context(), db))

	l := List{Product: "lamp", MaxItems: 3}
	page, err := ListReviews(t.Context(), db, l)
	require.NoError(t, err)
	l.StartingToken = page.NextToken

	_, err = ListReviews(t.Context(), open(ReviewOptions(second, first)), l)
	require.NoError(t, err, "the key before is accepted")
	_, err = ListReviews(t.Context(), open(ReviewOptions(second, nil)), l)
	require.ErrorIs(t, err, ddb.ErrCursor)

	// A client can compute a token without a key. It is refused.
	l.StartingToken = ""
	page, err = ListReviews(t.Context(), open(nil), l)
	require.NoError(t, err)
	l.StartingToken = page.NextToken
	_, err = ListReviews(t.Context(), open(nil), l)
	require.NoError(t, err)
	_, err = ListReviews(t.Context(), db, l)
	require.ErrorIs(t, err, ddb.ErrCursor)
}

func TestPagesHaveEachReviewOnce(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "reviews", ReviewTable, ReviewOptions([]byte("key"), nil))
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, reviews(t.Context(), db))
	rapid.Check(t, func(rt *rapid.T) {
		l := List{
			Product:  "lamp",
			MinStars: rapid.IntRange(0, 6).Draw(rt, "stars"),
			MaxItems: rapid.SampledFrom([]int{-1, 7, 50, 130}).Draw(rt, "items"),
			PageSize: rapid.SampledFrom([]int{0, 7, 50, 200}).Draw(rt, "page"),
		}
		ids := map[string]int{}
		for {
			page, err := ListReviews(t.Context(), db, l)
			require.NoError(rt, err)
			require.LessOrEqual(rt, len(page.Reviews), min(max(l.MaxItems, 1), 100))
			for _, r := range page.Reviews {
				ids[r.ID]++
			}
			if l.StartingToken = page.NextToken; l.StartingToken == "" {
				break
			}
		}
		want := 120
		if l.MinStars > 3 {
			want = 6
		}
		if l.MinStars > 5 {
			want = 0
		}
		assert.Len(rt, ids, want)
		for id, n := range ids {
			assert.Equal(rt, 1, n, id)
		}
	})
}
