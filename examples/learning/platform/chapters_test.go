package platform_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestSaveChapterRefusesAStaleOne(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		read, err := s.SaveChapter(ctx, platform.Chapter{ID: "h", CourseID: "c", Content: "one"})
		require.NoError(t, err)
		mine, yours := read, read
		mine.Content, yours.Content = "mine", "yours"
		_, err = s.SaveChapter(ctx, mine)
		require.NoError(t, err)
		_, err = s.SaveChapter(ctx, yours)
		require.ErrorIs(t, err, ddb.ErrConflict)

		env.CatchUp()
		now, err := s.Chapter(ctx, "h")
		require.NoError(t, err)
		assert.Equal(t, "mine", now.Content)
		assert.EqualValues(t, 2, now.Version)
		for n, content := range map[int64]string{1: "one", 2: "mine"} {
			v, err := s.ChapterAt(ctx, "h", n)
			require.NoError(t, err)
			assert.Equal(t, content, v.Content)
		}
		_, err = s.ChapterAt(ctx, "h", 3)
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

// Ten writers edit one chapter: each edit is a version, numbered without a gap, and none is lost.
func TestEditsAreVersions(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		_, err := s.SaveChapter(ctx, platform.Chapter{ID: "h", CourseID: "c", Content: "new"})
		require.NoError(t, err)
		const writers = 10
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for { // Modify gives up after ten conflicts in a row
					_, err := s.EditChapter(ctx, "c", "h", fmt.Sprint("by ", i))
					if !errors.Is(err, ddb.ErrConflict) {
						assert.NoError(t, err)
						return
					}
				}
			})
		}
		wg.Wait()

		versions, err := ddb.Collect(s.ChapterVersions(ctx, "h"))
		require.NoError(t, err)
		require.Len(t, versions, 1+writers)
		by := map[string]bool{}
		for i, v := range versions {
			assert.EqualValues(t, 1+writers-i, v.Version)
			by[v.Content] = true
			at, err := s.ChapterAt(ctx, "h", v.Version)
			require.NoError(t, err)
			assert.Equal(t, v, at)
		}
		assert.Len(t, by, 1+writers, "every edit is there once")
	})
}

// A chapter that moves takes its history along: the versions say which course they were of.
func TestMoveChapter(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		first, err := s.SaveChapter(ctx, platform.Chapter{ID: "h", CourseID: "from", Content: "text"})
		require.NoError(t, err)
		moved, err := s.MoveChapter(ctx, first, "to")
		require.NoError(t, err)
		assert.EqualValues(t, 2, moved.Version)
		_, err = s.MoveChapter(ctx, first, "elsewhere")
		require.ErrorIs(t, err, ddb.ErrNotFound, "it is not there any more")
		last, err := s.EditChapter(ctx, "to", "h", "more text")
		require.NoError(t, err)
		assert.EqualValues(t, 3, last.Version)

		env.CatchUp()
		now, err := s.Chapter(ctx, "h")
		require.NoError(t, err)
		assert.Equal(t, last, now)
		for n, courseID := range map[int64]string{1: "from", 2: "to", 3: "to"} {
			v, err := s.ChapterAt(ctx, "h", n)
			require.NoError(t, err)
			assert.Equal(t, courseID, v.CourseID, "version %d", n)
		}
		left, err := ddb.Collect(s.ChaptersOf(ctx, "from"))
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}
