package derived

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{MonthlyDownloadCounts, Leaderboard, Copies, StockKept, SearchFeed}
