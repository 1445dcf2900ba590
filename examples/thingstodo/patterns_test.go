package main

import (
	"testing"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// The page and the pictures in model, and the tables of the README, are what the catalog prints.
func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), things.Patterns) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	readmetest.True(t)
}

// Each access pattern is one request on every engine, the original's 14 among them. The others read first.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	apptest.Patterns(t, thingsToDo(), map[string]string{
		"favourites of a user, as things": "Query BatchGetItem",
		"edit a draft":                    "GetItem UpdateItem",
		"approve a thing":                 "GetItem UpdateItem",
	})
}

// What the catalog estimates is what ddbmem charges at these volumes.
func TestTheEstimatesAreWhatIsCharged(t *testing.T) {
	t.Parallel()
	apptest.Estimates(t, fewer(), full, nil)
}
