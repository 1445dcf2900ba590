package library_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/library"
)

func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), library.Patterns) }

// The README of the repository has a part of the table.
func TestTheReadmeHasTheCosts(t *testing.T) {
	t.Parallel()
	report, err := library.Patterns.Measure(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	var page strings.Builder
	page.WriteString("| access pattern | request | key condition | items | measured | estimated |\n|---|---|---|--:|--:|--:|\n")
	for _, p := range report.Patterns {
		require.Len(t, p.Requests, 1, "%s: one access pattern is one request", p.Name)
		require.NotNil(t, p.Estimated, p.Name)
		var keys []string
		for _, key := range p.Requests[0].Keys {
			key, _, _ = strings.Cut(key, " IF ") // the model's own page has the conditions, too
			keys = append(keys, "`"+key+"`")
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %d | %s | %s |\n", p.Name, p.Requests[0].Operation, strings.Join(keys, ", "), p.Items, units(p.Measured), units(*p.Estimated))
	}
	golden.Section(t, "../../README.md", "costs", page.String())
}

func units(u ddbaccess.Units) string {
	if u.Write > 0 {
		return fmt.Sprint(u.Write, " W")
	}
	return fmt.Sprint(u.Read, " R")
}
