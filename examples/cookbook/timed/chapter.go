// Package timed has the recipes of items that come and go with time.
package timed

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{TimeSeries, TTLArchive, SessionState, SoftDelete}
