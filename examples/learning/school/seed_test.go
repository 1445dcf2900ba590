package school_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestGenerateIsReproducible(t *testing.T) {
	t.Parallel()
	size := school.DefaultSize
	assert.Equal(t, school.Generate(size), school.Generate(size))
	size.Seed++
	assert.NotEqual(t, school.Generate(school.DefaultSize), school.Generate(size))
}

// An interrupted seeding continues when it is run again, and another run changes nothing.
func TestSeedingCanBeRunAgain(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		size := schooltest.Small
		size.Students = 40 // which takes more than one batch
		d := school.Generate(size)
		for moment := range 5 { // wherever it is by then
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+4*moment)*time.Millisecond)
			if err := d.Write(ctx, s.Store, func(int, int) {}); err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			cancel()
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := d.Write(ctx, s.Store, func(done, _ int) {
			if done > d.Items()/2 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		for range 2 {
			last := 0
			require.NoError(t, d.Write(t.Context(), s.Store, func(done, total int) {
				last = done
				assert.Equal(t, d.Items(), total)
			}))
			assert.Equal(t, d.Items(), last)
			assert.Equal(t, d.Items(), schooltest.Stored(t, env))
		}
	})
}
