package ddb_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var updateAPI = flag.Bool("update", false, "rewrite testdata/api.txt")

// What the packages export stands in testdata/api.txt, so that a change of it shows in review.
func TestAPI(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, dir := range []string{".", "ddbview", "ddbjob", "ddbmem", "ddbstream", "ddbsqs", "ddbsign", "ddbcache", "ddbdesign", "ddbobserve", "ddbaccess", "ddbdraw", "ddbblob", "ddbs3", "ddbperiod"} {
		out.WriteString(strings.Join(exported(t, dir), "\n") + "\n\n")
	}
	if *updateAPI {
		require.NoError(t, os.WriteFile("testdata/api.txt", []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/api.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String(), "go test -run TestAPI -update . rewrites it")
}

// exported returns the exported declarations of the package in dir, without comments and bodies, sorted.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	var lines []string
	name := ""
	add := func(decl any) {
		var b bytes.Buffer
		require.NoError(t, printer.Fprint(&b, fset, decl))
		lines = append(lines, b.String())
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		name = file.Name.Name
		if !ast.FileExports(file) {
			continue
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && !receiver(d.Recv.List[0].Type).IsExported() {
					continue
				}
				d.Body = nil
				add(d)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok {
						withoutValue(d.Tok, v)
					}
					add(&ast.GenDecl{Tok: d.Tok, Specs: []ast.Spec{spec}})
				}
			}
		}
	}
	slices.Sort(lines)
	return append([]string{"package " + name}, lines...)
}

// withoutValue leaves the type of a variable or constant, where it has one of its own, and not its value.
func withoutValue(tok token.Token, v *ast.ValueSpec) {
	if v.Type == nil && len(v.Values) == 1 {
		switch value := v.Values[0].(type) {
		case *ast.CallExpr: // a conversion
			if id, ok := value.Fun.(*ast.Ident); ok {
				v.Type = id
			}
		case *ast.SelectorExpr: // of another package
			if strings.HasPrefix(value.Sel.Name, "Err") {
				v.Type = ast.NewIdent("error")
			}
		}
	}
	if v.Type != nil || tok == token.VAR {
		v.Values = nil
	}
}

// receiver is the name of the type that a method is of.
func receiver(x ast.Expr) *ast.Ident {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	}
	return x.(*ast.Ident)
}
