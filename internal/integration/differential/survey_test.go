package differential

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// surveyed returns the generators of the requests that are surveyed: all of them, or the statements alone.
func surveyed() []func(*rapid.T, *table) request {
	if os.Getenv("DDB_DIFFERENTIAL_STATEMENTS") == "1" {
		return statementGenerators
	}
	return slices.Concat(generators, legacyGenerators)
}

// TestSurvey lists the sorts of differences with the shortest example of each, for whoever mends them. It runs where
// DDB_DIFFERENTIAL_SURVEY names the file to write.
func TestSurvey(t *testing.T) {
	file := os.Getenv("DDB_DIFFERENTIAL_SURVEY")
	if file == "" {
		t.Skip("DDB_DIFFERENTIAL_SURVEY names no file")
	}
	others := []*Engine{local(t)}
	if os.Getenv("DDB_DIFFERENTIAL_MAJORITY") == "1" {
		engines, err := node()
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, engines...)
	}
	s := &survey{map[string]int{}, map[string]string{}}
	rapid.Check(t, func(t *rapid.T) {
		compare(t, s, surveyed(), os.Getenv("DDB_DIFFERENTIAL_SEVERAL") == "1", others)
	})
	var b strings.Builder
	for _, class := range slices.SortedFunc(maps.Keys(s.seen), func(a, b string) int { return cmp.Compare(s.seen[b], s.seen[a]) }) {
		lines := strings.Split(s.examples[class], "\n")
		at := slices.Index(lines, "")
		fmt.Fprintf(&b, "%d × %s\n   %s\n   %s\n\n", s.seen[class], strings.Join(lines[at+1:], "\n"), lines[at-1], lines[0])
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
