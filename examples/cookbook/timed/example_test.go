package timed_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/timed"
)

func Example_timeSeries() {
	recipe.Example(timed.TimeSeries)
	// Output:
	// day 1: creates engines-2026-03-02
	// day 2: creates engines-2026-03-03, lowers engines-2026-03-02
	// day 3: creates engines-2026-03-04, lowers engines-2026-03-03
	// day 4: creates engines-2026-03-05, lowers engines-2026-03-04, drops engines-2026-03-02
	// the latest 3: 3 readings (1 request, 0.5 R)
	// the latest 60: 60 readings (2 requests, 1 R)
	// the last two days: 96 readings (2 requests, 1 R)
	// all that are kept: 144 readings (3 requests, 1.5 R)
	// in one table, delete a day by hand (2 requests, 48 W)
}

func Example_ttlArchive() {
	recipe.Example(timed.TTLArchive)
	// Output:
	// watch it: e4 e5 Nf3 (1 request, 0.5 R)
	// a player deletes another one (1 request, 1 W)
	// the stream has nothing to archive (no request)
	// An hour after its time, items that are stored: 1
	// watch it: not found (1 request, 0.5 R)
	// A day later, items that are stored: 0
	// the stream archives what expired (1 request, 1 W)
	// watch it in the archive: e4 e5 Nf3 (1 request, 0.5 R)
}

func Example_sessionState() {
	recipe.Example(timed.SessionState)
	// Output:
	// log in (1 request, 1 W)
	// a page: ann, items in the basket: 0 (1 request, 1 R)
	// put an item into the basket (2 requests, 1 R, 1 W)
	// a page: ann, items in the basket: 1 (1 request, 1 R)
	// log out, while a request is under way (4 requests, 2 R, 2 W)
	// a page with the old cookie: log in first (1 request, 1 R)
}

func Example_softDelete() {
	recipe.Example(timed.SoftDelete)
	// Output:
	// the photos of an album: 50 items (1 request, 1 R)
	//   Query by-album album_state = "{State}#{Album}"
	// its trash: 10 items (1 request, 0.5 R)
	//   Query by-album album_state = "{State}#{Album}"
	// put one into the trash (1 request, 3 W)
	//   UpdateItem
	//     update photo photo = "photo#{ID}"
	//       IF ((attribute_exists(photo)) AND (NOT (purge <= ?))) AND (album = ?) AND (taken = ?) AND (state = ?)
	// delete it (1 request, 3 W)
	// delete it again: refused (1 request, 1 W)
	// rename it: refused (1 request, 1 W)
	// take it back (1 request, 3 W)
	// delete it after all (1 request, 3 W)
	// take it back after a month: not found (1 request, 1 W)
}
