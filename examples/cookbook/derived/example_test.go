package derived_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/derived"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

func Example_monthlyDownloads() {
	recipe.Example(derived.MonthlyDownloadCounts)
	// Output:
	// record 300 downloads (12 requests, 300 W)
	// count 300 downloads from the stream (22 requests, 1224 R, 617 W)
	// the top three of March: rio 150, oslo 100, rome 50 (1 request, 0.5 R)
	// the same records again (11 requests, 624 R)
	// the top three again: rio 150, oslo 100, rome 50 (1 request, 0.5 R)
	// an ADD for each record would say: rio 300, oslo 200, rome 100
}

func Example_leaderboard() {
	recipe.Example(derived.Leaderboard)
	// Output:
	// player 130 has 9995 points (1 request, 3 W)
	// player 0 has 20 points: not the best (1 request, 1 W)
	// the view follows (6 requests, 6 R, 9 W)
	// the best ten, by the index: p000 10000, p130 9995, p001 9990 … (1 request, 0.5 R)
	// the best ten, by an index of four shards: p000 10000, p001 9990, p002 9980 … (4 requests, 2 R)
	// the best ten, kept by the view: p000 10000, p130 9995, p001 9990 … (1 request, 0.5 R)
	// the rank of player 5: 7 (2 requests, 1 R)
	// the rank of player 140: 141 (2 requests, 2 R)
}

func Example_copies() {
	recipe.Example(derived.Copies)
	// Output:
	// add a vehicle (2 requests, 1 R, 4 W)
	// list the vehicles: 41, all of depot North (1 request, 0.5 R)
	// rename the depot (1 request, 1 W)
	// list the vehicles, before the stream: 41, all of depot North (1 request, 0.5 R)
	// the view writes the copies (45 requests, 4 R, 82 W)
	// list the vehicles again: 41, all of depot Harbour (1 request, 0.5 R)
	// all records again (2 requests, 2 R)
}

func Example_stock() {
	recipe.Example(derived.StockKept)
	// Output:
	// an order of two products (1 request, 6 W)
	//   2 lamps, 6 bulbs
	// the same order again (1 request, 6 W)
	//   2 lamps, 6 bulbs
	// an order of more lamps than there are: refused (1 request, 6 W)
	//   2 lamps, 6 bulbs
	// cancel it (2 requests, 1 R, 6 W)
	//   5 lamps, 9 bulbs
	// cancel it again (2 requests, 1 R, 6 W)
	//   5 lamps, 9 bulbs
	// the second order again (1 request, 6 W)
	//   2 lamps, 6 bulbs
}

func Example_searchFeed() {
	recipe.Example(derived.SearchFeed)
	// Output:
	// put 50 books (2 requests, 50 W)
	// the feed of 50 books: search index called 1×, dead letters 0 (1 request, 50 R)
	// put two titles, one of them broken (1 request, 2 W)
	// the feed, which gives one up: search index called 4×, dead letters 1 (4 requests, 6 R)
	// correct the broken title (1 request, 1 W)
	// the feed goes on: search index called 1×, dead letters 1 (1 request, 1 R)
	// remove book 009 (1 request, 1 W)
	// the feed removes it too: search index called 1×, dead letters 1 (1 request, 1 R)
	// replay the dead letter (1 request, 1 R)
	// 49 documents; 007 Kindred, 008 Dawn, then 010
}
