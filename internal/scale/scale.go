// Package scale says how much of a test runs: a little by default, so that all tests of the library take half a minute, and
// all of it where DDB_FULL=1, as in continuous integration: there, packages that compute for long run in full without the
// race detector, and a little with it.
//
// A test that draws random values, or repeats itself, asks [Of] how often. [Main] does so for properties of rapid.
package scale

import (
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
)

// Var is the variable that asks for all of each test.
const Var = "DDB_FULL"

// Checks is how many random values a property is checked with by default. In full it is what rapid draws: 100.
const Checks = 25

// Full reports whether tests are to run in full.
func Full() bool { return os.Getenv(Var) == "1" }

// Of returns the first number where tests run in full, and else the second.
func Of(full, little int) int {
	if Full() {
		return full
	}
	return little
}

// Main runs the tests of a package, as its TestMain. Where they do not run in full, it draws [Checks] random values for each
// property, and up to parallel tests run at once, for packages whose tests wait more than they compute; 0 means as many as by
// default. What the command line says comes first, and the workers of a fuzz target are as many as by default.
//
// In full or not, it collects garbage less often, unless GOGC is set: tests hold little memory, and collecting takes a fifth
// of their time.
func Main(m *testing.M, parallel int) {
	flag.Parse()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	set := func(name string, n int) {
		if given[name] || flag.Lookup(name) == nil {
			return
		}
		if err := flag.Set(name, strconv.Itoa(n)); err != nil {
			panic(err)
		}
	}
	if !Full() {
		set("rapid.checks", Checks)
		if parallel > 0 && !given["test.fuzz"] {
			set("test.parallel", parallel)
		}
	}
	m.Run()
}
