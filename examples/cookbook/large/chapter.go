// Package large has the recipes of large items, and what is read often.
package large

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{Cache, Compressed, SplitItem, Blob}
