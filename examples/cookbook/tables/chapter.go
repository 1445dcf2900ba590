package tables

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{DeleteATenant, CleanUp, TableCopy, UpdateMany}
