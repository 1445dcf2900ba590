package house_test

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
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the root of the repository, as seen from this directory.
const root = "../../.."

const (
	maxLines     = 400
	maxRootFiles = 40
	maxRootNames = 136
	maxPage      = 200
)

// supports are packages that no application imports.
var supports = []string{"attack", "fleet", "integration", "promises", "scale", "tests"}

// text returns a file of the repository.
func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(b)
}

// sources returns the Go files without tests, of all modules.
func sources(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names
}

// below returns the packages of the library under the root, each with its files.
func below(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	for _, name := range sources(t) {
		if dir := strings.Split(name, "/"); len(dir) == 3 && dir[0] == "internal" && !slices.Contains(supports, dir[1]) {
			packages[dir[1]] = append(packages[dir[1]], name)
		}
	}
	require.NotEmpty(t, packages)
	return packages
}

func parse(t *testing.T, name string, mode parser.Mode) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, mode|parser.SkipObjectResolution)
	require.NoError(t, err)
	return file
}

var (
	quoted = regexp.MustCompile("`([^`\n]+)`")
	place  = regexp.MustCompile(`^([\w.*-]+(?:/[\w.*-]+)*)(?:: ([\w.]+))?$`)
)

// missing returns the paths in backticks on a page that are none, and the names that their files do not declare. A path has a
// slash, or ends as a file does; other words in backticks are code.
func missing(t *testing.T, page string) (paths int, faults []string) {
	t.Helper()
	for _, m := range quoted.FindAllStringSubmatch(page, -1) {
		p := place.FindStringSubmatch(m[1])
		if p == nil || !strings.Contains(p[1], "/") && !slices.Contains([]string{".go", ".md", ".yaml"}, path.Ext(p[1])) {
			continue
		}
		paths++
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p[1])))
		require.NoError(t, err)
		switch {
		case len(found) == 0:
			faults = append(faults, "no "+p[1])
		case p[2] != "" && !slices.Contains(declared(parse(t, p[1], 0)), p[2]):
			faults = append(faults, "no "+p[2]+" in "+p[1])
		}
	}
	return paths, faults
}

// declared returns the names that a file declares, those of methods behind their type's.
func declared(file *ast.File) (names []string) {
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := decl.Name.Name
			if decl.Recv != nil {
				name = receiver(decl.Recv.List[0].Type) + "." + name
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type.
func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr:
		return receiver(of.X)
	case *ast.IndexListExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	}
	return ""
}

func TestArchitectureNamesWhatExists(t *testing.T) {
	t.Parallel()
	page := text(t, "ARCHITECTURE.md")
	paths, faults := missing(t, page)
	assert.Empty(t, faults)
	assert.Greater(t, paths, 100, "paths on the page")
	assert.LessOrEqual(t, strings.Count(page, "\n"), maxPage, "lines of the page")
}

func TestFaultsOfAPageAreFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, page string
		faults     []string
	}{
		{"true", "`write.go: Repository.Update`, `internal/write`, `internal/*/doc.go`, `Notes`, `If(Eq(…))`", nil},
		{"file", "`internal/write/none.go`", []string{"no internal/write/none.go"}},
		{"file of the root", "`none.go`", []string{"no none.go"}},
		{"directory", "`internal/none`", []string{"no internal/none"}},
		{"name", "`write.go: Repository.None`", []string{"no Repository.None in write.go"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, faults := missing(t, tc.page)
			assert.Equal(t, tc.faults, faults)
		})
	}
}

func TestEveryPackageIsDrawnAndHasItsRule(t *testing.T) {
	t.Parallel()
	page, rules := text(t, "ARCHITECTURE.md"), text(t, ".golangci.yaml")
	for name := range below(t) {
		assert.Regexp(t, `\binternal/`+name+`\b`, page)
		assert.Contains(t, rules, `"**/internal/`+name+`/*.go"`, "a rule that says what it may import")
	}
}

func TestTheDrawingCountsFiles(t *testing.T) {
	t.Parallel()
	_, drawing, _ := strings.Cut(text(t, "ARCHITECTURE.md"), "```")
	drawing, _, _ = strings.Cut(drawing, "```")
	counts := map[string]int{}
	for _, name := range sources(t) {
		counts[path.Dir(name)]++
	}
	counts["ddb"] = counts["."]
	drawn := regexp.MustCompile(`([a-z]+(?:/[a-z]+)?) \((\d+)\)`).FindAllStringSubmatch(drawing, -1)
	assert.Greater(t, len(drawn), 18)
	for _, m := range drawn {
		assert.Equal(t, strconv.Itoa(counts[m[1]]), m[2], "files of %s", m[1])
	}
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, name := range sources(t) {
		assert.LessOrEqual(t, strings.Count(text(t, name), "\n"), maxLines, "lines of %s: split it by noun", name)
	}
}

func TestTheRootIsAFace(t *testing.T) {
	t.Parallel()
	files := slices.DeleteFunc(sources(t), func(name string) bool { return strings.Contains(name, "/") })
	assert.NotEmpty(t, files)
	assert.LessOrEqual(t, len(files), maxRootFiles, "source files of the root: what is no type or verb of the API belongs below")
	var clients []string
	exported := 0
	for _, name := range files {
		for _, of := range declared(parse(t, name, 0)) {
			if ast.IsExported(of) && !strings.Contains(of, ".") {
				exported++
			}
		}
		for _, imported := range parse(t, name, parser.ImportsOnly).Imports {
			if imported.Path.Value == strconv.Quote("github.com/aws/aws-sdk-go-v2/service/dynamodb") {
				clients = append(clients, name)
			}
		}
	}
	assert.LessOrEqual(t, exported, maxRootNames, "exported names of the root")
	assert.Contains(t, text(t, "ARCHITECTURE.md"), fmt.Sprintf(" and %d exported names.", exported))
	assert.Equal(t, []string{"client.go", "table.go"}, clients, "files of the root that import the client's package")
}

// Only package call has the client: what is below the root reaches it by the methods of Conn.
func TestOnlyCallUsesTheClient(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, files := range below(t) {
		for _, file := range files {
			ast.Inspect(parse(t, file, 0), func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Client" {
					used[name] = true
				}
				return true
			})
		}
	}
	assert.Equal(t, map[string]bool{"call": true}, used)
}

func TestAPackageIsDescribedInItsDoc(t *testing.T) {
	t.Parallel()
	for name, files := range below(t) {
		var described []string
		for _, file := range files {
			if f := parse(t, file, parser.PackageClauseOnly|parser.ParseComments); f.Doc != nil && f.Name.Name == name {
				described = append(described, path.Base(file))
			}
		}
		if len(files) > 1 {
			assert.Equal(t, []string{"doc.go"}, described, "files of %s with the package's doc", name)
		}
	}
}
