package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The aims of a walk.
const (
	maxReadRooms = 8
	maxRooms     = 10
	maxReturns   = 2
)

// walk is a call's way through the packages, in legs.
type walk struct {
	name  string
	legs  [][]string
	files []string
}

// walks returns the walks on a page: a name, the legs, and steps that name files.
func walks(page string) (found []walk) {
	walked := regexp.MustCompile(`(?s)\n\*\*([^*\n]+):\*\* (ddb, [^.]+)\.(.*?)\n(?:\n\*\*|## )`)
	for m := walked.FindStringSubmatchIndex(page); m != nil; m = walked.FindStringSubmatchIndex(page) {
		w := walk{name: page[m[2]:m[3]]}
		for leg := range strings.SplitSeq(strings.Join(strings.Fields(page[m[4]:m[5]]), ""), ";") {
			w.legs = append(w.legs, strings.Split(leg, ","))
		}
		for _, q := range quoted.FindAllStringSubmatch(page[m[6]:m[7]], -1) {
			if p := place.FindStringSubmatch(q[1]); p != nil && path.Ext(p[1]) == ".go" {
				w.files = append(w.files, p[1])
			}
		}
		found = append(found, w)
		page = page[m[7]:]
	}
	return found
}

func (w walk) rooms() []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(w.legs...))))
}

// room returns the package that a file is of.
func room(file string) string {
	if dir := path.Dir(file); dir != "." {
		return path.Base(dir)
	}
	return "ddb"
}

func TestWalksAreCounted(t *testing.T) {
	t.Parallel()
	page := text(t, "ARCHITECTURE.md")
	found := walks(page)
	assert.Len(t, found, 4)
	for _, w := range found {
		files := slices.Compact(slices.Sorted(slices.Values(w.files)))
		assert.Contains(t, page, fmt.Sprintf("| %s | %d | %d | %d |\n", w.name, len(w.rooms()), len(w.legs)-1, len(files)))
		most := maxRooms
		if w.name == "Get" || w.name == "Query" {
			most = maxReadRooms
		}
		assert.LessOrEqual(t, len(w.rooms()), most, "rooms of %s", w.name)
		assert.LessOrEqual(t, len(w.legs)-1, maxReturns, "returns of %s", w.name)
	}
}

// The packages of a walk are those whose files its steps name. Each is imported by one that the leg entered before it.
func TestWalksGoDown(t *testing.T) {
	t.Parallel()
	everywhere := []string{"attr", "fault", "field"}
	for _, w := range walks(text(t, "ARCHITECTURE.md")) {
		var named []string
		for _, file := range w.files {
			if r := room(file); !slices.Contains(everywhere, r) {
				named = append(named, r)
			}
		}
		assert.Equal(t, w.rooms(), slices.Compact(slices.Sorted(slices.Values(named))), "%s: rooms, and those of the files", w.name)
		for i, leg := range w.legs {
			if i > 0 {
				assert.Contains(t, slices.Concat(w.legs[:i]...), leg[0], "%s: where leg %d begins", w.name, i+1)
			}
			for j, entered := range leg[1:] {
				assert.True(t, slices.ContainsFunc(leg[:j+1], func(from string) bool { return imports(t, from, entered) }),
					"%s: %s is imported by none of %q", w.name, entered, leg[:j+1])
			}
		}
	}
}

// imports reports whether a package of the library imports another.
func imports(t *testing.T, from, to string) bool {
	t.Helper()
	return slices.ContainsFunc(sources(t), func(file string) bool {
		return room(file) == from && (path.Dir(file) == "." || strings.HasPrefix(file, "internal/"+from+"/")) &&
			slices.ContainsFunc(parse(t, file, parser.ImportsOnly).Imports, func(i *ast.ImportSpec) bool {
				return strings.HasSuffix(i.Path.Value, "/internal/"+to+`"`)
			})
	})
}
