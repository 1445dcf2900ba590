// Package fleet proves that the library works with the data of an older release, and beside it.
//
// Package model is a table that uses everything that the library stores, and program is a process that writes to it.
// Both also compile with the library of commit 0e51cb8.
//
// testdata/0e51cb8.json is what program wrote with that library. It is data, and must not be written again; it was made
// with:
//
//	git worktree add /tmp/old 0e51cb8 && cp -r internal/fleet /tmp/old/internal/
//	cd /tmp/old && go run ./internal/fleet/program write
//
// testdata/values-0e51cb8.json is what that library stored of values that definitions and writes now reject. The name
// of each item describes it.
//
// The test of a mixed fleet builds program with both libraries, and runs processes of both on one table. It needs the
// history of the repository: without it the test skips, or fails with DDB_REQUIRE_FLEET=1. The program with the older library
// stays in the user's cache, in ddb-fleet, for the next run.
package fleet
