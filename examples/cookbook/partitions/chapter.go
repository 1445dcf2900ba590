// Package partitions has the recipes of even traffic, hot partitions, and what capacity is.
package partitions

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{HotPartition, RandomSharding, CalculatedSharding, DistributedUpload, ParallelScan, Capacity}
