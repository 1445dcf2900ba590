package table_test

import (
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Tests that run in parallel share the model, and each makes its own DB of it.
func TestAModelIsTakenIntoUseByManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 50 {
		m, client := newDepot(), ddbmem.New().Client()
		m.table.GSI("late", "late_pk", "late_sk") // not yet checked: no Define came after it
		var start, done sync.WaitGroup
		start.Add(1)
		for _, use := range []func(){
			func() { ddb.New(client, "parcels", m.table, nil) },
			func() { ddb.New(client, "others", m.table, nil) },
			func() { assert.NoError(t, m.table.Check()) },
			func() { assert.NoError(t, m.table.Describe(io.Discard)) },
			func() { m.table.CreateTableInput("parcels") },
			func() { m.table.StreamFilter() },
			func() { m.table.Indexes() },
		} {
			done.Go(func() {
				start.Wait()
				use()
			})
		}
		start.Done()
		done.Wait()
	}
}
