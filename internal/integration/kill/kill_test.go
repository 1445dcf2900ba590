package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(workerVariable); spec != "" {
		os.Exit(work(spec, os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestWorkersThatAreKilledLoseNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	status := command(t.Context(), []string{"-kills=10", "-endpoint="}, &out, t.Output())
	t.Log(out.String())
	assert.Zero(t, status)
	assert.Contains(t, out.String(), "10 kills, ")
	assert.Contains(t, out.String(), "nothing was lost, all changes were in order, no view drifted")
}

func TestCheckFindsWhatWasLost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		seen, want string
	}{
		"all":                    {"a x 1|b x 1|b x 2|a x 2|b x 3|c x 3", ""},
		"again, from before":     {"a x 1|a x 2|b x 1|b x 2|b x 3", ""},
		"the last":               {"a x 1|a x 2", "item x: of 3 changes the last one seen is 2"},
		"never":                  {"a y 1", "item x: of 3 changes the last one seen is 0"},
		"one between":            {"a x 1|b x 3", "item x: change 3 was seen before change 2, by b"},
		"a shard that came back": {"a x 1|b x 2|a x 3", ""},
	} {
		file := filepath.Join(t.TempDir(), "seen")
		require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(tc.seen, "|", "\n")+"\n"), 0o600))
		seen, faults, err := check(file, map[string]int{"x": 3})
		require.NoError(t, err, name)
		assert.Equal(t, strings.Count(tc.seen, "|")+1, seen, name)
		assert.Equal(t, tc.want, strings.Join(faults, "; "), name)
	}
}

func TestHelpHelps(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	assert.Zero(t, command(t.Context(), []string{"-h"}, &out, &out))
	for _, flag := range []string{"-kills number", "-seed number", "-endpoint URL", "The exit status is 0"} {
		assert.Contains(t, out.String(), flag)
	}
	assert.Equal(t, 2, command(t.Context(), []string{"-kills", "x"}, &out, &out))
	assert.Equal(t, 2, command(t.Context(), []string{"more"}, &out, &out))
}
