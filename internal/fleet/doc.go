// Package fleet holds what proves that the library goes on where an older release stopped, and beside it.
//
// Package model is a table that uses everything the library keeps, and program a process that writes to it. Both compile
// with the library of commit 0e51cb8 too.
//
// testdata/0e51cb8.json is what program wrote with that library. It is data, and is not to be written again; this is how it
// was:
//
//	git worktree add /tmp/old 0e51cb8 && cp -r internal/fleet /tmp/old/internal/
//	cd /tmp/old && go run ./internal/fleet/program write
//
// testdata/values-0e51cb8.json is what that library stored of values that definitions and writes refuse now. The name of each item
// says what it was.
//
// The test of a mixed fleet builds program both ways, and lets processes of both write to one table. It needs the history
// of the repository: without it the test skips, or fails where DDB_REQUIRE_FLEET=1.
package fleet
