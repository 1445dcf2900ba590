// Package writes has the recipes of writes that must not be lost or done twice.
package writes

import "github.com/singletable-go/ddb/examples/cookbook/internal/recipe"

// Recipes are the recipes of the chapter, in its order.
var Recipes = []recipe.Recipe{ConditionalWrites, Counters, NumberSequences, OptimisticLocking, Transactions, BatchWrites, LeaseLocks, RateLimiter}
