package ddbstream_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A reader's Status has the counts of its Mux, and nothing for a processor without counts.
func TestStatusHasWhatTheMuxDid(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	mux := new(log).mux(a)
	r := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, fast())
	stop := run(t, r)
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	a.put(t, Point{Game: "g", ID: "b", N: 1})
	eventually(t, func() bool { return r.Status().Records == 2 }, "both are handled")
	require.NoError(t, stop())
	want := ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "point", Handled: 2}}}
	require.NotNil(t, r.Status().Mux)
	assert.Equal(t, want, *r.Status().Mux)
	text, err := json.Marshal(r.Status())
	require.NoError(t, err)
	assert.Contains(t, string(text), `"mux":{"parts":[{"part":"handlers","entity":"point","handled":2,`)

	r = ddbstream.NewReader(a.engine.StreamsClient(), name, mute{}, &ddbstream.MemoryStore{}, fast())
	assert.Nil(t, r.Status().Mux)
	text, err = json.Marshal(r.Status())
	require.NoError(t, err)
	assert.NotContains(t, string(text), `"mux"`)
}

// mute is a processor without Stats.
type mute struct{}

func (mute) Process(context.Context, []ddb.Record) ([]string, error) { return nil, nil }
