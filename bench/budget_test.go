//go:build !race

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// budgets are the allocations of each work on the stub, those of the SDK included. Pools make them differ by a few. They are not
// built for the race detector, for which a sync.Pool drops at random what it is given.
var budgets = map[string]float64{
	"Get":                              316,
	"Put":                              327,
	"Create":                           332,
	"Update of a field in an index":    361,
	"Update of a plain field":          349,
	"Upsert":                           417,
	"Modify":                           1059,
	"Take":                             328,
	"Delete":                           313,
	"Query, page of 100":               840,
	"Gather, page of 100, three types": 700,
	"Scan, page of 100":                1051,
	"BatchGet of 100":                  1446,
	"BatchWrite of 25 puts":            1072,
	"TransactGet of 10":                491,
	"Transact of 3":                    426,
	"Transact of 30":                   1264,
	"Get of 5 KB":                      313,
	"Put of 5 KB":                      322,
	"Get of 100 KB":                    313,
	"Put of 100 KB":                    322,
	"Stream event of 100 records":      20247,
}

func TestBudgets(t *testing.T) {
	w := stubWorld()
	for _, of := range cases(w) {
		c := of(w)
		for _, k := range c.contenders {
			if k.name != ours {
				continue
			}
			run := func() {
				_, err := k.run(t.Context())
				require.NoError(t, err)
			}
			allocs := testing.AllocsPerRun(50, run)
			budget, ok := budgets[c.name]
			require.True(t, ok, "a budget for %q", c.name)
			assert.LessOrEqual(t, allocs, budget, c.name)
			assert.Greater(t, allocs, budget*0.97-2, "%s: lower its budget", c.name)
		}
	}
}
