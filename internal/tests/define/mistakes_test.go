package define_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMistakes holds the API to what the compiler sees today: each line of testdata/mistakes.txt is a mistake that must
// not compile, with the compiler's reason, or code that must go on compiling.
func TestMistakes(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("testdata/mistakes.txt")
	require.NoError(t, err)
	check := typeChecker(t)
	mistakes := 0
	for n, line := range strings.Split(string(lines), "\n") {
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		code, reason, ok := strings.Cut(line, " => ")
		require.True(t, ok, "testdata/mistakes.txt:%d: no =>", n+1)
		err := check(code)
		message := "compiles"
		if err != nil {
			message = err.Error()
		}
		if reason != "compiles" {
			mistakes++
		}
		assert.Contains(t, message, reason, "testdata/mistakes.txt:%d: %s", n+1, code)
	}
	assert.GreaterOrEqual(t, mistakes, 35)
}

// mistakeContext is what each line of testdata/mistakes.txt stands in.
const mistakeContext = `package mistake

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

var _ ddbview.Rule

type Item struct {
	Kind    string
	Points  int64
	N       *int
	Due     *time.Time
	Created time.Time
	Tags    []string
	Other   int
}

type Thing struct{ Title string }

var (
	Items  *ddb.Entity[Item]
	Things *ddb.Entity[Thing]
)

func ThingsOf(owner string) ddb.Query[Thing] { panic(owner) }

func mistake(ctx context.Context, db *ddb.DB, r *ddb.Repository[Item], f *Item, i Item, n int, now time.Time%s) error {
%s
return nil
}
`

// typeChecker returns a function that reports the first error in a line of code.
func typeChecker(t *testing.T) func(code string) error {
	fset := token.NewFileSet()
	export := exportData(t)
	lookup := func(path string) (io.ReadCloser, error) {
		file, ok := export[path]
		if !ok {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(file)
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	return func(code string) error {
		params := ""
		if strings.Contains(code, "mux") {
			params += ", mux *ddb.Mux"
		}
		if strings.HasPrefix(code, "d.") {
			params += ", d *ddb.Definition"
		}
		file, err := parser.ParseFile(fset, "mistake.go", fmt.Sprintf(mistakeContext, params, code), 0)
		require.NoError(t, err, "%s", code)
		_, err = config.Check("mistake", fset, []*ast.File{file}, nil)
		return err
	}
}

// exportData returns the file that holds what the compiler knows of each package that the library imports.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "github.com/singletable-go/ddb/ddbview")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	return files
}
