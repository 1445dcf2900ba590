package ddbdraw_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program that only draws a design has no client in it.
func TestItImportsTheDesignAlone(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	assert.Equal(t, []string{"github.com/singletable-go/ddb/ddbdesign", "github.com/singletable-go/ddb/ddbdraw"}, strings.Fields(string(out)))
}
