package promises_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header is the first line of every table.
var header = []string{"Promise", "Kept in", "Attacked by", "Taken out"}

// root is the root of the repository, as seen from this directory.
const root = "../.."

func TestTablesNameWhatExists(t *testing.T) {
	t.Parallel()
	tables, err := filepath.Glob("*.md")
	require.NoError(t, err)
	require.NotEmpty(t, tables)
	src := declarations(t)
	for _, name := range tables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			rows, faults := src.check(string(text))
			assert.Empty(t, faults)
			assert.Positive(t, rows, "promises in %s", name)
		})
	}
}

func TestFaultsOfTablesAreFound(t *testing.T) {
	t.Parallel()
	const head = "| Promise | Kept in | Attacked by | Taken out |\n|---|---|---|---|\n"
	const test = "`internal/promises: TestFaultsOfTablesAreFound`"
	src := declarations(t)
	for _, tc := range []struct{ name, text, fault string }{
		{"true", head + "| a | `internal/write/update.go: updatePlan.checkTTL`, `internal/write/known.go: known` | " + test + " | x \\| y |", ""},
		{"subtest", head + "| a | `internal/write/known.go: known` | `internal/promises: TestFaultsOfTablesAreFound/true` | x |", ""},
		{"file", head + "| a | `none.go: DB.Find` | " + test + " | x |", `line 3: no file "none.go"`},
		{"function", head + "| a | `internal/write/known.go: DB.Forget` | " + test + " | x |", `line 3: no "DB.Forget" in internal/write/known.go`},
		{"directory", head + "| a | `internal/write/known.go: known` | `none: TestA` | x |", `line 3: no tests in "none"`},
		{"test", head + "| a | `internal/write/known.go: known` | `ddb: TestOfNothing` | x |", `line 3: no "TestOfNothing" in ddb`},
		{"no test", head + "| a | `internal/write/known.go: known` | `ddb: known` | x |", `line 3: "known" is no test`},
		{"empty", head + "| a | `internal/write/known.go: known` | " + test + " | |", `line 3: "Taken out" is empty`},
		{"plain", head + "| a | known.go | " + test + " | x |", `line 3: no name in "known.go"`},
		{"left over", head + "| a | `internal/write/known.go: known` and more | " + test + " | x |", `line 3: " and more" beside the names`},
		{"cells", head + "| a | `internal/write/known.go: known` | " + test + " |", "line 3: 3 cells, not 4"},
		{"header", "| Promise | Kept in |\n|---|---|\n", "line 1: the table's columns are Promise, Kept in"},
		{"rule", "| Promise | Kept in | Attacked by | Taken out |\n", "line 2: no line |---|---|---|---| after the columns"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, faults := src.check(tc.text)
			if tc.fault == "" {
				assert.Empty(t, faults)
				return
			}
			require.Len(t, faults, 1)
			assert.Contains(t, faults[0], tc.fault)
		})
	}
}

// source is what the repository declares: per file its declarations, and per directory its tests.
type source struct {
	files map[string]map[string]bool
	tests map[string]map[string]bool
}

// declarations reads the repository.
func declarations(t *testing.T) source {
	t.Helper()
	src := source{files: map[string]map[string]bool{}, tests: map[string]map[string]bool{}}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && name != root
			if hidden || d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return src.read(name, filepath.ToSlash(rel))
	})
	require.NoError(t, err)
	return src
}

// read adds the declarations of one file.
func (src source) read(name, rel string) error {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			names[receiver(decl)+decl.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	src.files[rel] = names
	if !strings.HasSuffix(rel, "_test.go") {
		return nil
	}
	dir := path.Dir(rel)
	if dir == "." {
		dir = "ddb"
	}
	if src.tests[dir] == nil {
		src.tests[dir] = map[string]bool{}
	}
	for n := range names {
		src.tests[dir][n] = true
	}
	return nil
}

// receiver returns the name of a method's type and a dot, nothing for a function.
func receiver(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return ""
	}
	of := decl.Recv.List[0].Type
	for {
		switch e := of.(type) {
		case *ast.StarExpr:
			of = e.X
		case *ast.IndexExpr:
			of = e.X
		case *ast.IndexListExpr:
			of = e.X
		case *ast.Ident:
			return e.Name + "."
		default:
			return ""
		}
	}
}

// check returns the number of promises in text, and their faults.
func (src source) check(text string) (rows int, faults []string) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "|") {
			continue
		}
		if got := cells(lines[i]); strings.Join(got, "|") != strings.Join(header, "|") {
			faults = append(faults, fmt.Sprintf("line %d: the table's columns are %s", i+1, strings.Join(got, ", ")))
			for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|") {
				i++
			}
			continue
		}
		i++
		if i >= len(lines) || strings.TrimSpace(lines[i]) != "|---|---|---|---|" {
			faults = append(faults, fmt.Sprintf("line %d: no line |---|---|---|---| after the columns", i+1))
			continue
		}
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|") {
			i++
			rows++
			for _, fault := range src.row(cells(lines[i])) {
				faults = append(faults, fmt.Sprintf("line %d: %s", i+1, fault))
			}
		}
	}
	return rows, faults
}

// row returns the faults of one promise.
func (src source) row(cells []string) (faults []string) {
	if len(cells) != len(header) {
		return []string{fmt.Sprintf("%d cells, not %d", len(cells), len(header))}
	}
	for i, cell := range cells {
		if cell == "" {
			faults = append(faults, fmt.Sprintf("%q is empty", header[i]))
		}
	}
	if faults != nil {
		return faults
	}
	places, faults := names(cells[1])
	for _, p := range places {
		switch declared, ok := src.files[p.in]; {
		case !ok:
			faults = append(faults, fmt.Sprintf("no file %q", p.in))
		case !declared[p.name]:
			faults = append(faults, fmt.Sprintf("no %q in %s", p.name, p.in))
		}
	}
	tests, more := names(cells[2])
	faults = append(faults, more...)
	for _, p := range tests {
		name, _, _ := strings.Cut(p.name, "/")
		switch declared, ok := src.tests[p.in]; {
		case !ok:
			faults = append(faults, fmt.Sprintf("no tests in %q", p.in))
		case !testName.MatchString(name):
			faults = append(faults, fmt.Sprintf("%q is no test", name))
		case !declared[name]:
			faults = append(faults, fmt.Sprintf("no %q in %s", name, p.in))
		}
	}
	return faults
}

// place is one `in: name` of a cell.
type place struct{ in, name string }

var (
	placeForm = regexp.MustCompile("`([^`:]+): ([^`]+)`")
	testName  = regexp.MustCompile(`^(Test|Fuzz|Example)`)
)

// names returns the names in a cell, which has nothing beside them but commas.
func names(cell string) (places []place, faults []string) {
	for _, m := range placeForm.FindAllStringSubmatch(cell, -1) {
		places = append(places, place{m[1], m[2]})
	}
	if places == nil {
		return nil, []string{fmt.Sprintf("no name in %q", cell)}
	}
	beside := strings.ReplaceAll(placeForm.ReplaceAllString(cell, ""), ",", "")
	if strings.TrimSpace(beside) != "" {
		faults = append(faults, fmt.Sprintf("%q beside the names", beside))
	}
	return places, faults
}

// cells returns the cells of a table's line.
func cells(line string) []string {
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	parts := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(strings.ReplaceAll(part, "\x00", "|"))
	}
	return parts
}
