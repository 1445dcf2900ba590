// Package keys has the recipes of primary keys and item collections.
package keys

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{CompositeKey, HierarchicalKey, AdjacencyList, InvertedIndex, Graph, Geohash, Pages}
