package groups

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A burst under faults: indexes lag, transactions conflict, responses are lost, shards split, and two readers share the
// work.
func TestBurstOnABadDay(t *testing.T) {
	t.Parallel()
	eng := ddbmem.New(ddbmem.Options{StreamShards: 2, ShardRecords: 40})
	s := NewStore(ddb.New(eng.Client(), "cruddur-messages", Cruddur, nil), nil)
	require.NoError(t, s.db.CreateTable(t.Context()))
	people := []Author{ada, bayo, lena}
	first, err := s.Start(t.Context(), ada, "first", bayo, lena)
	require.NoError(t, err)
	eng.SetFaults(ddbmem.Faults{IndexLag: 20 * time.Millisecond, Conflict: 0.1, Drop: 0.1})
	watch(t, eng.Client(), s)
	watch(t, eng.Client(), s)
	var wg sync.WaitGroup
	for i := range 8 {
		for _, p := range people {
			wg.Go(func() {
				_, err := s.Send(t.Context(), p, first.GroupID, fmt.Sprint(p.Handle, " ", i))
				assert.NoError(t, err)
			})
		}
	}
	wg.Wait()
	settles(t, s, first.GroupID, people)
	n, err := s.messages.Count(t.Context(), MessagesOf(first.GroupID, Window{}))
	require.NoError(t, err)
	assert.Equal(t, 25, n, "each message once")
}
