// Package promises lists what the library promises, and how each promise is verified. It contains no shipped code:
// people read its tables, and its test checks them.
//
// Each .md file of this directory holds tables of one form:
//
//		| Promise | Kept in | Attacked by | Taken out |
//		|---|---|---|---|
//		| A second holder of a unique value is refused | `unique.go: claim` | `internal/tests/write: TestUniqueRace` | the owner's condition |
//
//	  - Promise: one sentence, about what a user sees.
//	  - Kept in: one or more `file: function` in backquotes, separated by commas. The file is relative to the root of the
//	    repository. A method is `Type.method`, without the star of its receiver. A type, a package-level variable or a
//	    constant is possible too, if the promise is kept in one.
//	  - Attacked by: one or more `directory: TestName` in backquotes, separated by commas. The directory is relative to the
//	    root of the repository, and the root itself is `ddb`. A subtest is `directory: TestName/the_subtest`: only the
//	    function is looked up. Fuzz targets and examples are possible too.
//	  - Taken out: what was removed or changed to see the test fail, in words. It was done once, by hand: the table does not
//	    prove that a test would fail today, only that it did.
//
// A vertical bar inside a cell is written \|. The test reads every table, and fails on a file, function or test that
// does not exist, an empty cell, or another form. Text between the tables is free.
package promises
