package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/internal/sam"
	"github.com/singletable-go/ddb/examples/internal/samtest"
	"github.com/singletable-go/ddb/examples/learning/lambda"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// The function's role has the actions that it calls, also while transactions conflict and responses are lost, and no other.
func TestTheRoleIsWhatTheFunctionCalls(t *testing.T) {
	t.Parallel()
	memory := ddbmem.New()
	db := ddb.New(memory.Client(), "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var sent ddbobserve.Recorder
	handle, err := newHandler(memory.Client(), nil, func(name string) string {
		return map[string]string{function.Table: "learning", function.DeadLetters: "https://letters.example"}[name]
	}, &ddb.Options{Observe: sent.Observe})
	require.NoError(t, err)

	store := platform.NewStore(db)
	data := school.Generate(school.DefaultSize)
	live := school.NewLife(store, data, 1)
	for _, write := range []func() error{
		func() error { return data.Write(t.Context(), store, func(int, int) {}) },
		func() error { return live.Live(t.Context(), 100, 0) },
		func() error { return store.RemoveStudent(t.Context(), data.Students[0].ID) },
		func() error { return live.Live(t.Context(), 100, 0) },
	} {
		memory.SetFaults(ddbmem.Faults{})
		require.NoError(t, write())
		memory.SetFaults(ddbmem.Faults{Conflict: 0.2, Drop: 0.1, Unprocessed: 0.1})
		samtest.Deliver(t, memory.Client(), "learning", handle)
	}
	assert.Equal(t, lambda.Stream.Actions, sam.Called(sent.Take()))
}
