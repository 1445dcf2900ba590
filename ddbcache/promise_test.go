package ddbcache

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// After a write through the cache no read through it misses it, and in the end the cache has what the table has, whatever
// goes wrong, and in whatever order.
func TestNoReadMissesAWrite(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]simConfig{
		"one cache":                 {caches: 1},
		"little room":               {caches: 1, bytes: 300},
		"two writers":               {caches: 2},
		"a table that is remade":    {caches: 1, remade: true},
		"two writers and a stream":  {caches: 2, stream: true},
		"one writer and its stream": {caches: 1, stream: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				cfg.steps = rapid.IntRange(5, 120).Draw(rt, "steps")
				choices := rapid.SliceOfN(rapid.Uint16(), 10, 500).Draw(rt, "choices")
				require.NoError(rt, simulate(t, choices, cfg))
			})
		})
	}
}

// Each step of the protocol is needed: without it, or in another order, a history is found that breaks the promise.
func TestEachStepIsNeeded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		seed uint64
		cfg  simConfig
	}{
		"a write detaches reads under way":                {0, simConfig{caches: 1, without: steps{detach: true}}},
		"a write removes what is cached":                  {0, simConfig{caches: 1, without: steps{remove: true}}},
		"the request comes before the cache":              {0, simConfig{caches: 1, without: steps{last: true}}},
		"a miss after a write is strongly consistent":     {0, simConfig{caches: 1, without: steps{settle: true}}},
		"writes that overlap do not fill":                 {0, simConfig{caches: 1, without: steps{overlap: true}}},
		"what may have been written is not kept":          {60, simConfig{caches: 1, without: steps{unsure: true}}},
		"what may arrive late may be seen later still":    {2780, simConfig{caches: 1, without: steps{late: true}}},
		"a record detaches reads under way":               {160, simConfig{caches: 2, stream: true, without: steps{follower: true}}},
		"a miss after a record is strongly consistent":    {0, simConfig{caches: 2, stream: true, without: steps{marks: true}}},
		"a write of a key that cannot be told is of all":  {50, simConfig{caches: 1, without: steps{shape: true}}},
		"a put is of all if the key is another meanwhile": {550, simConfig{caches: 1, remade: true, without: steps{reshape: true}}},
		"another key detaches reads under way":            {270, simConfig{caches: 1, remade: true, without: steps{remade: true}}},
		"reads after another key are strongly consistent": {70, simConfig{caches: 1, remade: true, without: steps{relearn: true}}},
		"a read by another key is strongly consistent":    {0, simConfig{caches: 1, remade: true, without: steps{stranger: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.cfg.steps = 80
			for seed := tc.seed; seed < tc.seed+3000; seed++ {
				if err := simulate(t, random(seed), tc.cfg); err != nil {
					t.Logf("%s: seed %d: %v", name, seed, err)
					return
				}
			}
			assert.Fail(t, "no history breaks the promise")
		})
	}
}

// random returns choices.
func random(seed uint64) []uint16 {
	r := rand.New(rand.NewPCG(seed, 0))
	choices := make([]uint16, 500)
	for i := range choices {
		choices[i] = uint16(r.Uint32())
	}
	return choices
}
