package ddbaccess_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A marker that is no pair would cost the text of a user: it is an error with its line, and nothing is written.
func TestMarkersThatAreNoPairsAreErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	const begin, end = "<!-- ddb:patterns -->\n", "<!-- /ddb:patterns -->\n"
	const design, designEnd = "<!-- ddb:design -->\n", "<!-- /ddb:design -->\n"
	for page, want := range map[string]string{
		"mine\n" + begin:                        "README.md: line 2: <!-- ddb:patterns --> has no end: add a line <!-- /ddb:patterns -->",
		"mine\n\n" + end:                        "README.md: line 3: <!-- /ddb:patterns --> has no <!-- ddb:patterns --> before it",
		end + begin:                             "README.md: line 1: <!-- /ddb:patterns --> has no",
		begin + end + begin + "mine\n" + end:    "README.md: line 3: there is a <!-- ddb:patterns --> in line 1 already",
		begin + "mine\n" + begin + end:          "README.md: line 3: <!-- ddb:patterns --> is between <!-- ddb:patterns --> in line 1 and its end",
		begin + design + designEnd + end:        "README.md: line 2: <!-- ddb:design --> is between <!-- ddb:patterns --> in line 1",
		begin + design + end + designEnd:        "README.md: line 2: <!-- ddb:design --> is between",
		design + "\n\n" + end + designEnd + end: "README.md: line 4: <!-- /ddb:patterns --> is between <!-- ddb:design --> in line 1",
	} {
		require.NoError(t, os.WriteFile("README.md", []byte(page), 0o600))
		for _, update := range []bool{true, false} {
			assert.Contains(t, checked(t, newShop().catalog(), update).fatal, want)
		}
		b, err := os.ReadFile("README.md")
		require.NoError(t, err)
		assert.Equal(t, page, string(b))
	}
	_, err := os.Stat("model")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A sentence may speak of the markers, which are lines.
func TestASentenceIsNoMarker(t *testing.T) {
	t.Chdir(t.TempDir())
	const around = "Between `<!-- /ddb:patterns -->` and <!-- ddb:patterns --> is nothing.\n"
	require.NoError(t, os.WriteFile("README.md", []byte(around+"\n  <!-- ddb:patterns -->\n<!-- /ddb:patterns -->"), 0o600))
	require.Empty(t, checked(t, newShop().catalog(), true).fatal)
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(b), around+"\n  <!-- ddb:patterns -->\n| # |"), string(b))
	assert.True(t, strings.HasSuffix(string(b), "|\n<!-- /ddb:patterns -->"))
	r := checked(t, newShop().catalog(), false)
	assert.Empty(t, r.errors)
	assert.Empty(t, r.fatal)
}

// Git can check out files with CR LF. They are as they should be, and a README keeps its ends of lines.
func TestFilesCanEndTheirLinesWithCRLF(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("README.md", []byte("<!-- ddb:patterns -->\r\n<!-- /ddb:patterns -->\r\n"), 0o600))
	require.Empty(t, checked(t, newShop().catalog(), true).fatal)
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.Equal(t, bytes.Count(b, []byte("\n")), bytes.Count(b, []byte("|\r\n"))+2)
	files, err := filepath.Glob("model/*")
	require.NoError(t, err)
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), 0o600))
	}
	r := checked(t, newShop().catalog(), false)
	assert.Empty(t, r.errors)
	assert.Empty(t, r.fatal)
	require.Empty(t, checked(t, newShop().catalog(), true).fatal)
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Contains(t, string(b), "\r\n", "what differs by its ends of lines alone is not written")
		require.NoError(t, os.WriteFile(name, bytes.Replace(b, []byte("\r\n"), []byte(" \r\n"), 1), 0o600))
	}
	r = checked(t, newShop().catalog(), false)
	require.NotEmpty(t, r.errors)
	assert.Contains(t, r.errors[0], filepath.Join("model", "README.md")+" is not up to date: line 1 is\n\t# A shop \nand should be\n\t# A shop")
}
