package main

import (
	"testing"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// The page and the pictures in model, and the tables of the README, are what the catalog prints.
func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), groups.Patterns) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	readmetest.True(t)
}

// Each access pattern is the same requests on every engine: one, after that for the member who asks.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	apptest.Patterns(t, messaging(), map[string]string{
		"A: messages of a group":          "GetItem Query",
		"D: a message to a group":         "GetItem TransactWriteItems",
		"messages of a group in a window": "GetItem Query",
		"one group of a user":             "GetItem GetItem",
		"a person joins":                  "GetItem Query Query BatchGetItem TransactWriteItems Query",
		"a group was read":                "GetItem UpdateItem",
	})
}

// What the catalog estimates is what ddbmem charges at these volumes.
func TestTheEstimatesAreWhatIsCharged(t *testing.T) {
	t.Parallel()
	apptest.Estimates(t, groups.Patterns, full, map[string]string{
		"C: a new group: view last-message: estimated 5 R, measured 4 R": "the new group has two people, and the typical one three",
	})
}
