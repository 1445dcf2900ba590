package things

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/integration"
)

func TestGenerateIsReproducible(t *testing.T) {
	t.Parallel()
	size := DefaultSize
	assert.Equal(t, Generate(size), Generate(size))
	size.Seed++
	assert.NotEqual(t, Generate(DefaultSize), Generate(size))
}

// An interrupted seeding continues when it is run again, and another run changes nothing.
func TestSeedingCanBeRunAgain(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{})
		d := Generate(small)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := d.Write(ctx, g.db, func(done, _ int) {
			if done > d.Items()/2 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		var before map[string]item
		for range 2 {
			last := 0
			require.NoError(t, d.Write(t.Context(), g.db, func(done, total int) {
				last = done
				assert.Equal(t, d.Items(), total)
			}))
			assert.Equal(t, d.Items(), last)
			now := raw(t, env)
			assert.Len(t, now, d.Items())
			if before != nil {
				assert.Equal(t, before, now)
			}
			before = now
		}
	})
}
