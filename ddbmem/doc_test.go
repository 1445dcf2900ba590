package ddbmem_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

var update = flag.Bool("update", false, "rewrite the table of operations in the package documentation")

// TestDocumentationListsTheOperations keeps the table in the package documentation what the engine does.
func TestDocumentationListsTheOperations(t *testing.T) {
	t.Parallel()

	const before, after = "// All other operations return UnknownOperationException.\n//\n", "//\n// The legacy parameters"
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), before)
	require.True(t, ok)
	table, tail, ok := strings.Cut(rest, after)
	require.True(t, ok)
	if *update {
		require.NoError(t, os.WriteFile("doc.go", []byte(head+before+ddbmem.OperationTable()+after+tail), 0o600))
		return
	}
	require.Equal(t, ddbmem.OperationTable(), table, "run go test -run Documentation -update")
}
