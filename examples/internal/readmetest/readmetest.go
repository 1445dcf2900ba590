// Package readmetest tests the READMEs of the examples. It builds in a moment.
package readmetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// True requires that each file that README.md links to exists, that each test that it names is a test of the example, and
// that its lines can be read where they are not wrapped: those of tables and of what is printed may be long.
func True(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	prose := regexp.MustCompile(`(?s)<!-- ([\w:]+) -->.*?<!-- /[\w:]+ -->`).ReplaceAllString(string(page), "")
	for line := range strings.Lines(prose) {
		if !strings.HasPrefix(line, "|") {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSpace(line)), 140, line)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(string(page), -1) {
		_, err := os.Stat(filepath.FromSlash(link[1]))
		assert.NoError(t, err, "a link")
	}
	tests := testsBelow(t)
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1) {
		assert.Contains(t, tests, "func "+name[1]+"(", "a test")
	}
}

// testsBelow returns the source of the tests of this package and those below.
func testsBelow(t *testing.T) string {
	t.Helper()
	var tests strings.Builder
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		tests.Write(text)
		return err
	}))
	return tests.String()
}
