package table_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A job that dies at any request, and is resumed at its last checkpoint with any number of workers, ends with all done.
func TestAJobThatDiesAnywhereIsResumed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(crashes) {
		eachJob(t, func(t *testing.T, s *store, j job) {
			r := rand.New(rand.NewPCG(seed, 7))
			var at ddb.Cursor
			segments := 1 + r.IntN(12)
			for runs, ended := 0, false; !ended; runs++ {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var requests atomic.Int64
				dies := int64(1 + r.IntN(20*(runs+1)))
				outage := r.IntN(2) == 0
				s.engine.SetFaults(ddbmem.Faults{Drop: 0.02, Unprocessed: 0.1, Throttle: 0.02, Hook: func(c ddbmem.Call) ddbmem.Fault {
					switch n := requests.Add(1); {
					case n < dies || c.Item:
						return ddbmem.NoFault
					case outage:
						return ddbmem.InternalError
					case n == dies:
						cancel()
					}
					return ddbmem.NoFault
				}})
				var last ddb.Progress
				opts := &ddb.JobOptions{Resume: at, Workers: 1 + r.IntN(4), Progress: func(p ddb.Progress) {
					assert.LessOrEqual(t, last.Items, p.Items)
					assert.LessOrEqual(t, last.Sources, p.Sources)
					assert.LessOrEqual(t, last.Targets, p.Targets)
					assert.LessOrEqual(t, last.Changed, p.Changed)
					last = p
				}, Checkpoint: func(c ddb.Cursor) {
					if at, ended = c, c == ""; ended && j.writes {
						faults := ddbmem.Faults{}
						s.engine.SetFaults(faults)
						assert.Zero(t, j.left(t, s), "the checkpoint says that all is done")
					}
				}}
				if at == "" {
					opts.Segments = segments
				}
				if _, err := j.run(ctx, s, opts); err == nil {
					require.True(t, ended || !j.writes, "without a checkpoint")
					break
				}
				require.Less(t, runs, 200)
			}
			s.engine.SetFaults(ddbmem.Faults{})
			assert.Zero(t, j.left(t, s))
		})
	}
}

const crashes = 3
