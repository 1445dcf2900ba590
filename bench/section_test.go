package main

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var shortly = settings{rounds: 2, turn: time.Millisecond}

func rows(text string) int { return strings.Count(text, "\n| ") }

func TestEachSectionHasItsPlaceInTheReport(t *testing.T) {
	t.Parallel()
	report, err := os.ReadFile("REPORT.md")
	require.NoError(t, err)
	for _, s := range sections() {
		written, err := placed(report, s.name, []byte("| tables |\n"))
		require.NoError(t, err)
		assert.Contains(t, string(written), "-"+s.name+" -->\n\n| tables |\n\n<!-- end -->")
		again, err := placed(written, s.name, []byte("| tables |\n"))
		require.NoError(t, err)
		assert.Equal(t, string(written), string(again))
	}
}

func TestProgramsStart(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, starts(t.Context(), &out, 1))
	assert.Equal(t, 1+len(starters), rows(out.String()), out.String())
}

func TestGrowthIsMeasured(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, growth(t.Context(), &out, shortly))
	assert.Equal(t, 3+4+4+len(sizes()), rows(out.String()), out.String())
}

func TestObservedCallsAreCompared(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, observing(t.Context(), &out, shortly))
	assert.Equal(t, 2*len(observedCases()), rows(out.String()), out.String())
}

func TestEnginesAreCompared(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	require.ErrorContains(t, engines(t.Context(), io.Discard, shortly), "DYNAMODB_ENDPOINT")
	other, end, err := serveElsewhere(t.Context())
	require.NoError(t, err)
	t.Setenv("DYNAMODB_ENDPOINT", other)
	var out strings.Builder
	require.NoError(t, engines(t.Context(), &out, shortly))
	require.NoError(t, end())
	assert.Equal(t, 1+len(requests()), rows(out.String()), out.String())
	assert.Equal(t, len(requests()), strings.Count(out.String(), " µs |\n"), out.String())
}
