// Package relational has the recipes of relational systems: their schemas, their data, and SQL beside the table.
package relational

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{OrderEntry, SQLIn, SQLOut}
