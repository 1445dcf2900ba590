package ddbstream_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A replay returns how many dead letters are handled, how many failed again and went to another sink, and how many
// stayed.
func TestAReplayTellsWhatFailedAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "letters.jsonl")
	file, again := ddbstream.NewFile(path), ddbstream.NewFile(filepath.Join(t.TempDir(), "again.jsonl"))
	for n := 1; n <= 5; n++ {
		require.NoError(t, file.Put(t.Context(), stored(n), nil))
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString("no letter\n")
	require.NoError(t, errors.Join(err, f.Close()))
	to := &partial{fails: map[string]error{"2": errors.New("again"), "3": errors.New("again"), "5": errors.New("again")}}

	n, err := ddbstream.Replay(t.Context(), file.Letters(), to, full{})
	require.ErrorContains(t, err, "the disk is full")
	assert.Equal(t, ddbstream.ReplayResult{Handled: 2, Failed: 4}, n, "what is not taken stays")

	n, err = ddbstream.Replay(t.Context(), file.Letters(), to, again)
	require.ErrorContains(t, err, "letters.jsonl:6")
	assert.Equal(t, ddbstream.ReplayResult{Again: 3, Failed: 1}, n)
	assert.Equal(t, []string{"2", "3", "5"}, numbers(t, again.Letters()))

	n, err = ddbstream.Replay(t.Context(), again.Letters(), to, nil)
	require.ErrorContains(t, err, "record 2: again")
	assert.Equal(t, ddbstream.ReplayResult{Failed: 3}, n)
}

// full is a sink that accepts nothing.
type full struct{}

func (full) Put(context.Context, ddb.Record, error) error { return errors.New("the disk is full") }

// A dead letter whose old image is at fault fails permanently, although the item was repaired; when the view is correct
// it is marked as done.
func TestALetterWhoseOldImageIsAtFaultIsPutAside(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	file := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
	mux := ddb.NewMux(a.table, &ddb.MuxOptions{Attempts: 1, DeadLetters: file.Put})
	mux.Maintain(a.db, a.sum)
	ddb.Handle(mux, a.points, func(context.Context, ddb.Change[Point]) error { return nil })
	mended := Point{Game: "g", ID: "a", N: 3}
	a.put(t, mended)
	is, err := a.points.Encode(mended)
	require.NoError(t, err)
	was := maps.Clone(is)
	was["n"] = &types.AttributeValueMemberBOOL{Value: true}
	r := ddb.Record{Kind: ddb.Modified, Sequence: "7", Old: was, New: is, Keys: map[string]types.AttributeValue{"pk": is["pk"], "sk": is["sk"]}}
	_, err = mux.Process(t.Context(), []ddb.Record{r})
	require.NoError(t, err)
	for range 2 {
		n, err := ddbstream.Replay(t.Context(), file.Letters(), mux, nil)
		require.Error(t, err)
		assert.Equal(t, ddbstream.ReplayResult{Failed: 1}, n)
	}
	for d, err := range a.sum.Verify(t.Context(), a.db, nil) {
		require.NoError(t, err)
		assert.Fail(t, "the view is wrong", d.String())
	}
	for l, err := range file.Letters() {
		require.NoError(t, err)
		require.NoError(t, file.Done(l))
	}
	n, err := ddbstream.Replay(t.Context(), file.Letters(), mux, nil)
	require.NoError(t, err)
	assert.Zero(t, n)
}
