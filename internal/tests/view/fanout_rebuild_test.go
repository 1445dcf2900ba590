package view_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Verify reports what rests, and no lag of the stream.
func TestVerifyReportsNoLagOfAFanOut(t *testing.T) {
	t.Parallel()
	h := newScreens(t, show, "x/1", "x/2")
	mux := h.mux(nil)
	require.Empty(t, fixture.Deliver(t, mux, h.put(t, Notice{ID: "1", Hall: "x", Text: "old"}), 1))
	batch := h.put(t, Notice{ID: "1", Hall: "x", Text: "new"})
	followed := make(chan error)
	go func() {
		time.Sleep(20 * time.Millisecond)
		_, err := mux.Process(t.Context(), batch)
		followed <- err
	}()
	assert.Empty(t, h.stream.DriftOf(t, h.view))
	require.NoError(t, <-followed)
	h.edit(t, "x/2", "text", fixture.Text("lost"))
	drift := h.stream.DriftOf(t, h.view)
	require.Len(t, drift, 1)
	assert.Contains(t, drift[0], "at#2")
}
