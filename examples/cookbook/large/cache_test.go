package large_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/large"
)

func Example_cache() {
	recipe.Example(large.Cache)
	// Output:
	// a story 100 times, without a cache: Title 1, 0 hits (100 requests, 50 R)
	// a story 100 times, with a cache: Title 1, 99 hits (1 request, 1 R)
	// the front page: 10 stories, the last is Title 1, 0 hits (1 request, 4 R)
	// write through the cache (1 request, 8 W)
	// the story, after its write: New title, 1 hit (no request)
	// the front page, up to 10 seconds old: 10 stories, the last is Title 1, 1 hit (no request)
	// write past the cache (1 request, 8 W)
	// the story, up to 5 minutes old: New title, 1 hit (no request)
	// follow the stream (no request)
	// the story then: Newest title, 0 hits (1 request, 1 R)
	// the front page 10 seconds later: 10 stories, the last is Newest title, 0 hits (1 request, 4 R)
	// ten other stories once: Title 20, 0 hits (10 requests, 5 R)
	// the story 10 times, consistently: Newest title, 0 hits (10 requests, 10 R)
}

func Example_compressed() {
	recipe.Example(large.Compressed)
	// Output:
	// write 60 KB, plain: a string of 60 KB (1 request, 61 W)
	// read it, plain: a text of 60 KB (1 request, 8 R)
	// rename it, plain (1 request, 61 W)
	// write 60 KB, compressed: a binary of 25 KB (1 request, 25 W)
	// read it, compressed: a text of 60 KB (1 request, 3.5 R)
	// rename it, compressed (1 request, 25 W)
	// write 900 KB, compressed: a binary of 348 KB (1 request, 349 W)
	// write a note, below the threshold: a string of 400 bytes (1 request, 1 W)
	// a program without Compress reads: refused, it cannot read the text (1 request, 3.5 R)
	// the release before the threshold reads: a text of 60 KB (1 request, 3.5 R)
	// and writes: a string of 60 KB (1 request, 61 W)
	// the release with the threshold reads a plain text: a text of 60 KB (1 request, 8 R)
}

func Example_blob() {
	recipe.Example(large.Blob)
	// Output:
	// publish 5 MB: store: 1 put, 0 gets (1 request, 1 W)
	// list 20 episodes: the first has 5 MB; store: 0 puts, 0 gets (1 request, 0.5 R)
	// play it: 5 MB; store: 0 puts, 1 get (no request)
	// change the title: store: 0 puts, 0 gets (1 request, 1 W)
	// publish 6 MB in its place: store: 1 put, 0 gets (1 request, 1 W)
	// play it, by the item of before: 5 MB; store: 0 puts, 1 get (no request)
	// sweep an hour later: 0 referenced, 21 young, 0 marked, 0 deleted; store: 0 puts, 0 gets (no request)
	// sweep a day later: 20 referenced, 0 young, 1 marked, 0 deleted; store: 1 put, 0 gets (20 requests, 20 R)
	// play it, before the grace is over: 5 MB; store: 0 puts, 1 get (no request)
	// sweep two days later: 20 referenced, 0 young, 0 marked, 1 deleted; store: 0 puts, 0 gets (20 requests, 20 R)
	// play it then, which reads the item again: 6 MB; store: 0 puts, 2 gets (1 request, 1 R)
}
