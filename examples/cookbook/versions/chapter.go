// Package versions has the recipes of items with a past.
package versions

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes []recipe.Recipe
