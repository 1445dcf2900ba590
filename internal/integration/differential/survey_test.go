package differential

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// survey notes differences instead of failing on the first, one example of each sort.
type survey struct {
	seen     map[string]int
	examples map[string]string
}

func (s *survey) Logf(string, ...any) {}

var literals = regexp.MustCompile(`"[^"]*"|\d+(\.\d+)?|:v\d+|#\w+|\[[^]]*\]|\{[^}]*\}`)

func (s *survey) Fatalf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	_, last, _ := strings.Cut(text, "\n\n")
	class := literals.ReplaceAllString(last, "_")
	if len(class) > 400 {
		class = class[:400]
	}
	s.seen[class]++
	if old, ok := s.examples[class]; !ok || len(text) < len(old) {
		s.examples[class] = text
	}
}

// TestSurvey lists the kinds of differences with the shortest example of each. It runs if DDB_DIFFERENTIAL_SURVEY names
// the directory to write to: one file for each engine and language, and one with the known differences that did not
// occur.
func TestSurvey(t *testing.T) {
	dir := os.Getenv("DDB_DIFFERENTIAL_SURVEY")
	if dir == "" {
		t.Skip("DDB_DIFFERENTIAL_SURVEY names no directory")
	}
	t.Cleanup(func() {
		var unmet strings.Builder
		for i, d := range Known {
			if !met[i].Load() {
				fmt.Fprintf(&unmet, "%s: %s: %s\n", d.Engine, d.Operation, d.Why)
			}
		}
		write(t, filepath.Join(dir, "unmet.txt"), unmet.String())
	})
	for name, spoken := range map[string]language{"expressions": expressions, "legacy": legacy, "statements": statements} {
		each(t, spoken, func(t *testing.T, other *Engine, generators []generator) {
			s := &survey{map[string]int{}, map[string]string{}}
			rapid.Check(t, func(t *rapid.T) { compare(t, s, other, generators) })
			s.write(t, filepath.Join(dir, other.Name+"-"+name+".txt"))
		})
	}
}

func (s *survey) write(t *testing.T, file string) {
	t.Helper()
	var b strings.Builder
	for _, class := range slices.SortedFunc(maps.Keys(s.seen), func(a, b string) int { return cmp.Compare(s.seen[b], s.seen[a]) }) {
		lines := strings.Split(s.examples[class], "\n")
		at := slices.Index(lines, "")
		fmt.Fprintf(&b, "%d × %s\n   %s\n   %s\n\n", s.seen[class], strings.Join(lines[at+1:], "\n"), lines[at-1], lines[0])
	}
	write(t, file, b.String())
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}
