package ddbstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

func stored(n int) ddb.Record {
	keys := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("p#", n)}}
	return ddb.Record{Kind: ddb.Inserted, Sequence: fmt.Sprint(n), Keys: keys, New: keys}
}

// numbers are the sequence numbers of dead letters.
func numbers(t *testing.T, letters func(func(ddbstream.DeadLetter, error) bool)) (out []string) {
	t.Helper()
	for l, err := range letters {
		require.NoError(t, err)
		out = append(out, l.Record.Sequence)
	}
	return out
}

// partial is a Processor that handles parts.
type partial struct {
	fails map[string]error
	seen  []string
	hook  func()
}

func (*partial) Process(context.Context, []ddb.Record) ([]string, error) {
	panic("parts are asked for")
}

func (p *partial) Replay(_ context.Context, r ddb.Record, parts ...string) error {
	p.seen = append(p.seen, strings.Join(append([]string{r.Sequence}, parts...), " "))
	if p.hook != nil {
		p.hook()
	}
	return p.fails[r.Sequence]
}

// A replay into the file that it reads ends, and the next one has what failed again, once.
func TestReplayIntoTheSameFileEnds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "letters.jsonl")
	file := ddbstream.NewFile(path)
	for n := 1; n <= 3; n++ {
		require.NoError(t, file.Put(t.Context(), stored(n), &ddb.RecordError{Parts: []string{"view v"}, Attempts: 3, Err: errors.New("first")}))
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	to := &partial{fails: map[string]error{"2": errors.New("again")}}
	n, err := ddbstream.Replay(t.Context(), file.Letters(), to, file)
	require.NoError(t, err)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 2, Again: 1}, n)
	assert.Equal(t, []string{"1 view v", "2 view v", "3 view v"}, to.seen)
	assert.Equal(t, []string{"2"}, numbers(t, file.Letters()))
	assert.Equal(t, []string{"1", "2", "3", "2"}, numbers(t, file.All()))
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(now), string(text)), "no letter is ever changed or taken out")
	for l, err := range file.Letters() {
		require.NoError(t, err)
		assert.Equal(t, "again", l.Cause)
		assert.Equal(t, 4, l.Attempts)
		assert.Equal(t, []string{"view v"}, l.Parts)
	}
	to.fails = nil
	n, err = ddbstream.Replay(t.Context(), ddbstream.NewFile(path).Letters(), to, file)
	require.NoError(t, err)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 1}, n)
	assert.Empty(t, numbers(t, file.Letters()))
}

// A dead letter that is stored during a read is left to the next reader.
func TestLettersAreThoseThatWereThere(t *testing.T) {
	t.Parallel()
	file := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
	require.NoError(t, file.Put(t.Context(), stored(1), nil))
	n := 0
	for _, err := range file.Letters() {
		require.NoError(t, err)
		if n++; n > 3 {
			break
		}
		require.NoError(t, file.Put(t.Context(), stored(1+n), nil))
	}
	assert.Equal(t, 1, n)
}

// A crash in the middle of a replay costs only the current dead letter; half a mark does not count.
func TestAReplayGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "letters.jsonl")
	file := ddbstream.NewFile(path)
	for n := 1; n <= 4; n++ {
		require.NoError(t, file.Put(t.Context(), stored(n), nil))
	}
	to := &partial{}
	to.hook = func() {
		if len(to.seen) == 3 {
			panic("crash")
		}
	}
	assert.Panics(t, func() { _, _ = ddbstream.Replay(t.Context(), file.Letters(), to, nil) })
	half, err := os.OpenFile(path+".done", os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	_, err = half.WriteString("0123")
	require.NoError(t, err)
	require.NoError(t, half.Close())
	assert.Equal(t, []string{"3", "4"}, numbers(t, file.Letters()))
	to.hook = nil
	n, err := ddbstream.Replay(t.Context(), file.Letters(), to, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 2}, n)
	assert.Empty(t, numbers(t, file.Letters()))
}

// Several processes write to one file without a loss.
func TestSeveralWritersLoseNoLetter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "letters.jsonl")
	done := make(chan error)
	const writers, each = 4, 20
	for w := range writers {
		go func() {
			var err error
			file := ddbstream.NewFile(path) // it shares nothing with the others, as in another process
			for n := range each {
				err = errors.Join(err, file.Put(context.Background(), stored(w*each+n+1), nil))
			}
			done <- err
		}()
	}
	for range writers {
		require.NoError(t, <-done)
	}
	assert.Len(t, numbers(t, ddbstream.NewFile(path).Letters()), writers*each)
}

// Dead letters from before parts are replayed whole.
func TestALetterWithoutPartsIsReplayedWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "letters.jsonl")
	record, err := json.Marshal(stored(7))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(`{"at":"2025-01-02T03:04:05Z","entity":"e","attempts":3,"cause":"c","record":`+string(record)+"}\n"), 0o600))
	to := &partial{}
	n, err := ddbstream.Replay(t.Context(), ddbstream.NewFile(path).Letters(), to, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 1}, n)
	assert.Equal(t, []string{"7"}, to.seen)
}

// A failure that is not the record's fault ends the replay, and the dead letters stay where they are.
func TestAReplayStopsForTheEnvironment(t *testing.T) {
	t.Parallel()
	file := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
	for n := 1; n <= 3; n++ {
		require.NoError(t, file.Put(t.Context(), stored(n), nil))
	}
	to := &partial{fails: map[string]error{"2": fmt.Errorf("the table: %w", ddb.ErrUnavailable)}}
	n, err := ddbstream.Replay(t.Context(), file.Letters(), to, file)
	require.ErrorIs(t, err, ddb.ErrUnavailable)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 1, Failed: 1}, n)
	assert.Equal(t, []string{"2", "3"}, numbers(t, file.Letters()))
	assert.Equal(t, []string{"1", "2"}, to.seen)
}

// A record that cannot be read is kept as received.
func TestARawRecordIsALetter(t *testing.T) {
	t.Parallel()
	const raw = `{"eventName":"INSERT","dynamodb":{"Keys":{"pk":{"S":"a"}},"NewImage":{"v":{"VEC":"x"}},"SequenceNumber":"5"}}`
	var r ddb.Record
	require.NoError(t, json.Unmarshal([]byte(raw), &r))
	file := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
	require.NoError(t, file.Put(t.Context(), r, nil))
	for l, err := range file.Letters() {
		require.NoError(t, err)
		assert.JSONEq(t, raw, string(l.Record.Raw))
	}
}
