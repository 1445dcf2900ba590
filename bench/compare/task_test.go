package compare_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	darkness     = book{"le-guin", "9780441478125", "The Left Hand of Darkness", "SF", 1969}
	dispossessed = book{"le-guin", "9780060512750", "The Dispossessed", "SF", 1974}
	kindred      = book{"butler", "9780807083697", "Kindred", "SF", 1979}
)

// Each program adds books under a unique ISBN, finds them by genre and year, and corrects a year.
func TestEveryProgramDoesTheTask(t *testing.T) {
	t.Parallel()
	for _, c := range contenders {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, e := t.Context(), newEngine(t)
			l := c.open(t, e)
			seed(t, l, kindred, darkness, dispossessed)
			require.Error(t, l.add(ctx, kindred), "a book twice")
			other := kindred
			other.Author = "another"
			require.Error(t, l.add(ctx, other), "an ISBN twice")

			found, err := l.inGenre(ctx, "SF", 1970)
			require.NoError(t, err)
			assert.Equal(t, []book{dispossessed, kindred}, found)

			require.NoError(t, l.setYear(ctx, "le-guin", "9780060512750", 1980))
			found, err = l.inGenre(ctx, "SF", 1975)
			require.NoError(t, err)
			moved := dispossessed
			moved.Year = 1980
			assert.Equal(t, []book{kindred, moved}, found)
			require.Error(t, l.setYear(ctx, "le-guin", "none", 1980))
		})
	}
}
