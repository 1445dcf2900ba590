package ddbaccess

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
)

// Directory is where [Check] keeps its files, beside the test.
const Directory = "model"

// TestingT is what [Check] needs of a test; *testing.T has it. Methods may be added in minor versions.
type TestingT interface {
	Context() context.Context
	Name() string
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// updateFlag rewrites the files. Only a test binary has it: a program that imports the package for [Main] keeps its own flags.
const updateFlag = "ddb.update"

func init() {
	if isTest(os.Args) && flag.Lookup(updateFlag) == nil {
		flag.Bool(updateFlag, false, "rewrite the files of ddbaccess.Check")
	}
}

// isTest reports whether the program is a test binary, without package testing, which a program should not import. The go
// command names it so, or gives it flags of tests, which are not registered yet when packages are initialized.
func isTest(args []string) bool {
	if len(args) == 0 {
		return false
	}
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	return strings.HasSuffix(name, ".test") || slices.ContainsFunc(args[1:], func(a string) bool {
		return strings.HasPrefix(a, "-test.") || strings.HasPrefix(a, "--test.")
	})
}

func updating() bool {
	f := flag.Lookup(updateFlag)
	return f != nil && f.Value.String() == "true"
}

// Check measures the catalog and compares it with the files in [Directory], in the directory of the test:
//
//	func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), Patterns) }
//
// The test fails if a pattern makes other requests than before, costs more or less, or returns another number of items, with a
// sentence for each pattern. Cheaper fails too, since the page would be wrong. It fails for a finding that is not accepted.
//
// Requests are compared by operation, index, keys, filter, selected attributes, order, limit and consistency, and writes by key
// and condition. Values of keys and conditions are left out: they are those of the example. What an update sets, and what is in an
// item that is put, is compared by what it costs alone. A test of the repository's function compares that.
//
// The files are
//
//	model/README.md      the page
//	model/design.json    the design of the table, for package ddbdesign
//	model/patterns.json  the report, see [ReadReport]
//	model/model.html     the model as one page with pictures, for a browser
//	model/entities.svg   the entities and their references
//	model/primary.svg    the sample items in the table; gsi1.svg those in index gsi1, and so on
//
// If the README.md beside the test has the lines <!-- ddb:patterns --> and <!-- /ddb:patterns -->, or <!-- ddb:design --> and
// <!-- /ddb:design -->, the table of the patterns or the design page is kept between them. A marker is alone in its line, and one
// that is no pair is an error. Lines may end with CR LF. The flag -ddb.update writes all of that, removes the pictures of indexes
// that are gone, and then only findings fail:
//
//	go test -run TestModel -ddb.update .
//
// A directory keeps one catalog: the test of another one is in a package of its own.
//
// Engines differ in what they charge and in the order of items that an index keeps. So keep the files with one engine, the one
// in memory, and use [Catalog.Measure] and [Report.Changes] for a test on another.
func Check(t TestingT, client ddb.Client, c *Catalog) {
	t.Helper()
	check(t, client, c, updating())
}

func check(t TestingT, client ddb.Client, c *Catalog, update bool) {
	t.Helper()
	rep, err := c.Measure(t.Context(), client)
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	for _, f := range rep.Findings {
		if f.Reason == "" {
			t.Errorf("%s", f)
		}
	}
	files, err := rep.files()
	if err != nil {
		t.Fatalf("ddbaccess: %v", err)
		return
	}
	readme, err := rep.readme("README.md")
	if err != nil {
		t.Fatalf("ddbaccess: %v", err)
		return
	}
	maps.Copy(files, readme)
	if update {
		if err := write(files); err != nil {
			t.Fatalf("ddbaccess: %v", err)
			return
		}
		t.Logf("ddbaccess: wrote %s", strings.Join(slices.Sorted(maps.Keys(files)), ", "))
		return
	}
	rep.compare(t, files)
}

// compare compares the files with those that are there.
func (rep *Report) compare(t TestingT, files map[string][]byte) {
	t.Helper()
	command := fmt.Sprintf("go test -run '^%s$' -%s .", t.Name(), updateFlag)
	patterns := filepath.Join(Directory, patternsFile)
	stored, err := os.ReadFile(patterns)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("ddbaccess: there is no %s yet: write it and the other files of the model with\n\t%s", patterns, command)
		return
	}
	if err != nil {
		t.Fatalf("ddbaccess: %v", err)
		return
	}
	old, err := ReadReport(bytes.NewReader(stored))
	if err != nil {
		t.Fatalf("%v: in %s\n\t%s", err, patterns, command)
		return
	}
	changes := rep.Changes(old)
	for _, change := range changes {
		t.Errorf("%s", change)
	}
	if old.Title != rep.Title {
		t.Errorf("title %q → %q: a directory keeps one catalog, so the test of another one is in a package of its own", old.Title, rep.Title)
	}
	gone, err := left(files)
	if err != nil {
		t.Fatalf("ddbaccess: %v", err)
		return
	}
	stale := len(gone)
	for _, name := range gone {
		t.Errorf("%s is the picture of an index that is gone", name)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		got, err := os.ReadFile(name)
		if err != nil || !sameText(got, files[name]) {
			stale++
			if len(changes) == 0 {
				t.Errorf("%s is not up to date%s", name, firstDifference(got, files[name]))
			}
		}
	}
	if stale > 0 || len(changes) > 0 {
		t.Logf("ddbaccess: if that is as it should be, write the files of the model with\n\t%s", command)
	}
}

// firstDifference says in which line two files differ first.
func firstDifference(have, want []byte) string {
	if len(have) == 0 {
		return ": there is none"
	}
	a, b := strings.Split(string(withoutCR(have)), "\n"), strings.Split(string(withoutCR(want)), "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			from := common([]rune(x), []rune(y))
			return fmt.Sprintf(": line %d is\n\t%s\nand should be\n\t%s", i+1, cut(x, from), cut(y, from))
		}
	}
	return ""
}

// common is the number of characters that two lines begin with.
func common(a, b []rune) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// cut cuts a long line, to what is around its character at from.
func cut(line string, from int) string {
	const before, most = 60, 200
	r := []rune(line)
	if len(r) <= most {
		return line
	}
	begin := max(0, from-before)
	text := string(r[begin:min(len(r), begin+most)])
	if begin > 0 {
		text = "…" + text
	}
	if begin+most < len(r) {
		text += "…"
	}
	return text
}
