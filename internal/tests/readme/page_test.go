package readme_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the root of the repository, as seen from this directory.
const root = "../../.."

// page is a page of the root.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// block is a fenced block of a page.
type block struct{ language, text string }

var (
	fenced = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	quoted = regexp.MustCompile("`([^`\n]+)`")
	call   = regexp.MustCompile(`\(.+\)`)
)

func blocks(page string) (found []block) {
	for _, m := range fenced.FindAllStringSubmatch(page, -1) {
		found = append(found, block{m[1], m[2]})
	}
	return found
}

// code is the lines of a Go text without indentation, comments and blank lines.
func code(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// program is a Go file that is compiled with the tests of its module.
type program struct {
	name, code string
	printed    string // what its examples print
}

// output is what an example of a test file prints, which go test compares.
var output = regexp.MustCompile(`(?m)^\t// Output:\n((?:\t//.*\n)+)`)

func newProgram(name, text string) program {
	p := program{name: name, code: code(text)}
	if strings.HasSuffix(name, "_test.go") {
		for _, m := range output.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(m[1]) {
				p.printed += strings.TrimPrefix(strings.TrimPrefix(line, "\t//"), " ")
			}
		}
	}
	return p
}

// programs are the Go files of all modules.
func programs(t *testing.T) (found []program) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		text, err := os.ReadFile(name)
		found = append(found, newProgram(name, string(text)))
		return err
	}))
	return found
}

// unknown returns what the page shows and no program has: Go that is compiled nowhere, and lines that no example prints.
func unknown(page string, programs []program) (faults []string) {
	has := func(holds func(p program) bool) bool {
		return slices.ContainsFunc(programs, holds)
	}
	for _, b := range blocks(page) {
		switch b.language {
		case "go":
			if !has(func(p program) bool { return strings.Contains("\n"+p.code, "\n"+code(b.text)) }) {
				faults = append(faults, "compiled nowhere: "+b.text)
			}
		case "":
			for line := range strings.Lines(b.text) {
				if !has(func(p program) bool { return strings.Contains("\n"+p.printed, "\n"+line) }) {
					faults = append(faults, "printed nowhere: "+line)
				}
			}
		case "sh":
		default:
			faults = append(faults, "a block of "+b.language)
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		if call.MatchString(m[1]) && !has(func(p program) bool { return strings.Contains(p.code, m[1]) }) {
			faults = append(faults, "compiled nowhere: "+m[1])
		}
	}
	return faults
}

var (
	linked  = regexp.MustCompile(`(?:\]\(|<img src=")([^)"\s]+)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// dead returns the links of a page of the root to files and headings that do not exist, and those that are not by https.
func dead(page string) (faults []string) {
	anchors := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		anchors[strings.ReplaceAll(regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	for _, m := range linked.FindAllStringSubmatch(quoted.ReplaceAllString(fenced.ReplaceAllString(page, ""), ""), -1) {
		to, anchor, _ := strings.Cut(m[1], "#")
		switch {
		case strings.HasPrefix(to, "https://"):
		case strings.Contains(to, ":"):
			faults = append(faults, "not by https: "+to)
		case to == "":
			if !anchors[anchor] {
				faults = append(faults, "no heading: "+anchor)
			}
		default:
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(to))); err != nil {
				faults = append(faults, "no file: "+to)
			}
		}
	}
	return faults
}
