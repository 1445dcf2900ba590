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

// The smallest guide that the flags allow has something of every kind, and things in every state.
func TestTheSmallestGuideHasSomethingOfEveryKind(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		d := Generate(Size{Seed: seed, Organisers: 1, Things: States, Users: 1, Children: 1, Favourites: 1, Bookings: 1})
		has := map[Status]bool{}
		for _, thing := range d.Things {
			has[thing.Status] = true
		}
		assert.Equal(t, map[Status]bool{Draft: true, Pending: true, Published: true, Rejected: true}, has)
		assert.NotEmpty(t, d.Children)
		assert.NotEmpty(t, d.Favourites)
		assert.NotEmpty(t, d.Bookings)
	}
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
