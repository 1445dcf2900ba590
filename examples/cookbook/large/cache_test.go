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
