package main

import (
	"path"
	"strings"

	"github.com/singletable-go/ddb/examples/cookbook/derived"
	"github.com/singletable-go/ddb/examples/cookbook/indexes"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/keys"
	"github.com/singletable-go/ddb/examples/cookbook/large"
	"github.com/singletable-go/ddb/examples/cookbook/partitions"
	"github.com/singletable-go/ddb/examples/cookbook/relational"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
	"github.com/singletable-go/ddb/examples/cookbook/timed"
	"github.com/singletable-go/ddb/examples/cookbook/versions"
	"github.com/singletable-go/ddb/examples/cookbook/writes"
)

// chapter is recipes that belong together.
type chapter struct {
	directory string
	title     string
	recipes   []recipe.Recipe
}

// book is all recipes, in the order in which to read them.
var book = []chapter{
	{"keys", "Primary keys", keys.Recipes},
	{"indexes", "Secondary indexes", indexes.Recipes},
	{"partitions", "Partitions and capacity", partitions.Recipes},
	{"writes", "Writes", writes.Recipes},
	{"versions", "Versions", versions.Recipes},
	{"derived", "Derived values", derived.Recipes},
	{"timed", "Time", timed.Recipes},
	{"large", "Large and hot items", large.Recipes},
	{"tables", "Whole tables", tables.Recipes},
	{"relational", "Beside a relational database", relational.Recipes},
}

// file is the file of a recipe that is there to be copied, from the directory of the cookbook.
func (c chapter) file(p recipe.Recipe) string {
	return path.Join(c.directory, strings.ReplaceAll(p.Name, "-", "_")+".go")
}
