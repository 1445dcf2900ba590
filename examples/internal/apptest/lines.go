package apptest

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/app"
)

// Lines requires that the lines of Go beside each pattern of an example stand in the source, in a function that the pattern
// calls. The patterns are declared in the file access, the functions in it and in the package in the directory data.
func Lines(t *testing.T, e app.Example, access, data string) {
	t.Helper()
	s := read(t, access, data)
	for _, p := range e.Patterns(ddb.New(ddbmem.New().Client(), e.Name, e.Table, nil)) {
		assert.NotEmpty(t, p.Go, "%s: no line of Go: add By to it", p.Name)
		calls := s.called(t, p.Name)
		for _, line := range p.Go {
			assert.True(t, calls[spaceless(line)], "%s: the functions that it calls have no such expression: %s", p.Name, line)
		}
	}
}

// source is the source of an example.
type source struct {
	access    *ast.File
	functions map[string][]ast.Node // by name, methods and closures with a name too
}

func read(t *testing.T, access, data string) source {
	t.Helper()
	files := token.NewFileSet()
	parse := func(path string) *ast.File {
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		return file
	}
	s := source{access: parse(access), functions: map[string][]ast.Node{}}
	s.add(s.access)
	paths, err := fs.Glob(os.DirFS(data), "*.go")
	require.NoError(t, err)
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			s.add(parse(filepath.Join(data, path)))
		}
	}
	return s
}

func (s source) add(file *ast.File) {
	for n := range ast.Preorder(file) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil && n.Name.Name != "accessPatterns" {
				s.functions[n.Name.Name] = append(s.functions[n.Name.Name], n.Body)
			}
		case *ast.AssignStmt:
			if name, ok := n.Lhs[0].(*ast.Ident); ok && len(n.Rhs) == 1 {
				if f, ok := n.Rhs[0].(*ast.FuncLit); ok {
					s.functions[name.Name] = append(s.functions[name.Name], f.Body)
				}
			}
		}
	}
}

// called returns the expressions in the functions that a pattern calls, and in the pattern itself, as text.
func (s source) called(t *testing.T, pattern string) map[string]bool {
	t.Helper()
	seen, texts := map[string]bool{}, map[string]bool{}
	next := []ast.Node{s.declared(t, pattern)}
	for len(next) > 0 {
		node := next[0]
		next = next[1:]
		for n := range ast.Preorder(node) {
			if name := callee(n); name != "" && !seen[name] {
				seen[name] = true
				next = append(next, s.functions[name]...)
			}
			if e, ok := n.(ast.Expr); ok {
				var text strings.Builder
				require.NoError(t, format.Node(&text, token.NewFileSet(), e))
				texts[spaceless(text.String())] = true
			}
		}
	}
	return texts
}

// callee is the name of the function that a node calls, or of the store's method that it passes on, "" for none. A type
// of the same name is neither.
func callee(n ast.Node) string {
	if call, ok := n.(*ast.CallExpr); ok {
		n = call.Fun
		if name, ok := n.(*ast.Ident); ok {
			return name.Name
		}
		if method, ok := n.(*ast.SelectorExpr); ok {
			return method.Sel.Name
		}
	}
	if method, ok := n.(*ast.SelectorExpr); ok {
		if of, ok := method.X.(*ast.Ident); ok && of.Name == "s" {
			return method.Sel.Name
		}
	}
	return ""
}

// declared returns the element of the list of patterns that has the name.
func (s source) declared(t *testing.T, pattern string) ast.Node {
	t.Helper()
	var found ast.Node
	for n := range ast.Preorder(s.access) {
		list, ok := n.(*ast.CompositeLit)
		if !ok {
			continue
		}
		if _, ok := list.Type.(*ast.ArrayType); !ok {
			continue
		}
		for _, element := range list.Elts {
			for part := range ast.Preorder(element) {
				if text, ok := part.(*ast.BasicLit); ok && text.Value == strconv.Quote(pattern) {
					found = element
				}
			}
		}
	}
	require.NotNil(t, found, "the source declares no pattern %q", pattern)
	return found
}

func spaceless(text string) string { return strings.Join(strings.Fields(text), "") }
